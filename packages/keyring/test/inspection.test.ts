// What logs show of keyrings and the governor.

import { inspect } from 'node:util';
import {
  KmsDiscoveryKeyring,
  KmsEcdhKeyring,
  KmsGovernor,
  KmsKeyring,
  KmsMrkDiscoveryKeyring,
  KmsMrkKeyring,
  KmsRsaKeyring,
  MultiKeyring,
  RawAesKeyring,
  RawEcdhKeyring,
  RawRsaKeyring,
} from '@waxseal/keyring';
import { expect, test } from 'vitest';
import { ecPair, rsaPair } from './key-pairs.ts';
import { encryptRequest } from './requests.ts';
import { keyArn, StubKms } from './stub-kms.ts';

const stub = new StubKms();
const kms = Object.assign(stub, { getPublicKey: async () => ({}), deriveSharedSecret: async () => ({}) });
const keyId = keyArn('mrk-1');
const grantTokens = ['s3cret'];
const filter = { partition: 'aws', accounts: ['111122223333'] };
const names = { namespace: 'app', name: 'key-1' };
const key = new Uint8Array(32).fill(0xa5);
const ec = ecPair();
const rsa = rsaPair();

test.each([
  [new KmsKeyring({ kms, generatorKeyId: keyId, keyIds: ['alias/x'], grantTokens }), [keyId, 'alias/x']],
  [new KmsDiscoveryKeyring({ kms, filter, grantTokens }), ['111122223333', 'partition']],
  [new KmsDiscoveryKeyring({ kms, filter: 'any' }), ["filter: 'any'"]],
  [new KmsMrkKeyring({ kms, keyId, regions: ['eu-west-1'], grantTokens }), [keyId, keyArn('mrk-1', 'eu-west-1')]],
  [new KmsMrkDiscoveryKeyring({ kms, region: 'eu-west-1', filter, grantTokens }), ['eu-west-1', '111122223333']],
  [new KmsRsaKeyring({ kms, keyId, encryptionAlgorithm: 'RSAES_OAEP_SHA_1' }), [keyId, 'RSAES_OAEP_SHA_1']],
  [new KmsEcdhKeyring({ kms, schema: 'discovery', recipientKeyId: keyId }), ['discovery', keyId]],
  [
    new KmsEcdhKeyring({ kms, schema: 'static', senderKeyId: keyId, recipientPublicKey: ec.publicKey }),
    ['static', keyId, 'P-256'],
  ],
  [new RawAesKeyring({ ...names, key }), ["namespace: 'app'", "name: 'key-1'"]],
  [
    new RawRsaKeyring({ ...names, ...rsa, padding: 'oaep-sha256' }),
    ["namespace: 'app'", "name: 'key-1'", 'oaep-sha256', 'encrypts: true', 'decrypts: true'],
  ],
  [new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey: ec.privateKey }), ['discovery', 'P-256']],
  [new KmsGovernor({ requestsPerSecond: 123 }), ['requestsPerSecond: 123', 'regions: {}']],
])('%o', (shown, expected) => {
  const text = inspect(shown, { depth: 10, showHidden: true });
  for (const part of [`${shown.constructor.name} {`, ...expected]) expect(text).toContain(part);
  // The bytes of the raw key, as they are printed, and the grant tokens.
  for (const secret of ['s3cret', '165', 'a5', 'BEGIN', 'undefined']) expect(text).not.toContain(secret);
  expect(inspect({ a: { b: { c: shown } } })).toContain(`[${shown.constructor.name}]`);
  expect(JSON.stringify(shown)).toBe('{}');
});

test('a multi-keyring shows its keyrings, and of one that is not ours no more than the class', () => {
  class HeldInMemory {
    readonly secret = 's3cret';
    async onEncrypt() {
      return { dataKey: key, encryptedDataKeys: [] };
    }
    async onDecrypt() {
      return undefined;
    }
  }
  const generator = new KmsKeyring({ kms, generatorKeyId: keyId });
  const multi = new MultiKeyring({ generator, children: [new RawAesKeyring({ ...names, key }), new HeldInMemory()] });
  const text = inspect(multi, { depth: 10 });
  for (const part of ['MultiKeyring {', 'KmsKeyring {', keyId, 'RawAesKeyring {', "'HeldInMemory'"]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('s3cret');
});

test('a governor shows what each Region does', async () => {
  const governor = new KmsGovernor({ requestsPerSecond: 10 });
  const keyring = new KmsKeyring({ kms: governor.govern(stub, 'us-east-1'), generatorKeyId: keyId });
  await keyring.onEncrypt(encryptRequest());
  expect(inspect(governor)).toMatch(/'us-east-1': \{[^}]*sent: 1/);
  governor.close();
});

test('a class of somebody else keeps its own name', () => {
  class Ours extends KmsKeyring {}
  expect(inspect(new Ours({ kms, keyIds: [keyId] }))).toMatch(/^Ours \{/);
});
