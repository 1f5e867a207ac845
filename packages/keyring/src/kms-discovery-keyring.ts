// Opens data keys by whichever KMS key the message names, within a filter. Never encrypts.

import type { Keyring, KeyringDecryptRequest, KeyringEncryptResult } from '@waxseal/core';
import { makeInspectable } from '@waxseal/core/crypto';
import type { KmsClient } from './kms-client.ts';
import { clientFinder, type KmsClientSource } from './kms-client-finder.ts';
import { discoverDataKey, type KmsDiscovery } from './kms-discovery.ts';
import { copyFilter, discoveryTest, type KmsDiscoveryFilter } from './kms-discovery-filter.ts';
import { copyGrantTokens, requireOptions } from './require-options.ts';

const NAME = 'KmsDiscoveryKeyring';

/** Options of `KmsDiscoveryKeyring`. */
export type KmsDiscoveryKeyringOptions = {
  /** A supplier, unless all keys are in one Region. */
  readonly kms: KmsClientSource<Pick<KmsClient, 'decrypt'>>;
  /** Which accounts' keys may be called; `'any'` has to be said. */
  readonly filter: KmsDiscoveryFilter;
  readonly grantTokens?: readonly string[] | undefined;
};

/**
 * Decrypts under the key ARN that each encrypted data key names, sent as KeyId and compared with the answer's.
 *
 * Says less than a strict keyring: any key within the filter that the credentials may use will do.
 *
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-discovery-keyring.md
 */
export class KmsDiscoveryKeyring implements Keyring {
  readonly #discovery: KmsDiscovery;

  /** @throws TypeError for an unknown option, a missing or incomplete filter, or an unfit `kms`. */
  constructor(options: KmsDiscoveryKeyringOptions) {
    requireOptions(options, { kms: true, filter: true, grantTokens: true }, NAME);
    const { kms, filter, grantTokens } = options;
    const mayCall = discoveryTest(filter);
    this.#discovery = {
      keyring: NAME,
      clientFor: clientFinder(kms, ['decrypt']),
      grantTokens: copyGrantTokens(grantTokens),
      keyToCall: ({ arn, keyArn }) => (mayCall(arn) ? keyArn : undefined),
    };
    const shown = { filter: copyFilter(filter) };
    makeInspectable(this, () => shown);
  }

  /** @throws TypeError always: there is no key to wrap with. */
  async onEncrypt(): Promise<KeyringEncryptResult> {
    throw new TypeError('KmsDiscoveryKeyring only decrypts: encrypt with a KmsKeyring that names its keys');
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    return discoverDataKey(this.#discovery, request);
  }
}
