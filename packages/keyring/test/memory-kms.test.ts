// The keyrings over a KMS that really has key states, policies, grants, Regions and faults.

import { decrypt, encrypt } from '@waxseal/core';
import { KmsEcdhKeyring, KmsGovernor, KmsKeyring, KmsMrkKeyring, KmsRsaKeyring } from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';

const ADMIN = 'arn:aws:iam::111122223333:role/admin';
const READER = 'arn:aws:iam::111122223333:role/reader';

let memory: MemoryKms;
beforeEach(() => {
  memory = new MemoryKms();
});

const createKey = async (input: object = {}, kms = memory.client()): Promise<string> =>
  (await kms.createKey(input)).KeyMetadata!.Arn!;

describe('what KMS refuses is told in one line, with what to do', () => {
  async function refusal(prepare: (keyId: string) => Promise<unknown> | unknown, context?: Record<string, string>) {
    const keyId = await createKey();
    const keyring = new KmsKeyring({ kms: memory.client(), generatorKeyId: keyId });
    const { encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    await prepare(keyId);
    const changes = context === undefined ? {} : { encryptionContext: context };
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys, changes)));
    expect(error.message).not.toContain('\n');
    expect(error.attempts).toMatchObject([{ keyring: 'KmsKeyring', key: keyId, cause: { operation: 'Decrypt' } }]);
    return { category: error.category, code: (error.attempts[0]!.cause as { code: string }).code, said: error.message };
  }

  test('a disabled key', async () => {
    const result = await refusal((KeyId) => memory.client().disableKey({ KeyId }));
    expect(result).toMatchObject({ category: 'denied', code: 'ERR_KMS_KEY_DISABLED' });
    expect(result.said).toContain('enable it');
  });

  test('a key pending deletion', async () => {
    const result = await refusal((KeyId) => memory.client().scheduleKeyDeletion({ KeyId }));
    expect(result).toMatchObject({ category: 'denied', code: 'ERR_KMS_KEY_STATE' });
    expect(result.said).toContain('pending deletion');
  });

  test('another context', async () => {
    const result = await refusal(() => {}, { purpose: 'other' });
    expect(result).toMatchObject({ category: 'mismatch', code: 'ERR_KMS_INVALID_CIPHERTEXT' });
    expect(result.said).toContain('encryption context differs');
  });

  test('throttling', async () => {
    const result = await refusal(() => memory.faults.add({ error: 'ThrottlingException' }));
    expect(result).toMatchObject({ category: 'transient', code: 'ERR_KMS_THROTTLED' });
    expect(result.said).toContain('throttled');
  });

  test('an outage', async () => {
    const result = await refusal(() => memory.faults.add({ outage: true }));
    expect(result).toMatchObject({ category: 'transient', code: 'ERR_KMS_UNAVAILABLE' });
  });

  test('a caller who may not', async () => {
    memory = new MemoryKms({ authorization: 'strict' });
    const keyId = await createKey({}, memory.client());
    const { encryptedDataKeys } = await new KmsKeyring({ kms: memory.client(), generatorKeyId: keyId }).onEncrypt(
      encryptRequest(),
    );
    const keyring = new KmsKeyring({ kms: memory.client({ principal: READER }), keyIds: [keyId] });
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(encryptedDataKeys)));
    expect(error).toMatchObject({ category: 'denied', attempts: [{ cause: { code: 'ERR_KMS_ACCESS_DENIED' } }] });
    expect(error.message).toContain('access denied');
  });
});

test('a grant token opens the way', async () => {
  memory = new MemoryKms({ authorization: 'strict' });
  const keyId = await createKey();
  const { encryptedDataKeys, dataKey } = await new KmsKeyring({
    kms: memory.client(),
    generatorKeyId: keyId,
  }).onEncrypt(encryptRequest());
  const { GrantToken } = await memory.client().createGrant({
    KeyId: keyId,
    GranteePrincipal: READER,
    Operations: ['Decrypt'],
  });
  const kms = memory.client({ principal: READER });
  const keyring = new KmsKeyring({ kms, keyIds: [keyId], grantTokens: [GrantToken!] });
  expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
});

test('an alias encrypts; the key ARN in the message decrypts', async () => {
  const keyId = await createKey();
  await memory.client().createAlias({ AliasName: 'alias/app', TargetKeyId: keyId });
  const kms = memory.client();
  const { encryptedDataKeys, dataKey } = await new KmsKeyring({ kms, generatorKeyId: 'alias/app' }).onEncrypt(
    encryptRequest(),
  );
  const reader = new KmsKeyring({ kms, keyIds: [keyId] });
  expect(await reader.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
});

test('with the primary Region down a message is written by the replica, and read in either Region', async () => {
  const kms = (region: string | undefined) => memory.client({ region });
  const keyId = await createKey({ MultiRegion: true });
  await memory.client().replicateKey({ KeyId: keyId, ReplicaRegion: 'eu-west-1' });
  const inEast = new KmsMrkKeyring({ kms, keyId, regions: ['eu-west-1'] });
  const inEurope = new KmsMrkKeyring({ kms, keyId: keyId.replace('us-east-1', 'eu-west-1') });
  memory.faults.add({ region: 'us-east-1', outage: true });
  const { message } = await encrypt(inEast, Buffer.from('text'));
  expect(Buffer.from((await decrypt(inEurope, message)).plaintext).toString()).toBe('text');
  memory.faults.replace([{ region: 'eu-west-1', outage: true }]);
  expect(Buffer.from((await decrypt(inEast, message)).plaintext).toString()).toBe('text');
});

test('asymmetric keys of another usage are told of', async () => {
  const kms = memory.client();
  const signing = await createKey({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' });
  const rsa = new KmsRsaKeyring({ kms, keyId: signing, encryptionAlgorithm: 'RSAES_OAEP_SHA_256' });
  const rsaError = await dataKeyFailure(rsa.onEncrypt(encryptRequest()));
  expect(rsaError.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_KEY_USAGE' } }]);
  const { PublicKey } = await kms.getPublicKey({
    KeyId: await createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' }),
  });
  const senderKeyId = await createKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  const ecdh = new KmsEcdhKeyring({ kms, schema: 'static', senderKeyId, recipientPublicKey: PublicKey! });
  const ecdhError = await dataKeyFailure(ecdh.onEncrypt(encryptRequest()));
  expect(ecdhError.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_KEY_USAGE' } }]);
});

test('an abort ends a slow call at once', async () => {
  const keyring = new KmsKeyring({ kms: memory.client(), generatorKeyId: await createKey() });
  memory.faults.add({ latencyMs: 60_000 });
  const controller = new AbortController();
  const reason = new Error('enough');
  setTimeout(() => controller.abort(reason), 5);
  await expect(keyring.onEncrypt(encryptRequest({ signal: controller.signal }))).rejects.toBe(reason);
});

test('under a governor a slow call ends at the deadline, and the data key is nowhere', async () => {
  const governor = new KmsGovernor({ requestsPerSecond: 100, deadlineMs: 20 });
  const kms = governor.govern(memory.client({ principal: ADMIN }), 'us-east-1');
  const keyring = new KmsKeyring({ kms, generatorKeyId: await createKey() });
  memory.faults.add({ latencyMs: 60_000 });
  const error = await dataKeyFailure(keyring.onEncrypt(encryptRequest()));
  expect(error).toMatchObject({ category: 'transient', attempts: [{ cause: { code: 'ERR_KMS_DEADLINE' } }] });
});
