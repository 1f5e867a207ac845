// What other emulators get wrong about ciphertexts, each as its opposite. The numbers are those of docs/memory-kms.md.

import { constants, createPrivateKey, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { importInto, wrapForImport } from '../import-material.ts';
import { bytes, errorOf, newKey, outcomeOf, stillKms } from '../keys-in-states.ts';

const INVALID = 'InvalidCiphertextException: UnknownError';

async function sealed(EncryptionContext?: Record<string, string>, text = 'attack at dawn') {
  const { client, kms, clock } = stillKms();
  const { id: KeyId, arn } = await newKey(client);
  const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes(text), EncryptionContext });
  return { client, kms, clock, KeyId, arn, CiphertextBlob: CiphertextBlob! };
}

describe('the encryption context', () => {
  it('1: is encoded injectively: {"ab":"c"} is not {"a":"bc"}', async () => {
    const { client, CiphertextBlob } = await sealed({ ab: 'c' });
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext: { a: 'bc' } }))).toBe(INVALID);
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext: { ab: 'c' } }))).toBe('ok');
  });

  it.each([
    [{ a: 'b', c: 'd' }, { a: 'b,c=d' }],
    [{ a: 'b&c=d' }, { a: 'b', c: 'd' }],
    [{ a: '' }, { '': 'a' }],
    [{ a: 'b' }, { A: 'b' }],
    [{ a: 'b' }, { a: 'b', c: '' }],
    [{ a: '\u00e9' }, { a: 'e\u0301' }],
    [{ a: '\ud800' }, { a: '\ufffd' }],
    [JSON.parse('{"__proto__":"x"}') as Record<string, string>, {}],
    [{ constructor: 'x' }, {}],
  ])('1: %j is not %j', async (one, other) => {
    const { client, CiphertextBlob } = await sealed(one);
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext: other }))).toBe(INVALID);
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext: one }))).toBe('ok');
  });

  it('1: matches in any order, and empty equals absent', async () => {
    const { client, CiphertextBlob } = await sealed({ a: '1', b: '2' });
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext: { b: '2', a: '1' } }))).toBe('ok');
    const plain = await sealed({});
    expect(await outcomeOf(plain.client.decrypt({ CiphertextBlob: plain.CiphertextBlob }))).toBe('ok');
  });

  it('2: binds every pair, aws-crypto-public-key too', async () => {
    const { client, CiphertextBlob } = await sealed({ 'aws-crypto-public-key': 'k', a: 'b' });
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext: { a: 'b' } }))).toBe(INVALID);
  });

  it('3: is bound by GenerateDataKey, its twin and data key pairs exactly as by Encrypt', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const request = { KeyId, EncryptionContext: { a: 'b' } };
    const blobs = [
      (await client.generateDataKey({ ...request, KeySpec: 'AES_256' })).CiphertextBlob,
      (await client.generateDataKeyWithoutPlaintext({ ...request, KeySpec: 'AES_256' })).CiphertextBlob,
      (await client.generateDataKeyPair({ ...request, KeyPairSpec: 'ECC_NIST_P256' })).PrivateKeyCiphertextBlob,
    ];
    for (const CiphertextBlob of blobs) {
      expect(await outcomeOf(client.decrypt({ CiphertextBlob }))).toBe(INVALID);
      expect(await outcomeOf(client.decrypt({ CiphertextBlob, EncryptionContext: { a: 'b' } }))).toBe('ok');
    }
  });

  it.each([1, true, ['a'], { a: 'b' }, 1n])(
    '4: refuses %o as a value instead of turning it into text',
    async (value) => {
      const { client } = stillKms();
      const { id: KeyId } = await newKey(client);
      const EncryptionContext = { a: value as never };
      expect((await errorOf(client.encrypt({ KeyId, Plaintext: bytes('x'), EncryptionContext }))).name).toBe(
        'SerializationException',
      );
    },
  );
});

