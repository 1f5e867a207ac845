import { DefaultMaterialsManager, RequiredContextMaterialsManager } from '@waxseal/core';
import { CachingMaterialsManager } from '@waxseal/data-key-cache';
import { materialsManagerSuite } from '../suites/materials-manager.suite.ts';

const maxAgeMs = 60_000;

materialsManagerSuite('DefaultMaterialsManager', (keyring) => new DefaultMaterialsManager(keyring));

materialsManagerSuite(
  'RequiredContextMaterialsManager',
  (source) => new RequiredContextMaterialsManager({ source, requiredKeys: ['purpose'] }),
);

materialsManagerSuite(
  'CachingMaterialsManager over a keyring',
  (source) => new CachingMaterialsManager({ source, maxAgeMs }),
);

materialsManagerSuite(
  'CachingMaterialsManager over a manager, one message for each key',
  (keyring) =>
    new CachingMaterialsManager({
      source: new DefaultMaterialsManager(keyring),
      maxAgeMs,
      maxMessages: 1,
      capacity: 1,
    }),
);

materialsManagerSuite(
  'RequiredContextMaterialsManager over CachingMaterialsManager',
  (source) =>
    new RequiredContextMaterialsManager({
      source: new CachingMaterialsManager({ source, maxAgeMs }),
      requiredKeys: ['purpose'],
    }),
);
