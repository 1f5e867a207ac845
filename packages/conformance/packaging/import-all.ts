// Programs that users of the packages could have written.

/** Every entry point, and the packages they need beside them. */
export const ENTRY_POINTS = [
  'waxseal',
  '@waxseal/core',
  '@waxseal/core/node',
  '@waxseal/core/crypto',
  '@waxseal/keyring',
  '@waxseal/data-key-cache',
  '@waxseal/branch-keys',
  '@waxseal/memory-kms',
  '@waxseal/cli',
] as const;

/** Entry points that need the AWS SDK. */
export const AWS_ENTRY_POINTS = ['waxseal/aws', '@waxseal/keyring/aws', '@waxseal/branch-keys/dynamodb'] as const;

/** The way through everything: a value, a stream, a cached key, a branch key, an error told by class. `load` is defined before it. */
const JOURNEY = `
async function journey(load) {
  const assert = await load('node:assert/strict');
  const { pipeline } = await load('node:stream/promises');
  const { Readable } = await load('node:stream');
  const fs = await load('node:fs/promises');
  const os = await load('node:os');
  const core = await load('@waxseal/core');
  const coreNode = await load('@waxseal/core/node');
  const cryptoPart = await load('@waxseal/core/crypto');
  const keyring = await load('@waxseal/keyring');
  const cache = await load('@waxseal/data-key-cache');
  const branchKeys = await load('@waxseal/branch-keys');
  const { MemoryKms } = await load('@waxseal/memory-kms');
  const waxseal = await load('waxseal');

  // One copy of every class, however it is reached.
  for (const [name, value] of Object.entries(waxseal)) {
    if (typeof value !== 'function') continue;
    // Logs show it.
    assert.equal(value.name, name);
    const homes = [core, coreNode, keyring, cache, branchKeys].filter((home) => name in home);
    assert.ok(homes.length > 0, name);
    for (const home of homes) assert.equal(home[name], value, name);
  }
  assert.equal(cryptoPart.engineName, 'node');

  const kms = new MemoryKms().client();
  const { KeyMetadata } = await kms.createKey({});
  const keys = new waxseal.KmsKeyring({ kms, generatorKeyId: KeyMetadata.Arn });
  const encryptionContext = { tenant: 'acme' };
  const { message } = await waxseal.encrypt(keys, Buffer.from('hello'), { encryptionContext });
  const { plaintext } = await core.decrypt(keys, message, { encryptionContext });
  assert.equal(Buffer.from(plaintext).toString(), 'hello');

  const chunks = [];
  await pipeline(Readable.from([Buffer.alloc(200000, 1)]), coreNode.encryptStream(keys), waxseal.decryptStream(keys), async (source) => {
    for await (const chunk of source) chunks.push(chunk);
  });
  assert.equal(Buffer.concat(chunks).length, 200000);

  // On two threads: the worker's file is found within the package.
  const folder = await fs.mkdtemp(os.tmpdir() + '/waxseal-journey-');
  await fs.writeFile(folder + '/plain', Buffer.alloc(20000000, 'x'));
  const options = { algorithmSuite: 0x0478, parallelism: 2 };
  const sealedFile = await waxseal.encryptFile(keys, folder + '/plain', folder + '/sealed', options);
  const openedFile = await coreNode.decryptFile(keys, folder + '/sealed', folder + '/opened', { parallelism: 2 });
  assert.deepEqual([sealedFile.parallelism, openedFile.parallelism, openedFile.bytesWritten], [2, 2, 20000000]);
  await fs.rm(folder, { recursive: true });

  const cached = new cache.CachingMaterialsManager({ source: keys, maxAgeMs: 60000 });
  await Promise.all([1, 2, 3].map(() => waxseal.encrypt(cached, Buffer.from('x'))));
  assert.equal(cached.stats().encrypt.misses, 1);
  cached.close();

  const storage = new branchKeys.MemoryStorage();
  const keyStore = new branchKeys.BranchKeyStore({ storage, kms, logicalName: 'store', kmsKey: { arn: KeyMetadata.Arn } });
  await keyStore.createStore();
  const { branchKeyId } = await keyStore.createKey();
  const hierarchical = new waxseal.HierarchicalKeyring({ keyStore, branchKeyId, maxAgeMs: 60000 });
  const sealed = await core.encrypt(hierarchical, Buffer.from('y'));
  assert.equal((await core.decrypt(hierarchical, sealed.message)).plaintext.length, 1);
  await hierarchical.close();

  const error = await waxseal.decrypt(keys, message, { encryptionContext: { tenant: 'evil' } }).catch((caught) => caught);
  assert.ok(error instanceof core.ContextMismatchError && error instanceof waxseal.EnvelopeError);
  return error;
}
`;

const LOAD_ALL = `for (const name of ${JSON.stringify([...ENTRY_POINTS])}) await load(name);`;

