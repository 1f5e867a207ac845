import { createPublicKey } from 'node:crypto';
import { decrypt, type EncryptedDataKey, type Keyring, parseMessageHeader } from '@waxseal/core';
import {
  type KmsClient,
  KmsEcdhKeyring,
  KmsKeyring,
  KmsMrkDiscoveryKeyring,
  KmsMrkKeyring,
  KmsRsaKeyring,
  MultiKeyring,
  RawAesKeyring,
  RawEcdhKeyring,
  RawRsaKeyring,
  type RsaPadding,
} from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { decryptRequest } from './requests.ts';
import { hasVectors, readBytes, type Vector, type VectorKeyring, vectorKey, vectors } from './vector-files.ts';

const all = vectors('legacy-1.3.0', 'dafny-4.1.0');
const ofKind = (...kinds: VectorKeyring['kind'][]) => all.filter(({ keyring }) => kinds.includes(keyring.kind));

function rawKeyring(keyring: VectorKeyring): Keyring {
  if (keyring.kind === 'raw-aes') {
    const { namespace, name, key } = keyring;
    return new RawAesKeyring({ namespace, name, key: vectorKey(key) as Uint8Array });
  }
  if (keyring.kind === 'raw-rsa') {
    const { namespace, name, key, hash } = keyring;
    const padding = (keyring.padding === 'pkcs1' ? 'pkcs1' : `oaep-${hash}`) as RsaPadding;
    return new RawRsaKeyring({ namespace, name, padding, privateKey: vectorKey(key) });
  }
  if (keyring.kind === 'multi') {
    const generator = keyring.generator === null ? undefined : rawKeyring(keyring.generator);
    return new MultiKeyring({ generator, children: keyring.children.map(rawKeyring) });
  }
  if (keyring.kind !== 'raw-ecdh') throw new Error(keyring.kind);
  const { senderPrivateKey, recipientPublicKey, recipientPrivateKey } = keyring;
  return senderPrivateKey === undefined
    ? new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey: vectorKey(recipientPrivateKey!) })
    : new RawEcdhKeyring({
        schema: 'static',
        senderPrivateKey: vectorKey(senderPrivateKey),
        recipientPublicKey: vectorKey(recipientPublicKey!),
      });
}

async function open({ message, encryptionContext, plaintext }: Vector, keyring: Keyring): Promise<void> {
  const commitmentPolicy = 'REQUIRE_ENCRYPT_ALLOW_DECRYPT';
  const expected = { ...(encryptionContext ?? {}) };
  const result = await decrypt(keyring, readBytes(message), { commitmentPolicy, encryptionContext: expected });
  expect(Buffer.compare(result.plaintext, readBytes(plaintext!))).toBe(0);
}

describe.skipIf(!hasVectors)('messages of other implementations open', () => {
  test.each(['raw-aes', 'raw-rsa', 'raw-ecdh', 'multi'] as const)('with %s', async (kind) => {
    const chosen = ofKind(kind);
    expect(chosen.length).toBeGreaterThan(20);
    for (const vector of chosen) {
      await open(vector, rawKeyring(vector.keyring)).catch((cause) => {
        throw new Error(vector.id, { cause });
      });
    }
  });

  test('with raw-ecdh from the other end, and in the discovery schema', async () => {
    const chosen = ofKind('raw-ecdh').filter(({ keyring }) => 'senderPrivateKey' in keyring);
    expect(chosen).toHaveLength(18);
    for (const vector of chosen) {
      const keyring = vector.keyring as Extract<VectorKeyring, { kind: 'raw-ecdh' }>;
      const recipientPrivateKey = vectorKey(`dafny-${keyring.curve.toLowerCase()}-recipient`);
      const senderPublicKey = createPublicKey(vectorKey(keyring.senderPrivateKey!) as string);
      await open(vector, new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey }));
      const reversed = { senderPrivateKey: recipientPrivateKey, recipientPublicKey: senderPublicKey };
      await open(vector, new RawEcdhKeyring({ schema: 'static', ...reversed }));
    }
  });
});

// These can't be opened without AWS. What can be shown: each leads to the right call, and to no other.
type Call = { readonly operation: string; readonly input: Record<string, unknown> };

