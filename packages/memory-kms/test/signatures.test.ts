import {
  constants,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  verify,
} from 'node:crypto';
import { ed25519ph } from '@noble/curves/ed25519.js';
import type { MemoryKmsClient } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { bytes, type CreateKeyInput, errorOf, newKey, outcomeOf, stillKms } from './keys-in-states.ts';

const message = bytes('a message');

async function signingKey(client: MemoryKmsClient, KeySpec: CreateKeyInput['KeySpec']) {
  const { id: KeyId } = await newKey(client, { KeySpec, KeyUsage: 'SIGN_VERIFY' });
  const { PublicKey } = await client.getPublicKey({ KeyId });
  return { KeyId, publicKey: createPublicKey({ key: Buffer.from(PublicKey!), format: 'der', type: 'spki' }) };
}

/** Verification outside, by node:crypto over the whole message. */
function verifiesOutside(algorithm: string, publicKey: KeyObject, signature: Uint8Array): boolean {
  if (algorithm === 'ED25519_SHA_512') return verify(null, message, publicKey, signature);
  const hash = `sha${algorithm.slice(-3)}`;
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  return verify(hash, message, { key: publicKey, ...(algorithm.includes('PSS') ? pss : {}) }, signature);
}

const rsa = ['RSASSA_PSS', 'RSASSA_PKCS1_V1_5'].flatMap((scheme) =>
  [256, 384, 512].map((bits) => ['RSA_2048', `${scheme}_SHA_${bits}`] as const),
);
const table = [
  ...rsa,
  ['RSA_3072', 'RSASSA_PSS_SHA_512'],
  ['ECC_NIST_P256', 'ECDSA_SHA_256'],
  ['ECC_NIST_P384', 'ECDSA_SHA_384'],
  ['ECC_NIST_P521', 'ECDSA_SHA_512'],
  ['ECC_SECG_P256K1', 'ECDSA_SHA_256'],
] as const;

describe.each(table)('%s with %s', (KeySpec, algorithm) => {
  const SigningAlgorithm = algorithm as 'ECDSA_SHA_256';
  const digest = new Uint8Array(
    createHash(`sha${algorithm.slice(-3)}`)
      .update(message)
      .digest(),
  );

  it('20: signs messages and digests alike: a digest is not hashed again', async () => {
    const { client } = stillKms();
    const { KeyId, publicKey } = await signingKey(client, KeySpec);
    const request = { KeyId, SigningAlgorithm };
    const raw = await client.sign({ ...request, Message: message });
    const digested = await client.sign({ ...request, Message: digest, MessageType: 'DIGEST' });
    for (const Signature of [raw.Signature!, digested.Signature!]) {
      expect(verifiesOutside(algorithm, publicKey, Signature)).toBe(true);
      expect((await client.verify({ ...request, Message: message, Signature })).SignatureValid).toBe(true);
      expect(
        (await client.verify({ ...request, Message: digest, MessageType: 'DIGEST', Signature })).SignatureValid,
      ).toBe(true);
    }
  });

  it('21: throws for a bad signature, never SignatureValid false', async () => {
    const { client } = stillKms();
    const { KeyId } = await signingKey(client, KeySpec);
    const { Signature } = await client.sign({ KeyId, SigningAlgorithm, Message: message });
    const flipped = Uint8Array.from(Signature!);
    flipped[flipped.length - 3]! ^= 1;
    const request = { KeyId, SigningAlgorithm };
    for (const bad of [
      { Message: message, Signature: flipped },
      { Message: bytes('another'), Signature },
      { Message: digest, MessageType: 'DIGEST' as const, Signature: flipped },
      { Message: digest.map((byte) => byte ^ 1), MessageType: 'DIGEST' as const, Signature },
      { Message: message, Signature: new Uint8Array(1) },
      { Message: digest, MessageType: 'DIGEST' as const, Signature: new Uint8Array(Signature!.length) },
      { Message: digest, MessageType: 'DIGEST' as const, Signature: new Uint8Array(Signature!.length).fill(255) },
    ]) {
      expect(await outcomeOf(client.verify({ ...request, ...bad }))).toBe('KMSInvalidSignatureException: UnknownError');
    }
  });
});

