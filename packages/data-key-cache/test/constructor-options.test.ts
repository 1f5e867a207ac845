// What constructors say of options that are none, of the wrong kind, or misspelt.

import { CachingMaterialsManager, LeaseCache, LocalMaterialsCache, systemClock } from '@waxseal/data-key-cache';
import { describe, expect, it } from 'vitest';
import { HandKeyring } from './hand-keyring.ts';

const source = new HandKeyring(systemClock);
const cache = new LocalMaterialsCache();

type Options = Readonly<Record<string, unknown>>;

/** Everything that takes options, with all of those that it takes. */
const makers: Readonly<Record<string, { make: (options: never) => unknown; good: Options }>> = {
  CachingMaterialsManager: {
    make: (options) => new CachingMaterialsManager(options),
    good: {
      maxMessages: 1,
      maxBytes: 1,
      cache,
      partitionId: 'p',
      clock: systemClock,
      refreshAheadMs: 1,
      staleIfErrorMs: 1,
      jitter: 0,
      maxAgeMs: 1_000,
      source,
    },
  },
  LeaseCache: {
    make: (options) => new LeaseCache(options),
    good: {
      dispose: () => {},
      isShareable: () => true,
      random: () => 0,
      cache,
      clock: systemClock,
      refreshAheadMs: 1,
      staleIfErrorMs: 1,
      jitter: 0,
      maxAgeMs: 1_000,
      operation: 'test',
    },
  },
  LocalMaterialsCache: { make: (options) => new LocalMaterialsCache(options), good: { capacity: 1 } },
};

describe.each(Object.entries(makers))('%s', (name, { make, good }) => {
  it('takes what is right, and an option that is explicitly undefined', () => {
    expect(make({ ...good, surplus: undefined } as never)).toBeDefined();
  });

  it.each([null, 'source', 1, [], () => {}])('says what it takes when it is given %s', (options) => {
    expect(() => make(options as never)).toThrow(TypeError);
    expect(() => make(options as never)).toThrow(`${name} takes its options as an object: { `);
  });

  it('refuses an unknown option, and suggests what was meant', () => {
    const [option = '', value] = Object.entries(good).at(-1) ?? [];
    expect(() => make({ ...good, surplus: 1 } as never)).toThrow(`unknown option "surplus" of ${name}`);
    expect(() => make({ ...good, [option.toUpperCase()]: value } as never)).toThrow(`did you mean ${option}?`);
  });
});

it('needs options, but for a store, which has a capacity of its own', () => {
  expect(() => new CachingMaterialsManager(undefined as never)).toThrow(/^CachingMaterialsManager takes its options/);
  expect(() => new LeaseCache(undefined as never)).toThrow(/^LeaseCache takes its options/);
  expect(new LocalMaterialsCache(undefined).size).toBe(0);
});

it.each([
  ['maxMesages', 'maxMessages'],
  ['maxAge', 'maxAgeMs'],
  ['backingMaterials', 'source'],
  ['keyring', 'source'],
  ['maxMessagesEncrypted', 'maxMessages'],
])('asks of %s whether %s was meant', (given, meant) => {
  const options = { source, maxAgeMs: 1_000, [given]: 1 };
  expect(() => new CachingMaterialsManager(options as never)).toThrow(
    `unknown option "${given}" of CachingMaterialsManager: did you mean ${meant}?`,
  );
});

it.each([undefined, null, 'keyring', {}, { onEncrypt: () => {} }, { getEncryptionMaterials: () => {} }])(
  'says that the source is wrong when it is %j',
  (wrong) => {
    const make = () => new CachingMaterialsManager({ source: wrong as never, maxAgeMs: 1_000 });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/^source must be a keyring, with onEncrypt and onDecrypt, or another materials manager$/);
  },
);

it.each([
  ['cache', 'CachingMaterialsManager', {}],
  ['cache', 'CachingMaterialsManager', 'none'],
  ['clock', 'CachingMaterialsManager', { now: () => 1 }],
  ['partitionId', 'CachingMaterialsManager', 1],
  ['maxAgeMs', 'CachingMaterialsManager', '1000'],
  ['maxMessages', 'CachingMaterialsManager', {}],
  ['maxBytes', 'CachingMaterialsManager', '1'],
  ['jitter', 'CachingMaterialsManager', 'some'],
  ['cache', 'LeaseCache', 'none'],
  ['clock', 'LeaseCache', {}],
  ['operation', 'LeaseCache', undefined],
  ['dispose', 'LeaseCache', undefined],
  ['isShareable', 'LeaseCache', true],
  ['random', 'LeaseCache', 0.5],
  ['capacity', 'LocalMaterialsCache', 'many'],
])('names %s, which is wrong for %s', (option, name, value) => {
  const { make, good } = makers[name]!;
  // A RangeError where a number is out of range, or none.
  expect(() => make({ ...good, [option]: value } as never)).toThrow(new RegExp(`^${option} must be `));
});