describe('the ciphertext blob', () => {
  it('5: holds no trace of the plaintext, raw or base64', async () => {
    const text = 'a plaintext that would be easy to find';
    const { CiphertextBlob } = await sealed(undefined, text);
    const blob = Buffer.from(CiphertextBlob);
    expect(blob.includes(text.slice(0, 8))).toBe(false);
    for (const shift of [0, 1, 2])
      expect(blob.includes(Buffer.from(text.slice(shift)).toString('base64').slice(0, 12))).toBe(false);
  });

  it('5: is another one for each call', async () => {
    const { client, KeyId, CiphertextBlob } = await sealed();
    const again = await client.encrypt({ KeyId, Plaintext: bytes('attack at dawn') });
    expect(again.CiphertextBlob).not.toEqual(CiphertextBlob);
  });

  it('6: opens with no single bit flipped, with and without KeyId', async () => {
    const { client, KeyId, CiphertextBlob } = await sealed({ a: 'b' });
    for (let bit = 0; bit < CiphertextBlob.length * 8; bit++) {
      const damaged = Uint8Array.from(CiphertextBlob);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const request = { CiphertextBlob: damaged, EncryptionContext: { a: 'b' } };
      expect(await outcomeOf(client.decrypt(request)), `bit ${bit}`).toBe(INVALID);
      expect(await outcomeOf(client.decrypt({ ...request, KeyId })), `bit ${bit}`).toBe(INVALID);
    }
  });

  it('6: opens at no other length', async () => {
    const { client, CiphertextBlob } = await sealed();
    for (let length = 1; length < CiphertextBlob.length; length++) {
      expect(await outcomeOf(client.decrypt({ CiphertextBlob: CiphertextBlob.slice(0, length) }))).toBe(INVALID);
    }
    const longer = new Uint8Array([...CiphertextBlob, 0]);
    expect(await outcomeOf(client.decrypt({ CiphertextBlob: longer }))).toBe(INVALID);
  });

  it('7: does not open under another KeyId, and the error is IncorrectKeyException', async () => {
    const { client, CiphertextBlob } = await sealed();
    const { id: KeyId } = await newKey(client);
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, KeyId }))).toBe(
      'IncorrectKeyException: The key ID in the request does not identify a CMK that can perform this operation.',
    );
  });

  it('8: never opens again when its key is gone', async () => {
    const { client, clock, KeyId, CiphertextBlob } = await sealed();
    expect((await client.decrypt({ CiphertextBlob })).KeyId).toContain(KeyId);
    await client.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    clock.advance('7d');
    expect((await errorOf(client.decrypt({ CiphertextBlob }))).message).toMatch(
      /^The ciphertext refers to a customer master key/,
    );
    expect((await errorOf(client.decrypt({ CiphertextBlob }))).name).toBe('AccessDeniedException');
    expect((await errorOf(client.decrypt({ CiphertextBlob, KeyId }))).name).toBe('NotFoundException');
  });

  it('11: is opened under the material that it names, not by trying all', async () => {
    const { client, KeyId, CiphertextBlob } = await sealed();
    const first = (await client.decrypt({ CiphertextBlob })).KeyMaterialId;
    await client.rotateKeyOnDemand({ KeyId });
    const second = await client.encrypt({ KeyId, Plaintext: bytes('later') });
    expect((await client.decrypt({ CiphertextBlob })).KeyMaterialId).toBe(first);
    expect((await client.decrypt({ CiphertextBlob: second.CiphertextBlob })).KeyMaterialId).not.toBe(first);
  });

  it('31: belongs to one key: destroying an imported material makes its blobs unreadable', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { Origin: 'EXTERNAL' });
    const material = randomBytes(32);
    await importInto(client, KeyId, material);
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    await client.deleteImportedKeyMaterial({ KeyId });
    expect(await outcomeOf(client.decrypt({ CiphertextBlob }))).toMatch(
      /^KMSInvalidStateException: .* is pending import\.$/,
    );
    // The same bytes under another key open nothing either.
    const other = await newKey(client, { Origin: 'EXTERNAL' });
    await importInto(client, other.id, material);
    expect(await outcomeOf(client.decrypt({ CiphertextBlob, KeyId: other.id }))).toMatch(/^IncorrectKeyException/);
  });

  it('34: opens for no other account that its policy does not name', async () => {
    const { client, kms } = stillKms({ authorization: 'keyPolicy' });
    const { id: KeyId } = await newKey(client);
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: bytes('x') });
    const stranger = kms.client({ principal: 'arn:aws:iam::444455556666:root' });
    expect((await errorOf(stranger.decrypt({ CiphertextBlob }))).name).toBe('AccessDeniedException');
  });
});

