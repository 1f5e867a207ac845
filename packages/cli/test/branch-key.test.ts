import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { MemoryKms } from '@waxseal/memory-kms';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BranchKeyStore, FileStorage } from 'waxseal';
import { Workplace } from './run-cli.ts';

let place: Workplace;
let branchKeyId: string;
let kmsArn: string;

beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
  const kms = new MemoryKms();
  await kms.openStateFile(place.file('kms.state'));
  const { KeyMetadata } = await kms.client().createKey({});
  kmsArn = KeyMetadata?.Arn ?? '';
  const storage = new FileStorage({ path: place.file('store') });
  const keyStore = new BranchKeyStore({ storage, kms: kms.client(), logicalName: 'shop', kmsKey: { arn: kmsArn } });
  await keyStore.createStore();
  ({ branchKeyId } = await keyStore.createKey());
});
afterEach(() => place.remove());

const options = () => [
  ...['--local', '--local-state', './kms.state', '-q'],
  ...['--branch-key', branchKeyId, '--key-store', './store', '--key-store-name', 'shop'],
];
const kmsKey = () => ['--branch-kms-key', kmsArn];
const another = () => options().map((word) => (word === branchKeyId ? 'another' : word));

const ASKS_FOR_KMS_KEY = {
  code: 2,
  stdout: '',
  stderr: 'waxseal: to encrypt, --branch-key needs --branch-kms-key ARN, the KMS key that wraps the branch key\n',
};

test('--branch-key encrypts under a branch key, and decrypts what it wrapped', async () => {
  const encrypted = await place.run(['encrypt', ...options(), ...kmsKey(), './notes.txt']);
  expect(encrypted).toMatchObject({ code: 0, stderr: '' });
  const facts = JSON.parse((await place.run(['inspect', '--json', './notes.txt.wax'])).stdout);
  expect(facts.encryptedDataKeys).toMatchObject([{ providerId: 'aws-kms-hierarchy', key: branchKeyId }]);
  for (const more of [[], kmsKey()]) {
    expect(await place.run(['decrypt', ...options(), ...more, './notes.txt.wax', '-o', '-'])).toMatchObject({
      code: 0,
      stdout: 'hello world\n',
    });
  }
});

test('--branch-key encrypts under no key but that of --branch-kms-key', async () => {
  expect(await place.run(['encrypt', ...options(), './notes.txt'])).toMatchObject(ASKS_FOR_KMS_KEY);
  const aside = ['--kms-key', kmsArn, ...options()];
  expect(await place.run(['encrypt', ...aside, './notes.txt'])).toMatchObject(ASKS_FOR_KMS_KEY);
  expect(existsSync(place.file('notes.txt.wax'))).toBe(false);
  // As in a store whose record somebody replaced by one under a key of his own.
  const expected = ['--branch-kms-key', 'arn:aws:kms:us-east-1:999988887777:key/11111111-1111-1111-1111-111111111111'];
  const replaced = await place.run(['encrypt', ...options(), ...expected, './notes.txt']);
  expect(replaced.code).toBe(2);
  expect(replaced.stderr).toContain('is not the KMS key that this store is configured with');
  expect(existsSync(place.file('notes.txt.wax'))).toBe(false);
});

test('reencrypt asks for --branch-kms-key on the side that encrypts', async () => {
  await place.run(['encrypt', ...options(), ...kmsKey(), './notes.txt']);
  const sealed = await readFile(place.file('notes.txt.wax'));
  const inPlace = ['--in-place', './notes.txt.wax'];
  expect(await place.run(['reencrypt', ...options(), ...inPlace])).toMatchObject(ASKS_FOR_KMS_KEY);
  const toLocal = ['--to-local', '--to-local-state', './kms.state'];
  const toStore = ['--to-branch-key', branchKeyId, '--to-key-store', './store', '--to-key-store-name', 'shop'];
  const to = [...toLocal, ...toStore];
  expect(await place.run(['reencrypt', ...options(), ...kmsKey(), ...to, ...inPlace])).toMatchObject(ASKS_FOR_KMS_KEY);
  expect(await readFile(place.file('notes.txt.wax'))).toEqual(sealed);
  for (const keys of [kmsKey(), [...to, '--to-branch-kms-key', kmsArn], toLocal]) {
    expect(
      await place.run(['reencrypt', ...options(), ...keys, './notes.txt.wax', '-f', '-o', './again']),
    ).toMatchObject({
      code: 0,
      stderr: '',
    });
  }
});

test('explain tells another branch key', async () => {
  await place.run(['encrypt', ...options(), ...kmsKey(), './notes.txt']);
  const { code, stdout } = await place.run(['explain', ...another(), './notes.txt.wax']);
  expect(code).toBe(4);
  expect(stdout).toContain('✗ is not --branch-key another');
});

test('a branch key that the store does not have', async () => {
  const { code, stderr } = await place.run(['encrypt', ...another(), ...kmsKey(), './notes.txt']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('the key store has no record branch:ACTIVE of branch key "another"');
});

test('--branch-key asks for its store', async () => {
  expect(await place.run(['encrypt', '--local', '-q', '--branch-key', 'x', './notes.txt'])).toMatchObject({
    code: 2,
    stderr: 'waxseal: --branch-key needs --key-store DIRECTORY and --key-store-name NAME\n',
  });
});
