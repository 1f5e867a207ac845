import type { Keyring, KeyringEncryptRequest } from '../../src/index.ts';

/** A keyring that knows one data key and counts its calls; it stands for a real one where wrapping is not the subject. */
export class FakeKeyring implements Keyring {
  readonly requests: KeyringEncryptRequest[] = [];
  readonly handedOut: Uint8Array[] = [];
  encryptCalls = 0;
  decryptCalls = 0;

  async onEncrypt(request: KeyringEncryptRequest): ReturnType<Keyring['onEncrypt']> {
    this.encryptCalls += 1;
    this.requests.push(request);
    const entry = { providerId: 'fake', providerInfo: new Uint8Array([1]), ciphertext: new Uint8Array([2, 3]) };
    return { dataKey: this.#dataKey(request.algorithmSuite.dataKeyLength), encryptedDataKeys: [entry] };
  }

  async onDecrypt(request: Parameters<Keyring['onDecrypt']>[0]): ReturnType<Keyring['onDecrypt']> {
    this.decryptCalls += 1;
    return this.#dataKey(request.algorithmSuite.dataKeyLength);
  }

  #dataKey(length: number): Uint8Array {
    const key = new Uint8Array(length).fill(42);
    this.handedOut.push(key);
    return key;
  }
}