describe('PSS', () => {
  it('20: has a salt as long as the digest', async () => {
    const { client } = stillKms();
    const { KeyId, publicKey } = await signingKey(client, 'RSA_2048');
    for (const MessageType of ['RAW', 'DIGEST'] as const) {
      const Message = MessageType === 'RAW' ? message : new Uint8Array(createHash('sha256').update(message).digest());
      const { Signature } = await client.sign({ KeyId, Message, MessageType, SigningAlgorithm: 'RSASSA_PSS_SHA_256' });
      const withSalt = (saltLength: number) =>
        verify('sha256', message, { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }, Signature!);
      expect([withSalt(32), withSalt(20), withSalt(222)]).toEqual([true, false, false]);
    }
  });
});

describe('ECC_NIST_EDWARDS25519', () => {
  it('signs messages as Ed25519', async () => {
    const { client } = stillKms();
    const { KeyId, publicKey } = await signingKey(client, 'ECC_NIST_EDWARDS25519');
    const request = { KeyId, Message: message, SigningAlgorithm: 'ED25519_SHA_512' as const };
    const { Signature } = await client.sign(request);
    expect(verifiesOutside('ED25519_SHA_512', publicKey, Signature!)).toBe(true);
    expect((await client.verify({ ...request, Signature })).SignatureValid).toBe(true);
    expect((await errorOf(client.verify({ ...request, Message: bytes('x'), Signature }))).name).toBe(
      'KMSInvalidSignatureException',
    );
    expect((await errorOf(client.sign({ ...request, Message: new Uint8Array(64), MessageType: 'DIGEST' }))).name).toBe(
      'ValidationException',
    );
  });

  it('signs digests as Ed25519ph', async () => {
    const { client } = stillKms();
    const { KeyId, publicKey } = await signingKey(client, 'ECC_NIST_EDWARDS25519');
    const digest = new Uint8Array(createHash('sha512').update(message).digest());
    const request = {
      KeyId,
      Message: digest,
      MessageType: 'DIGEST' as const,
      SigningAlgorithm: 'ED25519_PH_SHA_512' as const,
    };
    const { Signature } = await client.sign(request);
    const raw = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'));
    expect(ed25519ph.verify(Signature!, message, raw, { zip215: false })).toBe(true);
    expect((await client.verify({ ...request, Signature })).SignatureValid).toBe(true);
    expect(
      (await errorOf(client.verify({ ...request, Message: digest.map((byte) => byte ^ 1), Signature }))).name,
    ).toBe('KMSInvalidSignatureException');
    expect((await errorOf(client.sign({ ...request, MessageType: 'RAW' }))).name).toBe('ValidationException');
  });

  it('matches the test vector of RFC 8032, section 7.3', async () => {
    const secret = '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42';
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, {
      KeySpec: 'ECC_NIST_EDWARDS25519',
      KeyUsage: 'SIGN_VERIFY',
      Origin: 'EXTERNAL',
    });
    const { importInto } = await import('./import-material.ts');
    await importInto(client, KeyId, Buffer.from(`302e020100300506032b657004220420${secret}`, 'hex'));
    const Message = new Uint8Array(createHash('sha512').update('abc').digest());
    const request = { KeyId, Message, MessageType: 'DIGEST' as const, SigningAlgorithm: 'ED25519_PH_SHA_512' as const };
    const { Signature } = await client.sign(request);
    expect(Buffer.from(Signature!).toString('hex')).toBe(
      '98a70222f0b8121aa9d30f813d683f809e462b469c7ff87639499bb94e6dae41' +
        '31f85042463c2a355a2003d062adf5aaa10b8c61e636062aaad11c2a26083406',
    );
  });
});

