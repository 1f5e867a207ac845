// Wrapping of key material for import, as a customer does it.

import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import type { MemoryKmsClient } from '@waxseal/memory-kms';

type Algorithm = 'RSAES_OAEP_SHA_1' | 'RSAES_OAEP_SHA_256' | 'RSA_AES_KEY_WRAP_SHA_1' | 'RSA_AES_KEY_WRAP_SHA_256';

/** A request for ImportKeyMaterial with fresh parameters; the material does not expire. */
export async function wrapForImport(
  client: MemoryKmsClient,
  KeyId: string,
  material: Uint8Array,
  WrappingAlgorithm: Algorithm = 'RSAES_OAEP_SHA_256',
  WrappingKeySpec: 'RSA_2048' | 'RSA_3072' | 'RSA_4096' = 'RSA_2048',
) {
  const parameters = await client.getParametersForImport({ KeyId, WrappingAlgorithm, WrappingKeySpec });
  const key = createPublicKey({ key: Buffer.from(parameters.PublicKey!), format: 'der', type: 'spki' });
  const oaepHash = WrappingAlgorithm.endsWith('_1') ? 'sha1' : 'sha256';
  const oaep = (bytes: Uint8Array) =>
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytes);
  return {
    KeyId,
    ImportToken: parameters.ImportToken,
    EncryptedKeyMaterial: new Uint8Array(
      WrappingAlgorithm.startsWith('RSAES') ? oaep(material) : wrapTwice(material, oaep),
    ),
    ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' as const,
  };
}

/** An AES key under RSA-OAEP, then the material under that key by AES-KWP. */
function wrapTwice(material: Uint8Array, oaep: (bytes: Uint8Array) => Buffer): Buffer {
  const aesKey = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', aesKey, Buffer.from('A65959A6', 'hex'));
  return Buffer.concat([oaep(aesKey), cipher.update(material), cipher.final()]);
}

/** Imports material that does not expire; `extra` goes over the request. */
export async function importInto(client: MemoryKmsClient, KeyId: string, material: Uint8Array, extra: object = {}) {
  return client.importKeyMaterial({ ...(await wrapForImport(client, KeyId, material)), ...extra });
}
