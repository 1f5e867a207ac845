import * as keyring from '@waxseal/keyring';
import * as aws from '@waxseal/keyring/aws';
import { expect, test } from 'vitest';

test('@waxseal/keyring exports these names', () => {
  expect(Object.keys(keyring).sort()).toEqual([
    'KmsDiscoveryKeyring',
    'KmsEcdhKeyring',
    'KmsError',
    'KmsGovernor',
    'KmsKeyring',
    'KmsMrkDiscoveryKeyring',
    'KmsMrkKeyring',
    'KmsRsaKeyring',
    'MultiKeyring',
    'RawAesKeyring',
    'RawEcdhKeyring',
    'RawRsaKeyring',
    'createKmsDiscoveryMultiKeyring',
    'createKmsMrkDiscoveryMultiKeyring',
    'createKmsMrkMultiKeyring',
    'excludeRegions',
    'formatKmsArn',
    'isKmsError',
    'isMultiRegionKey',
    'limitRegions',
    'matchesMultiRegionKey',
    'parseKmsArn',
    'parseKmsKeyArn',
  ]);
});

test('@waxseal/keyring/aws exports awsKms alone', () => {
  expect(Object.keys(aws)).toEqual(['awsKms']);
});
