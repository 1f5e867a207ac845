// Every keyring that the official AWS Encryption SDK for JavaScript has, both ways: one message of each suite.

import { generateKeyPairSync } from 'node:crypto';
import {
  AwsKmsMrkAwareSymmetricDiscoveryKeyringNode,
  AwsKmsMrkAwareSymmetricKeyringNode,
  buildAwsKmsMrkAwareStrictMultiKeyringNode,
  KmsKeyringNode,
  MultiKeyringNode,
} from '@aws-crypto/client-node';
import {
  KmsDiscoveryKeyring,
  KmsKeyring,
  KmsMrkDiscoveryKeyring,
  KmsMrkKeyring,
  MultiKeyring,
  type RsaPadding,
} from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, test } from 'vitest';
import {
  assertSame,
  assertTheyReadOurs,
  assertWeReadTheirs,
  type KeyringPair,
  pairOf,
  writeOurs,
} from '../src/interop/assert-interop.ts';
import { caseOfEachSuite, patternedBytes } from '../src/interop/interop-cases.ts';
import {
  type KmsFront,
  kmsClient,
  rawAesPair,
  rawRsaPair,
  regionClients,
  strictKmsPair,
} from '../src/interop/official-keyrings.ts';
import { officialPkcs1Decrypt } from '../src/interop/official-rsa-decryption.ts';

const FRONTS: KmsFront[] = ['in process', 'request handler'];
const ACCOUNT = '111122223333';
const FILTER = { partition: 'aws', accounts: [ACCOUNT] };
const THEIR_FILTER = { partition: 'aws', accountIDs: [ACCOUNT] };

async function assertBothWays(pair: KeyringPair): Promise<void> {
  for (const message of caseOfEachSuite()) {
    await assertWeReadTheirs(pair, message);
    await assertTheyReadOurs(pair, message);
  }
}

async function createKey(kms: MemoryKms, region: string, multiRegion = false): Promise<string> {
  const { KeyMetadata } = await kms.client({ region }).createKey({ MultiRegion: multiRegion });
  return KeyMetadata!.Arn!;
}

describe('raw RSA', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const paddings: RsaPadding[] = ['pkcs1', 'oaep-sha1', 'oaep-sha256', 'oaep-sha384', 'oaep-sha512'];

  test.each(paddings)('%s: we open what the official SDK writes', async (padding) => {
    const pair = rawRsaPair({ publicKey, privateKey }, padding);
    for (const message of caseOfEachSuite()) await assertWeReadTheirs(pair, message);
  });
  test.each(paddings.slice(1))('%s: the official SDK opens what we write', async (padding) => {
    const pair = rawRsaPair({ publicKey, privateKey }, padding);
    for (const message of caseOfEachSuite()) await assertTheyReadOurs(pair, message);
  });
  test('pkcs1: the official SDK opens what we write', async () => {
    const { ours } = rawRsaPair({ publicKey, privateKey }, 'pkcs1');
    const cases = caseOfEachSuite();
    const messages = await Promise.all(
      cases.map(async (message) => ({ ...message, ciphertext: await writeOurs(ours.writes, message) })),
    );
    const opened = officialPkcs1Decrypt(privateKey, messages);
    expect(opened).toHaveLength(cases.length);
    for (const [at, message] of cases.entries())
      assertSame('we wrote it, the official SDK read it', message, opened[at]!);
  });
});

describe.each(FRONTS)('KMS keyrings, %s', (front) => {
  test('strict, with a generator and a further key in another Region', async () => {
    const kms = new MemoryKms();
    const arns = [await createKey(kms, 'us-east-1'), await createKey(kms, 'eu-west-1')];
    await assertBothWays(strictKmsPair(regionClients(kms, front), arns));
  });

  test('strict on one side, the other holding only the further key', async () => {
    const kms = new MemoryKms();
    const arns = [await createKey(kms, 'us-east-1'), await createKey(kms, 'eu-west-1')];
    const clients = regionClients(kms, front);
    const both = strictKmsPair(clients, arns);
    const further = strictKmsPair(clients, arns.slice(1));
    await assertBothWays({
      ours: { writes: both.ours.writes, reads: further.ours.reads },
      theirs: { writes: both.theirs.writes, reads: further.theirs.reads },
    });
  });

  test('discovery', async () => {
    const kms = new MemoryKms();
    const clients = regionClients(kms, front);
    const strict = strictKmsPair(clients, [await createKey(kms, 'ap-south-1')]);
    await assertBothWays({
      ours: { writes: strict.ours.writes, reads: new KmsDiscoveryKeyring({ kms: clients, filter: FILTER }) },
      theirs: {
        writes: strict.theirs.writes,
        reads: new KmsKeyringNode({ clientProvider: clients, discovery: true, discoveryFilter: THEIR_FILTER }),
      },
    });
  });
});