describe('HMAC keys', () => {
  it.each([224, 256, 384, 512] as const)('HMAC_%i: MACs are as long as the hash, and bad ones throw', async (bits) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec: `HMAC_${bits}`, KeyUsage: 'GENERATE_VERIFY_MAC' });
    const request = { KeyId, Message: message, MacAlgorithm: `HMAC_SHA_${bits}` as const };
    const { Mac } = await client.generateMac(request);
    expect(Mac).toHaveLength(bits / 8);
    expect((await client.verifyMac({ ...request, Mac })).MacValid).toBe(true);
    const flipped = Uint8Array.from(Mac!);
    flipped[0]! ^= 1;
    for (const bad of [flipped, Mac!.slice(1)]) {
      expect(await outcomeOf(client.verifyMac({ ...request, Mac: bad }))).toBe('KMSInvalidMacException: UnknownError');
    }
  });

  it('are real HMACs', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, {
      KeySpec: 'HMAC_256',
      KeyUsage: 'GENERATE_VERIFY_MAC',
      Origin: 'EXTERNAL',
    });
    const { importInto } = await import('./import-material.ts');
    await importInto(client, KeyId, Buffer.alloc(32, 7));
    const { Mac } = await client.generateMac({ KeyId, Message: message, MacAlgorithm: 'HMAC_SHA_256' });
    expect(Buffer.from(Mac!)).toEqual(createHmac('sha256', Buffer.alloc(32, 7)).update(message).digest());
  });
});

describe('DeriveSharedSecret', () => {
  it.each([
    ['ECC_NIST_P256', 'prime256v1', 32],
    ['ECC_NIST_P384', 'secp384r1', 48],
    ['ECC_NIST_P521', 'secp521r1', 66],
  ] as const)('%s: both sides get the same x-coordinate', async (KeySpec, namedCurve, length) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec, KeyUsage: 'KEY_AGREEMENT' });
    const { PublicKey: ours } = await client.getPublicKey({ KeyId });
    const theirs = generateKeyPairSync('ec', { namedCurve });
    const PublicKey = new Uint8Array(theirs.publicKey.export({ format: 'der', type: 'spki' }));
    const answer = await client.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey });
    const publicKey = createPublicKey({ key: Buffer.from(ours!), format: 'der', type: 'spki' });
    expect(Buffer.from(answer.SharedSecret!)).toEqual(diffieHellman({ privateKey: theirs.privateKey, publicKey }));
    expect(answer).toMatchObject({ KeyAgreementAlgorithm: 'ECDH', KeyOrigin: 'AWS_KMS' });
    expect(answer.SharedSecret).toHaveLength(length);
  });

  it('refuses points that are not on the curve of the key', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
    const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' }).publicKey.export({
      format: 'der',
      type: 'spki',
    });
    const off = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey.export({
      format: 'der',
      type: 'spki',
    });
    off[off.length - 1]! ^= 1;
    for (const PublicKey of [other, off, Buffer.from('x')].map((key) => new Uint8Array(key))) {
      const call = client.deriveSharedSecret({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey });
      expect((await errorOf(call)).name).toBe('ValidationException');
    }
  });
});

describe('data key pairs', () => {
  it.each(['RSA_2048', 'ECC_NIST_P256', 'ECC_NIST_P521', 'ECC_SECG_P256K1', 'ECC_NIST_EDWARDS25519'] as const)(
    '%s: PKCS#8 and SPKI of one pair, the private key sealed',
    async (KeyPairSpec) => {
      const { client } = stillKms();
      const { id: KeyId, arn } = await newKey(client);
      const pair = await client.generateDataKeyPair({ KeyId, KeyPairSpec, EncryptionContext: { a: 'b' } });
      const opened = await client.decrypt({
        CiphertextBlob: pair.PrivateKeyCiphertextBlob,
        EncryptionContext: { a: 'b' },
      });
      expect(opened.Plaintext).toEqual(pair.PrivateKeyPlaintext);
      const derived = createPublicKey(
        createPrivateKey({ key: Buffer.from(pair.PrivateKeyPlaintext!), format: 'der', type: 'pkcs8' }),
      );
      expect(new Uint8Array(derived.export({ format: 'der', type: 'spki' }))).toEqual(pair.PublicKey);
      expect(pair).toMatchObject({ KeyId: arn, KeyPairSpec });
    },
  );

  it('are sealed under symmetric keys alone', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
    const call = client.generateDataKeyPair({ KeyId, KeyPairSpec: 'ECC_NIST_P256' });
    expect((await errorOf(call)).name).toBe('InvalidKeyUsageException');
  });
});