describe('data keys', () => {
  it.each([
    [{ KeySpec: 'AES_128' } as const, 16],
    [{ KeySpec: 'AES_256' } as const, 32],
    [{ NumberOfBytes: 1 }, 1],
    [{ NumberOfBytes: 1024 }, 1024],
  ])('18: %j is %i bytes long', async (size, length) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const { Plaintext, CiphertextBlob } = await client.generateDataKey({ KeyId, ...size });
    expect(Plaintext).toHaveLength(length);
    expect((await client.decrypt({ CiphertextBlob })).Plaintext).toEqual(Plaintext);
  });

  it.each([{}, { KeySpec: 'AES_256', NumberOfBytes: 32 } as const])('18: %j is refused', async (size) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    expect((await errorOf(client.generateDataKey({ KeyId, ...size }))).name).toBe('ValidationException');
    expect((await errorOf(client.generateDataKeyWithoutPlaintext({ KeyId, ...size }))).name).toBe(
      'ValidationException',
    );
  });
});

describe('RSA encryption', () => {
  it.each([
    ['RSA_2048', 'RSAES_OAEP_SHA_1', 'sha1', 214],
    ['RSA_2048', 'RSAES_OAEP_SHA_256', 'sha256', 190],
    ['RSA_3072', 'RSAES_OAEP_SHA_256', 'sha256', 318],
  ] as const)(
    '19: %s with %s is real OAEP: the private key opens it outside',
    async (KeySpec, algorithm, oaepHash, max) => {
      const { client } = stillKms();
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: Number(KeySpec.slice(4)) });
      const { id: KeyId } = await newKey(client, { KeySpec, KeyUsage: 'ENCRYPT_DECRYPT', Origin: 'EXTERNAL' });
      const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
      await client.importKeyMaterial(await wrapForImport(client, KeyId, pkcs8, 'RSA_AES_KEY_WRAP_SHA_256'));
      const request = { KeyId, EncryptionAlgorithm: algorithm };
      const { CiphertextBlob } = await client.encrypt({ ...request, Plaintext: new Uint8Array(max).fill(7) });
      expect(CiphertextBlob).toHaveLength(Number(KeySpec.slice(4)) / 8);
      const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
      const opened = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, CiphertextBlob!);
      expect(opened).toEqual(Buffer.alloc(max, 7));
      expect((await client.decrypt({ ...request, CiphertextBlob })).Plaintext).toEqual(new Uint8Array(max).fill(7));
      const tooLong = client.encrypt({ ...request, Plaintext: new Uint8Array(max + 1) });
      expect((await errorOf(tooLong)).message).toBe(
        `Algorithm ${algorithm} and key spec ${KeySpec} cannot encrypt data larger than ${max} bytes.`,
      );
      for (const garbage of [new Uint8Array(1), new Uint8Array(CiphertextBlob!.length), new Uint8Array(6144)]) {
        expect(await outcomeOf(client.decrypt({ ...request, CiphertextBlob: garbage }))).toBe(INVALID);
      }
    },
  );
});
