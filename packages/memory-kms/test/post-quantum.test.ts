// ML-DSA and ML-KEM: real where the running Node has them, refused where it has not.

import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hasPostQuantum } from '../src/engine/key-spec-table.ts';
import { bytes, errorOf, newKey, outcomeOf, stillKms } from './keys-in-states.ts';

const mlDsa = ['ML_DSA_44', 'ML_DSA_65', 'ML_DSA_87'] as const;
const mlKem = ['ML_KEM_512', 'ML_KEM_768', 'ML_KEM_1024'] as const;

describe.runIf(!hasPostQuantum())('a Node without them', () => {
  it.each([...mlDsa, ...mlKem])('refuses %s with UnsupportedOperationException', async (KeySpec) => {
    const { client } = stillKms();
    const KeyUsage = KeySpec.startsWith('ML_DSA') ? 'SIGN_VERIFY' : 'ENCAPSULATE_DECAPSULATE';
    expect((await errorOf(client.createKey({ KeySpec, KeyUsage }))).name).toBe('UnsupportedOperationException');
  });

  it.each(mlKem)('refuses data key pairs of %s', async (KeyPairSpec) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    expect((await errorOf(client.generateDataKeyPair({ KeyId, KeyPairSpec }))).name).toBe(
      'UnsupportedOperationException',
    );
  });
});

describe.runIf(hasPostQuantum())('a Node with them', () => {
  it.each(mlDsa)('signs with %s', async (KeySpec) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const request = { KeyId, Message: bytes('x'), SigningAlgorithm: 'ML_DSA_SHAKE_256' as const };
    const { Signature } = await client.sign(request);
    const { PublicKey } = await client.getPublicKey({ KeyId });
    const key = createPublicKey({ key: Buffer.from(PublicKey!), format: 'der', type: 'spki' });
    expect(verify(null, bytes('x'), key, Signature!)).toBe(true);
    expect((await client.verify({ ...request, Signature })).SignatureValid).toBe(true);
    expect(await outcomeOf(client.verify({ ...request, Message: bytes('y'), Signature }))).toMatch(
      /^KMSInvalidSignature/,
    );
    const external = client.sign({ ...request, Message: new Uint8Array(64), MessageType: 'EXTERNAL_MU' });
    expect((await errorOf(external)).name).toBe('UnsupportedOperationException');
  });

  it.each(mlKem)('shares a secret by %s', async (KeySpec) => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client, { KeySpec, KeyUsage: 'ENCAPSULATE_DECAPSULATE' });
    const request = { KeyId, EncapsulationAlgorithm: 'ML_KEM' as const };
    const { SharedSecret, SharedSecretCiphertextBlob } = await client.encapsulate(request);
    expect(SharedSecret).toHaveLength(32);
    expect((await client.decapsulate({ ...request, SharedSecretCiphertextBlob })).SharedSecret).toEqual(SharedSecret);
    // Implicit rejection: another ciphertext of the right length gives another secret, one of another length an error.
    const damaged = Uint8Array.from(SharedSecretCiphertextBlob!);
    damaged[0]! ^= 1;
    const rejected = await client.decapsulate({ ...request, SharedSecretCiphertextBlob: damaged });
    expect(rejected.SharedSecret).not.toEqual(SharedSecret);
    const short = client.decapsulate({ ...request, SharedSecretCiphertextBlob: damaged.slice(1) });
    expect((await errorOf(short)).name).toBe('InvalidCiphertextException');
  });

  it('makes data key pairs of ML_KEM_768', async () => {
    const { client } = stillKms();
    const { id: KeyId } = await newKey(client);
    const pair = await client.generateDataKeyPair({ KeyId, KeyPairSpec: 'ML_KEM_768' });
    expect((await client.decrypt({ CiphertextBlob: pair.PrivateKeyCiphertextBlob })).Plaintext).toEqual(
      pair.PrivateKeyPlaintext,
    );
  });
});