describe.each(FRONTS)('KMS multi-Region keys, %s', (front) => {
  async function replicated(): Promise<{ kms: MemoryKms; primary: string; replica: string }> {
    const kms = new MemoryKms();
    const primary = await createKey(kms, 'us-east-1', true);
    const { ReplicaKeyMetadata } = await kms
      .client({ region: 'us-east-1' })
      .replicateKey({ KeyId: primary, ReplicaRegion: 'eu-west-1' });
    return { kms, primary, replica: ReplicaKeyMetadata!.Arn! };
  }

  test('MRK-aware: written by the primary, read by the replica', async () => {
    const { kms, primary, replica } = await replicated();
    const [us, eu] = [kmsClient(kms, front, 'us-east-1'), kmsClient(kms, front, 'eu-west-1')];
    await assertBothWays({
      ours: {
        writes: new KmsMrkKeyring({ kms: us, keyId: primary }),
        reads: new KmsMrkKeyring({ kms: eu, keyId: replica }),
      },
      theirs: {
        writes: new AwsKmsMrkAwareSymmetricKeyringNode({ client: us, keyId: primary }),
        reads: new AwsKmsMrkAwareSymmetricKeyringNode({ client: eu, keyId: replica }),
      },
    });
  });

  test('MRK-aware discovery in the Region of the replica', async () => {
    const { kms, primary } = await replicated();
    const [us, eu] = [kmsClient(kms, front, 'us-east-1'), kmsClient(kms, front, 'eu-west-1')];
    await assertBothWays({
      ours: {
        writes: new KmsMrkKeyring({ kms: us, keyId: primary }),
        reads: new KmsMrkDiscoveryKeyring({ kms: eu, region: 'eu-west-1', filter: FILTER }),
      },
      theirs: {
        writes: new AwsKmsMrkAwareSymmetricKeyringNode({ client: us, keyId: primary }),
        reads: new AwsKmsMrkAwareSymmetricDiscoveryKeyringNode({ client: eu, discoveryFilter: THEIR_FILTER }),
      },
    });
  });

  test('MRK-aware multi-keyring of the official SDK with a multi-Region key and one of one Region', async () => {
    const { kms, primary } = await replicated();
    const single = await createKey(kms, 'us-east-1');
    const clients = regionClients(kms, front);
    const ours = new MultiKeyring({
      generator: new KmsMrkKeyring({ kms: clients, keyId: primary }),
      children: [new KmsMrkKeyring({ kms: clients, keyId: single })],
    });
    const theirs = buildAwsKmsMrkAwareStrictMultiKeyringNode({
      clientProvider: clients,
      generatorKeyId: primary,
      keyIds: [single],
    });
    await assertBothWays(pairOf(ours, theirs as never));
  });
});

describe('multi-keyrings', () => {
  test('KMS generates, raw AES wraps as well; either side may hold only one of them', async () => {
    const kms = new MemoryKms();
    const clients = regionClients(kms, 'in process');
    const arn = await createKey(kms, 'us-east-1');
    const aes = rawAesPair(patternedBytes(32), 32);
    const ours = new MultiKeyring({
      generator: new KmsKeyring({ kms: clients, generatorKeyId: arn }),
      children: [aes.ours.writes],
    });
    const theirs = new MultiKeyringNode({
      generator: new KmsKeyringNode({ clientProvider: clients, generatorKeyId: arn }),
      children: [aes.theirs.writes],
    });
    await assertBothWays(pairOf(ours, theirs));
    await assertBothWays({
      ours: { writes: ours, reads: aes.ours.reads },
      theirs: { writes: theirs, reads: aes.theirs.reads },
    });
  });
});
