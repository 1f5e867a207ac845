import type { Keyring, KeyringDecryptRequest, KeyringEncryptRequest, KeyringEncryptResult } from '@waxseal/core';

/** A keyring without secrets: hands out one data key whatever is asked, wrapped as a placeholder. For tests alone. */
export class GivenDataKeyKeyring implements Keyring {
  readonly #dataKey: Uint8Array;
  /** How often a data key was asked for. */
  calls = 0;

  /** @param dataKey - Copied; wiping what the keyring gives leaves it alone. */
  constructor(dataKey: Uint8Array) {
    this.#dataKey = dataKey.slice();
  }

  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    this.calls += 1;
    const dataKey = request.dataKey ?? this.#dataKey.slice();
    const providerInfo = Uint8Array.of(0xff, 0x00);
    return { dataKey, encryptedDataKeys: [{ providerId: 'given', providerInfo, ciphertext: Uint8Array.of(1, 2, 3) }] };
  }

  async onDecrypt(_request: KeyringDecryptRequest): Promise<Uint8Array> {
    this.calls += 1;
    return this.#dataKey.slice();
  }
}
