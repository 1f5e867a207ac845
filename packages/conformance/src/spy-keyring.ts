import type { Keyring, KeyringDecryptRequest, KeyringEncryptRequest, KeyringEncryptResult } from '@waxseal/core';

/** A keyring that keeps a copy of every data key that another one makes. For tests alone. */
export class SpyKeyring implements Keyring {
  readonly #keyring: Keyring;
  /** Copies of the data keys made, in order. */
  readonly dataKeys: Uint8Array[] = [];

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  async onEncrypt(request: KeyringEncryptRequest): Promise<KeyringEncryptResult> {
    const made = await this.#keyring.onEncrypt(request);
    this.dataKeys.push(made.dataKey.slice());
    return made;
  }

  onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    return this.#keyring.onDecrypt(request);
  }
}
