import * as surface from '@waxseal/data-key-cache';
import { expect, it } from 'vitest';

it('exports these values and no others', () => {
  expect(Object.keys(surface).sort()).toEqual([
    'CachingMaterialsManager',
    'LeaseCache',
    'LocalMaterialsCache',
    'cacheChannelNames',
    'systemClock',
  ]);
});
