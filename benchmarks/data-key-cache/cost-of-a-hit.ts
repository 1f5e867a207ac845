// What the cache adds to a message whose data key is in it, beside the same message with the data key in hand.

import {
  algorithmSuites,
  CommitmentPolicy,
  type DecryptionMaterials,
  type DecryptionMaterialsRequest,
  decrypt,
  type EncryptionMaterials,
  type EncryptionMaterialsRequest,
  encrypt,
  type MaterialsLease,
  type MaterialsManager,
} from '@waxseal/core';
import { CachingMaterialsManager } from '@waxseal/data-key-cache';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';

const MESSAGES = 4_000;
const plaintext = new Uint8Array(1024);
const encryptionContext = { tenant: 'acme', purpose: 'card-number' };
const options = { encryptionContext, algorithmSuite: 0x0478 };

/** Hands out the same materials for ever. */
class KeyInHand implements MaterialsManager {
  readonly #encryption: MaterialsLease<EncryptionMaterials>;
  readonly #decryption: MaterialsLease<DecryptionMaterials>;

  constructor(encryption: EncryptionMaterials, decryption: DecryptionMaterials) {
    this.#encryption = { materials: encryption, reserve: () => {}, release: () => {} };
    this.#decryption = { materials: decryption, reserve: () => {}, release: () => {} };
  }

  async getEncryptionMaterials(_request: EncryptionMaterialsRequest): Promise<MaterialsLease<EncryptionMaterials>> {
    return this.#encryption;
  }

  async getDecryptionMaterials(_request: DecryptionMaterialsRequest): Promise<MaterialsLease<DecryptionMaterials>> {
    return this.#decryption;
  }
}

/** @returns Two comparisons: encrypting and decrypting 1 KiB. */
export async function compareHits(): Promise<readonly Comparison[]> {
  const cached = new CachingMaterialsManager({ source: keyring, maxAgeMs: 3_600_000 });
  const inHand = await keyInHand(cached);
  const { message } = await encrypt(cached, plaintext, options);
  const seal = (keys: MaterialsManager) => () => repeat(() => encrypt(keys, plaintext, options));
  const open = (keys: MaterialsManager) => () => repeat(() => decrypt(keys, message));
  const unit = { unit: 'messages/s', scale: 1, rounds: 15 };
  const results = [
    await compare({ title: 'encrypt 1 KiB, unsigned, data key in the cache', ...unit }, [
      { name: 'cached', run: seal(cached) },
      { name: 'key in hand', run: seal(inHand) },
    ]),
    await compare({ title: 'decrypt 1 KiB, unsigned, data key in the cache', ...unit }, [
      { name: 'cached', run: open(cached) },
      { name: 'key in hand', run: open(inHand) },
    ]),
  ];
  cached.close();
  return results;
}

async function keyInHand(manager: MaterialsManager): Promise<KeyInHand> {
  const request = {
    commitmentPolicy: CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
    algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    encryptionContext,
  };
  const { materials } = await manager.getEncryptionMaterials(request);
  const { encryptedDataKeys } = materials;
  const decryption = await manager.getDecryptionMaterials({ ...request, encryptedDataKeys });
  return new KeyInHand(materials, decryption.materials);
}

async function repeat(act: () => Promise<unknown>): Promise<number> {
  for (let index = 0; index < MESSAGES; index += 1) await act();
  return MESSAGES;
}
