// Names of Regions: those that the keyrings take, and no others.

import { KmsMrkDiscoveryKeyring } from '@waxseal/keyring';
import { expect, it } from 'vitest';
import { BranchKeyStore, MemoryStorage } from '../src/index.ts';
import { FakeKms } from './fake-kms.ts';

/** What is said against a Region; undefined when it is taken. */
function complaint(make: () => unknown): string | undefined {
  try {
    make();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

const good = ['us-east-1', 'eu-west-1', 'us-gov-west-1', 'us-iso-east-1', 'eu-isoe-west-1', 'ap-southeast-12'];
const bad = [
  '',
  'eu-west-1/../x',
  'eu-west-1.evil.example',
  'EU-WEST-1',
  'eu-west-1\n',
  ' eu-west-1',
  'eu',
  'eu-west-123',
];

it.each([...good, ...bad, 1, null, ['eu-west-1']])('discoveryRegion %j is judged as keyrings judge it', (region) => {
  const ofStore = complaint(() => {
    const kmsKey = { discoveryRegion: region as string };
    return new BranchKeyStore({ storage: new MemoryStorage(), kms: new FakeKms(), logicalName: 'keys', kmsKey });
  });
  const ofKeyring = complaint(
    () => new KmsMrkDiscoveryKeyring({ kms: { decrypt: async () => ({}) }, region: region as string, filter: 'any' }),
  );
  expect(ofStore).toBe(ofKeyring?.replace('region must', 'kmsKey.discoveryRegion must'));
  expect(ofStore === undefined).toBe(good.includes(region as string));
});