/** ES module. Prints `ok`. */
export const ESM_PROGRAM = `
const load = async (name) => { const found = await import(name); return name.startsWith('node:assert') ? found.default : found; };
${JOURNEY}
${LOAD_ALL}
await journey(load);
console.log('ok');
`;

/** CommonJS. Prints `ok`, after meeting the ES modules too: two copies then, which know each other's errors. */
export const CJS_PROGRAM = `
const load = async (name) => require(name);
${JOURNEY}
(async () => {
  ${LOAD_ALL}
  const error = await journey(load);
  const assert = require('node:assert/strict');
  const esm = await import('waxseal');
  assert.notEqual(esm.EnvelopeError, require('waxseal').EnvelopeError);
  assert.ok(esm.EnvelopeError.is(error));
  console.log('ok');
})();
`;

/** TypeScript, to be compiled and run: what a service would write. */
export const TS_PROGRAM = `
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  CachingMaterialsManager, ContextMismatchError, decrypt, decryptStream, encrypt, encryptStream, EnvelopeError,
  type EncryptionContext, type Keyring, type KmsClient, KmsKeyring, type MessageHeader, openMessage, RawAesKeyring,
} from 'waxseal';

const keyring: Keyring = new RawAesKeyring({ namespace: 'app', name: 'key', key: new Uint8Array(32) });
const keys = new CachingMaterialsManager({ source: keyring, maxAgeMs: 60_000, maxBytes: undefined });
const encryptionContext: EncryptionContext = { tenant: 'acme' };
const { message, header }: { message: Uint8Array; header: MessageHeader } = await encrypt(keys, Buffer.from('hello'), {
  encryptionContext,
  algorithmSuite: 0x0478,
  signal: undefined,
});
const reader = await openMessage(keys, message);
const part: Uint8Array = await reader.read(0, 2);
await reader.close();
const name: string = header.algorithmSuite.name;
const unused = (kms: KmsClient) => new KmsKeyring({ kms, generatorKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/x' });
await pipeline(createReadStream(process.argv[1] ?? ''), encryptStream(keyring), decryptStream(keyring), createWriteStream('copy.txt'));
// @ts-expect-error plaintext is bytes
await encrypt(keys, 'text').catch((error: unknown) => { if (!(error instanceof TypeError)) throw error; });
try {
  await decrypt(keys, message, { encryptionContext: { tenant: 'evil' } });
} catch (error) {
  if (error instanceof ContextMismatchError && EnvelopeError.is(error) && error.category === 'mismatch') {
    const contextKeys: readonly string[] = error.contextKeys;
    console.log('ok', part.length, name.length > 0, contextKeys.join(), typeof unused);
  }
}
keys.close();
`;

/** The same in CommonJS: no top-level await. */
export const TS_CJS_PROGRAM = `
import waxseal = require('waxseal');
async function main(): Promise<void> {
  const keyring: waxseal.Keyring = new waxseal.RawAesKeyring({ namespace: 'app', name: 'key', key: new Uint8Array(32) });
  const { message } = await waxseal.encrypt(keyring, Buffer.from('hello'));
  const { plaintext }: { readonly plaintext: Uint8Array } = await waxseal.decrypt(keyring, message);
  if (Buffer.from(plaintext).toString() === 'hello') console.log('ok');
}
void main();
`;

/** A service that takes the SDK's KMS, tested with MemoryKms. */
export const TS_MEMORY_KMS_PROGRAM = `
import { KMS, KMSClient, CreateKeyCommand } from '@aws-sdk/client-kms';
import { MemoryKms, type MemoryKmsClient } from '@waxseal/memory-kms';
import { encrypt, KmsKeyring, type KmsClient } from 'waxseal';

const fromTheSdk: KmsClient = new KMS({ region: 'eu-west-1' });
const memoryKms = new MemoryKms();
const client: MemoryKmsClient = memoryKms.client();
const { KeyMetadata } = await client.createKey({ Description: 'test' });
const keys = new KmsKeyring({ kms: client, generatorKeyId: KeyMetadata?.Arn });
const { message } = await encrypt(keys, new Uint8Array(3));
const genuine = new KMSClient({ region: 'us-east-1', requestHandler: memoryKms.requestHandler(), credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
const made = await genuine.send(new CreateKeyCommand({}));
if (message.length > 100 && made.KeyMetadata?.Arn !== undefined && fromTheSdk !== undefined) console.log('ok', memoryKms.callCount('GenerateDataKey'));
`;

/** The strictest flags, and the declarations of dependencies checked too. */
export const STRICT_TSCONFIG: string = JSON.stringify({
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noImplicitOverride: true,
    noPropertyAccessFromIndexSignature: true,
    isolatedModules: true,
    skipLibCheck: false,
    outDir: 'out',
    rootDir: '.',
  },
  include: ['*.mts', '*.cts'],
});