class RecordingKms implements Pick<KmsClient, 'decrypt' | 'deriveSharedSecret'> {
  readonly calls: Call[] = [];
  async decrypt(input: Parameters<KmsClient['decrypt']>[0]): Promise<never> {
    return this.#refuse('Decrypt', input);
  }
  async deriveSharedSecret(input: Parameters<KmsClient['deriveSharedSecret']>[0]): Promise<never> {
    return this.#refuse('DeriveSharedSecret', input);
  }
  #refuse(operation: string, input: Record<string, unknown>): never {
    this.calls.push({ operation, input });
    throw Object.assign(new Error('offline'), { name: 'AccessDeniedException' });
  }
}

const unused = async (): Promise<never> => {
  throw new Error('not for decrypting');
};

function kmsKeyring(keyring: VectorKeyring, recording: RecordingKms): Keyring {
  const kms = {
    generateDataKey: unused,
    encrypt: unused,
    decrypt: recording.decrypt.bind(recording),
    deriveSharedSecret: recording.deriveSharedSecret.bind(recording),
  };
  if (keyring.kind === 'aws-kms') return new KmsKeyring({ kms, keyIds: keyring.keyIds });
  if (keyring.kind === 'aws-kms-mrk') return new KmsMrkKeyring({ kms, keyId: keyring.keyIds[0]! });
  if (keyring.kind === 'aws-kms-mrk-discovery') {
    return new KmsMrkDiscoveryKeyring({ kms, region: keyring.region, filter: keyring.filter ?? 'any' });
  }
  if (keyring.kind === 'aws-kms-rsa') {
    const { keyIds, encryptionAlgorithm, publicKey } = keyring;
    return new KmsRsaKeyring({ kms, keyId: keyIds[0]!, encryptionAlgorithm, publicKey: vectorKey(publicKey) });
  }
  if (keyring.kind !== 'aws-kms-ecdh') throw new Error(keyring.kind);
  const recipientPublicKey = vectorKey(keyring.recipientPublicKey);
  const { recipientKeyId, senderKeyId, senderPublicKey } = keyring;
  return senderKeyId === undefined
    ? new KmsEcdhKeyring({ kms, schema: 'discovery', recipientKeyId, recipientPublicKey })
    : new KmsEcdhKeyring({
        kms,
        schema: 'static',
        senderKeyId,
        senderPublicKey: vectorKey(senderPublicKey!),
        recipientPublicKey,
      });
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

function expectedKeyId(keyring: VectorKeyring, entry: EncryptedDataKey): string {
  if ('keyIds' in keyring) return keyring.keyIds[0]!;
  if (keyring.kind === 'aws-kms-ecdh') return keyring.senderKeyId ?? keyring.recipientKeyId;
  const arn = text(entry.providerInfo).split(':');
  return arn.with(3, (keyring as { region: string }).region).join(':');
}

describe.skipIf(!hasVectors)('messages under keys in AWS lead to one call, with the right key', () => {
  const chosen = ofKind('aws-kms', 'aws-kms-mrk', 'aws-kms-mrk-discovery', 'aws-kms-rsa', 'aws-kms-ecdh').filter(
    ({ id }) => id.startsWith('dafny'),
  );

  test('there are 28 of them', () => expect(chosen).toHaveLength(28));

  test.each(chosen)('$keyring.kind $id', async ({ keyring, message, suite }) => {
    const { encryptedDataKeys, encryptionContext, algorithmSuite } = parseMessageHeader(readBytes(message));
    const recording = new RecordingKms();
    const request = decryptRequest(encryptedDataKeys, { encryptionContext, algorithmSuite });
    const error = await kmsKeyring(keyring, recording)
      .onDecrypt(request)
      .catch((reason: unknown) => reason);
    const [entry] = encryptedDataKeys;
    if (keyring.kind === 'aws-kms-rsa' && algorithmSuite.signature !== undefined) {
      throw new Error(`a signing suite under KMS RSA: ${suite}`);
    }
    expect(error).toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE', category: 'denied' });
    expect(recording.calls).toHaveLength(1);
    expect(recording.calls[0]!.input).toMatchObject({ KeyId: expectedKeyId(keyring, entry!) });
    if (keyring.kind !== 'aws-kms-ecdh') {
      expect(recording.calls[0]!.input).toMatchObject({ CiphertextBlob: entry!.ciphertext });
    }
  });
});
