import * as branchKeys from '@waxseal/branch-keys';
import * as core from '@waxseal/core';
import * as coreNode from '@waxseal/core/node';
import * as dataKeyCache from '@waxseal/data-key-cache';
import * as keyring from '@waxseal/keyring';
import * as keyringAws from '@waxseal/keyring/aws';
import { describe, expect, test } from 'vitest';
import * as waxseal from 'waxseal';
import * as aws from 'waxseal/aws';

describe('waxseal', () => {
  test('exports these names', () => {
    expect(Object.keys(waxseal).sort()).toEqual([
      'BranchKeyConflictError',
      'BranchKeyExistsError',
      'BranchKeyNotFoundError',
      'BranchKeyRecordError',
      'BranchKeyStorageError',
      'BranchKeyStore',
      'CachingMaterialsManager',
      'CommitmentPolicy',
      'ContextMismatchError',
      'DataKeyUnavailableError',
      'DecryptionFailedError',
      'DefaultMaterialsManager',
      'EnvelopeError',
      'FileStorage',
      'HierarchicalKeyring',
      'KmsDiscoveryKeyring',
      'KmsEcdhKeyring',
      'KmsError',
      'KmsGovernor',
      'KmsKeyring',
      'KmsMrkDiscoveryKeyring',
      'KmsMrkKeyring',
      'KmsRsaKeyring',
      'LimitExceededError',
      'LocalMaterialsCache',
      'MalformedMessageError',
      'MemoryStorage',
      'MultiKeyring',
      'PolicyViolationError',
      'RawAesKeyring',
      'RawEcdhKeyring',
      'RawRsaKeyring',
      'RequiredContextMaterialsManager',
      'UnsupportedMessageError',
      'algorithmSuites',
      'cacheChannelNames',
      'createKmsDiscoveryMultiKeyring',
      'createKmsMrkDiscoveryMultiKeyring',
      'createKmsMrkMultiKeyring',
      'decrypt',
      'decryptFile',
      'decryptStream',
      'decryptWebStream',
      'encrypt',
      'encryptFile',
      'encryptStream',
      'encryptWebStream',
      'excludeRegions',
      'isKmsError',
      'isMultiRegionKey',
      'limitRegions',
      'messageLength',
      'openFile',
      'openMessage',
      'parseKmsKeyArn',
      'parseMessageHeader',
      'reencrypt',
      'rewrapBranchKeys',
    ]);
  });

  test('exports the very values of the packages, no copies', () => {
    const homes: readonly Readonly<Record<string, unknown>>[] = [core, coreNode, keyring, dataKeyCache, branchKeys];
    for (const [name, value] of Object.entries(waxseal)) {
      const home = homes.find((candidate) => name in candidate);
      expect(home?.[name], name).toBe(value);
    }
  });

  test('exports every error class, so that callers can decide by it', () => {
    const homes = [core, keyring, branchKeys];
    const errors = homes.flatMap((home) => Object.keys(home)).filter((name) => name.endsWith('Error'));
    expect(Object.keys(waxseal)).toEqual(expect.arrayContaining(errors));
  });
});

test('waxseal/aws exports what @waxseal/keyring/aws does', () => {
  expect({ ...aws }).toEqual({ ...keyringAws });
});
