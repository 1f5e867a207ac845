import { LocalMaterialsCache } from '@waxseal/data-key-cache';
import { materialsCacheSuite } from '../suites/materials-cache.suite.ts';

materialsCacheSuite('LocalMaterialsCache', (capacity) => new LocalMaterialsCache({ capacity }));
