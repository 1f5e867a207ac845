import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { importInto, wrapForImport } from './import-material.ts';
import { bytes, errorOf, newKey, outcomeOf, stateOf, stillKms } from './keys-in-states.ts';

const external = (client: MemoryKmsClient, input: object = {}) => newKey(client, { Origin: 'EXTERNAL', ...input });
const hmac = { KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' } as const;
const p521 = { KeySpec: 'ECC_NIST_P521', KeyUsage: 'SIGN_VERIFY' } as const;
const pkcs8Of = (namedCurve: string) =>
  new Uint8Array(generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'der', type: 'pkcs8' }));

describe('ImportKeyMaterial', () => {
  it.each(['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const)(
    'takes a symmetric key wrapped by %s',
    async (algorithm) => {
      const { client } = stillKms();
      const { id: KeyId, arn } = await external(client);
      expect(await stateOf(client, KeyId)).toBe('PendingImport');
      const answer = await client.importKeyMaterial(await wrapForImport(client, KeyId, randomBytes(32), algorithm));
      const { KeyMetadata } = await client.describeKey({ KeyId });
      expect(answer).toMatchObject({ KeyId: arn, KeyMaterialId: KeyMetadata!.CurrentKeyMaterialId });
      expect(KeyMetadata).toMatchObject({
        KeyState: 'Enabled',
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
        Origin: 'EXTERNAL',
      });
    },
  );

  it.each([
    ['ECC_NIST_P256', 'prime256v1', 'RSA_AES_KEY_WRAP_SHA_1'],
    ['ECC_NIST_P521', 'secp521r1', 'RSA_AES_KEY_WRAP_SHA_256'],
    ['ECC_SECG_P256K1', 'secp256k1', 'RSA_AES_KEY_WRAP_SHA_256'],
  ] as const)('takes a private key of %s, whose signatures then verify outside', async (KeySpec, curve, algorithm) => {
    const { client } = stillKms();
    const { id: KeyId } = await external(client, { KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const pkcs8 = pkcs8Of(curve);
    await client.importKeyMaterial(await wrapForImport(client, KeyId, pkcs8, algorithm));
    const { PublicKey } = await client.getPublicKey({ KeyId });
    const own = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
    const told = Buffer.from(PublicKey!);
    expect(told.includes(Buffer.from(own.x!, 'base64url'))).toBe(true);
  });

  it('refuses material of another length, kind or curve', async () => {
    const { client } = stillKms();
    const symmetric = await external(client);
    const ecc = await external(client, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const cases = [
      [symmetric.id, randomBytes(31)],
      [ecc.id, randomBytes(32)],
      [ecc.id, pkcs8Of('secp384r1')],
    ] as const;
    for (const [KeyId, material] of cases) {
      const request = await wrapForImport(client, KeyId, material);
      expect((await errorOf(client.importKeyMaterial(request))).name).toBe('IncorrectKeyMaterialException');
    }
  });

  it.each([
    ['HMAC_224', [27, 129], [28, 32, 128]],
    ['HMAC_256', [31, 129], [32, 64, 128]],
    ['HMAC_512', [63, 129], [64, 128]],
  ] as const)('takes %s keys from the length of the spec to 1,024 bits', async (KeySpec, refused, taken) => {
    const { client } = stillKms();
    const make = async (length: number) => {
      const { id } = await external(client, { KeySpec, KeyUsage: 'GENERATE_VERIFY_MAC' });
      return importInto(client, id, randomBytes(length));
    };
    for (const length of refused) expect((await errorOf(make(length))).name).toBe('IncorrectKeyMaterialException');
    for (const length of taken) expect(await outcomeOf(make(length))).toBe('ok');
  });

  it.each([
    [{}, 'RSAES_PKCS1_V1_5', 'RSA_2048', 'UnsupportedOperationException'],
    [{}, 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_4096', 'ValidationException'],
    [hmac, 'RSA_AES_KEY_WRAP_SHA_1', 'RSA_2048', 'ValidationException'],
    [{ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }, 'RSAES_OAEP_SHA_256', 'RSA_2048', 'ValidationException'],
    [p521, 'RSAES_OAEP_SHA_1', 'RSA_2048', 'ValidationException'],
    [p521, 'RSAES_OAEP_SHA_1', 'RSA_3072', 'ok'],
    [p521, 'RSA_AES_KEY_WRAP_SHA_256', 'RSA_2048', 'ok'],
  ] as const)('of a key %j, wrapped by %s under %s: %s', async (input, WrappingAlgorithm, WrappingKeySpec, outcome) => {
    const { client } = stillKms();
    const { id: KeyId } = await external(client, input);
    const call = client.getParametersForImport({ KeyId, WrappingAlgorithm, WrappingKeySpec });
    expect(await outcomeOf(call)).toMatch(new RegExp(`^${outcome}`));
  });

  it('refuses a wrong token, an old one, and what does not unwrap', async () => {
    const { client, clock } = stillKms();
    const { id: KeyId } = await external(client);
    const other = await external(client);
    const request = await wrapForImport(client, KeyId, randomBytes(32));
    const foreign = await wrapForImport(client, other.id, randomBytes(32));
    const nameOf = async (change: object) => (await errorOf(client.importKeyMaterial({ ...request, ...change }))).name;
    expect(await nameOf({ ImportToken: bytes('none') })).toBe('InvalidImportTokenException');
    expect(await nameOf({ ImportToken: foreign.ImportToken })).toBe('InvalidImportTokenException');
    expect(await nameOf({ EncryptedKeyMaterial: foreign.EncryptedKeyMaterial })).toBe('InvalidCiphertextException');
    expect(await nameOf({ EncryptedKeyMaterial: bytes('x') })).toBe('InvalidCiphertextException');
    clock.advance('24h');
    expect(await nameOf({})).toBe('ExpiredImportTokenException');
  });

  it('takes only the same bytes again', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await external(client);
    const material = randomBytes(32);
    const { KeyMaterialId } = await importInto(client, KeyId, material);
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    await client.deleteImportedKeyMaterial({ KeyId });
    expect((await errorOf(importInto(client, KeyId, randomBytes(32)))).name).toBe('IncorrectKeyMaterialException');
    expect((await importInto(client, KeyId, material)).KeyMaterialId).toBe(KeyMaterialId);
    expect((await client.decrypt({ CiphertextBlob })).Plaintext).toEqual(bytes('x'));
  });

  it('lets material expire, with all that hangs on it', async () => {
    const { client, clock, kms } = stillKms();
    const { id: KeyId } = await external(client);
    const ValidTo = new Date(clock.now() + 30 * 86_400_000);
    const expiring = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo };
    const material = randomBytes(32);
    await importInto(client, KeyId, material, expiring);
    expect((await client.describeKey({ KeyId })).KeyMetadata).toMatchObject({
      ValidTo,
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
    });
    clock.advance('30d');
    expect(await stateOf(client, KeyId)).toBe('PendingImport');
    expect((await client.describeKey({ KeyId })).KeyMetadata).not.toHaveProperty('ValidTo');
    expect(kms.auditLog.map(({ eventName }) => eventName)).toContain('DeleteExpiredKeyMaterial');
    await importInto(client, KeyId, material);
    expect(await stateOf(client, KeyId)).toBe('Enabled');
  });

  it.each([0, 366])('refuses an expiry %i days ahead', async (days) => {
    const { client, clock } = stillKms();
    const { id: KeyId } = await external(client);
    const ValidTo = new Date(clock.now() + days * 86_400_000);
    const call = importInto(client, KeyId, randomBytes(32), { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo });
    expect((await errorOf(call)).name).toBe('ValidationException');
  });
});

describe('several imported materials', () => {
  it('wait for rotation, one at a time, and all of them must be there', async () => {
    const { client } = stillKms();
    const { id: KeyId, arn } = await external(client);
    const first = await importInto(client, KeyId, randomBytes(32), { KeyMaterialDescription: 'first' });
    const old = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    const second = await importInto(client, KeyId, randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL' });
    const statesOf = async () =>
      (await client.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' })).Rotations!.map(
        (row) => row.KeyMaterialState,
      );
    expect(await statesOf()).toEqual(['CURRENT', 'PENDING_ROTATION']);
    const third = importInto(client, KeyId, randomBytes(32), { ImportType: 'NEW_KEY_MATERIAL' });
    expect((await errorOf(third)).message).toMatch(
      new RegExp(
        `^New key material \\(id: [0-9a-f]{64}\\) cannot be imported into KMS key ${KeyId}, because another key material \\(id: ${second.KeyMaterialId}\\) is pending rotation\\.$`,
      ),
    );
    expect((await client.rotateKeyOnDemand({ KeyId })).KeyId).toBe(arn);
    expect(await statesOf()).toEqual(['NON_CURRENT', 'CURRENT']);
    const fresh = await client.generateDataKey({ KeyId, KeySpec: 'AES_256' });
    expect(fresh.KeyMaterialId).toBe(second.KeyMaterialId);
    expect((await client.decrypt({ CiphertextBlob: old.CiphertextBlob })).KeyMaterialId).toBe(first.KeyMaterialId);
    await client.deleteImportedKeyMaterial({ KeyId, KeyMaterialId: first.KeyMaterialId });
    expect(await outcomeOf(client.decrypt({ CiphertextBlob: fresh.CiphertextBlob }))).toMatch(/pending import/);
  });

  it('are listed with description, import state and expiry', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await external(client);
    await importInto(client, KeyId, randomBytes(32), { KeyMaterialDescription: 'vault 7' });
    const { Rotations } = await client.listKeyRotations({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' });
    expect(Rotations).toEqual([
      {
        KeyId,
        KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
        KeyMaterialDescription: 'vault 7',
        ImportState: 'IMPORTED',
        KeyMaterialState: 'CURRENT',
        ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE',
      },
    ]);
  });
});
