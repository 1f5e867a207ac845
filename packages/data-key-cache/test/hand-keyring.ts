import { EnvelopeError, type Keyring, type KeyringDecryptRequest, type KeyringEncryptRequest } from '@waxseal/core';
import type { Clock } from '@waxseal/data-key-cache';
import { settle } from './fake-clock.ts';

/** A KMS error as a cache sees it: by its category. */
export class StubKmsError extends EnvelopeError {
  readonly code = 'ERR_KMS_STUB';
}

export const denied = (): StubKmsError => new StubKmsError('denied', 'denied');
export const throttled = (): StubKmsError => new StubKmsError('throttled', 'transient');

/** A call that waits to be answered. */
export type HandCall = {
  readonly operation: 'encrypt' | 'decrypt';
  readonly startedAt: number;
  readonly request: KeyringEncryptRequest | KeyringDecryptRequest;
  readonly serial: number;
  /** Set when answered. */
  dataKey?: Uint8Array;
  succeed(): void;
  fail(error: unknown): void;
};

/** A data key that tells its serial number as long as it is not wiped. */
export function serialOf(dataKey: Uint8Array): number {
  return new DataView(dataKey.buffer, dataKey.byteOffset).getUint32(0);
}

export function isWiped(dataKey: Uint8Array): boolean {
  return dataKey.every((byte) => byte === 0);
}

/** A keyring whose calls are answered by hand. Its encrypted data keys are the data keys themselves. */
export class HandKeyring implements Keyring {
  readonly calls: HandCall[] = [];
  readonly #clock: Clock;
  #lastSerial = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async onEncrypt(request: KeyringEncryptRequest) {
    const dataKey = await this.#call('encrypt', request);
    return {
      dataKey,
      encryptedDataKeys: [{ providerId: 'hand', providerInfo: new Uint8Array(3), ciphertext: dataKey.slice() }],
    };
  }

  async onDecrypt(request: KeyringDecryptRequest) {
    return this.#call('decrypt', request);
  }

  /** Answers the oldest call. */
  async succeed(): Promise<HandCall> {
    const call = await this.#oldest();
    call.succeed();
    await settle();
    return call;
  }

  /** Fails the oldest call. */
  async fail(error: unknown): Promise<void> {
    (await this.#oldest()).fail(error);
    await settle();
  }

  /** A signing key pair may have to be made before the keyring is called. */
  async #oldest(): Promise<HandCall> {
    for (let attempt = 0; attempt < 1_000 && this.calls.length === 0; attempt += 1) {
      await new Promise((resolve) => setTimeout(resolve, attempt < 10 ? 0 : 1));
    }
    const [call] = this.calls;
    if (call === undefined) throw new Error('nobody called the keyring');
    return call;
  }

  #call(operation: HandCall['operation'], request: HandCall['request']): Promise<Uint8Array> {
    this.#lastSerial += 1;
    const serial = this.#lastSerial;
    return new Promise((resolve, reject) => {
      const leave = () => void this.calls.splice(this.calls.indexOf(call), 1);
      const call: HandCall = {
        operation,
        startedAt: this.#clock.now(),
        request,
        serial,
        succeed: () => {
          leave();
          call.dataKey = new Uint8Array(request.algorithmSuite.dataKeyLength).fill(0xaa);
          new DataView(call.dataKey.buffer).setUint32(0, serial);
          resolve(call.dataKey);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      this.calls.push(call);
    });
  }
}
