// Discovery for multi-Region keys: calls the replica in one Region, whichever Region encrypted. Never encrypts.

import type { Keyring, KeyringDecryptRequest, KeyringEncryptResult } from '@waxseal/core';
import { makeInspectable } from '@waxseal/core/crypto';
import type { KmsClient } from './kms-client.ts';
import { clientFinder, type KmsClientSource } from './kms-client-finder.ts';
import { discoverDataKey, type KmsDiscovery } from './kms-discovery.ts';
import { copyFilter, discoveryTest, type KmsDiscoveryFilter } from './kms-discovery-filter.ts';
import { formatKmsArn, isMultiRegionKey, type KmsArn } from './kms-key-arn.ts';
import { requireRegion } from './region-name.ts';
import { copyGrantTokens, requireOptions } from './require-options.ts';

const NAME = 'KmsMrkDiscoveryKeyring';

/** Options of `KmsMrkDiscoveryKeyring`. */
export type KmsMrkDiscoveryKeyringOptions = {
  readonly kms: KmsClientSource<Pick<KmsClient, 'decrypt'>>;
  /** The Region to call; that of the client, where `kms` is one. */
  readonly region: string;
  readonly filter: KmsDiscoveryFilter;
  readonly grantTokens?: readonly string[] | undefined;
};

/**
 * Decrypts under the replica, in its Region, of the multi-Region key that the message names; other keys must be of that
 * Region. The KeyId of the answer must be the one that was asked for.
 *
 * @see AWS Encryption SDK specification, framework/aws-kms/aws-kms-mrk-discovery-keyring.md
 */
export class KmsMrkDiscoveryKeyring implements Keyring {
  readonly #discovery: KmsDiscovery;

  /** @throws TypeError for an unknown option, a missing Region, a missing or incomplete filter, or an unfit `kms`. */
  constructor(options: KmsMrkDiscoveryKeyringOptions) {
    requireOptions(options, { kms: true, region: true, filter: true, grantTokens: true }, NAME);
    const { kms, region, filter, grantTokens } = options;
    const mayCall = discoveryTest(filter);
    requireRegion(region, 'region');
    this.#discovery = {
      keyring: NAME,
      clientFor: clientFinder(kms, ['decrypt']),
      grantTokens: copyGrantTokens(grantTokens),
      keyToCall: ({ arn }) => (mayCall(arn) ? keyInRegion(arn, region) : undefined),
    };
    const shown = { region, filter: copyFilter(filter) };
    makeInspectable(this, () => shown);
  }

  /** @throws TypeError always: there is no key to wrap with. */
  async onEncrypt(): Promise<KeyringEncryptResult> {
    throw new TypeError('KmsMrkDiscoveryKeyring only decrypts: encrypt with a KmsMrkKeyring that names its key');
  }

  async onDecrypt(request: KeyringDecryptRequest): Promise<Uint8Array | undefined> {
    return discoverDataKey(this.#discovery, request);
  }
}

function keyInRegion(arn: KmsArn, region: string): string | undefined {
  return arn.region === region || isMultiRegionKey(arn) ? formatKmsArn({ ...arn, region }) : undefined;
}
