// What logs show of key stores, keyrings and branch keys.

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type BranchKeySource, HierarchicalKeyring } from '../src/index.ts';
import { ARN } from './fake-kms.ts';
import { setUpKeyring, wrap } from './keyring-fixture.ts';
import { setUpStore } from './store-fixture.ts';

const everything = { depth: 10, showHidden: true };

describe('a branch key', () => {
  async function open() {
    const { store } = setUpStore();
    const { branchKeyId, version } = await store.createKey({ branchKeyId: 't1', encryptionContext: { t: '1' } });
    const active = await store.getActiveBranchKey(branchKeyId);
    const kept = await store.getBranchKeyVersion(branchKeyId, version);
    const beacon = await store.getBeaconKey(branchKeyId);
    return { active, kept, beacon };
  }

  it('shows the length of its key in place of the bytes, and so does a copy of the object', async () => {
    const { active, kept, beacon } = await open();
    for (const branchKey of [active, kept, beacon, { ...active }, { nested: active }]) {
      const texts = [inspect(branchKey), inspect(branchKey, { depth: 10 }), JSON.stringify(branchKey)];
      for (const text of texts) {
        expect(text).toContain('<32 bytes, not shown>');
        expect(text).not.toMatch(/Uint8Array|\d+, ?\d+/);
      }
    }
    expect(inspect(active)).toContain("branchKeyId: 't1'");
    expect(JSON.parse(JSON.stringify(active))).toMatchObject({ branchKeyId: 't1', version: active.version });
  });

  it('has a key that reads, compares and is wiped as bytes do', async () => {
    const { active, kept } = await open();
    expect(active.key).toBeInstanceOf(Uint8Array);
    expect(Object.keys(active)).toEqual(['branchKeyId', 'version', 'key', 'encryptionContext']);
    expect(active).toEqual(kept);
    expect(active.key).toEqual(Uint8Array.from(active.key));
    expect(Buffer.from(active.key).equals(kept.key)).toBe(true);
    const bytes = Uint8Array.from(active.key);
    active.key.fill(0);
    expect(active.key).toEqual(new Uint8Array(32));
    expect(bytes).not.toEqual(active.key);
  });
});

it('a key store shows its name and KMS key', () => {
  const text = inspect(setUpStore().store, { ...everything, breakLength: Number.POSITIVE_INFINITY });
  expect(text).toBe(`BranchKeyStore { logicalName: 'keys', kmsKey: { arn: '${ARN}' } }`);
  expect(inspect(setUpStore('discovery').store)).toBe("BranchKeyStore { logicalName: 'keys', kmsKey: 'discovery' }");
});

it('a keyring shows its branch key, its bounds and how many it keeps, no key and no context', async () => {
  const { keyring, keyStore } = await setUpKeyring();
  await wrap(keyring, { tenant: 's3cret' });
  const text = inspect(keyring, everything);
  for (const part of [
    'HierarchicalKeyring {',
    'BranchKeyStore {',
    "branchKeyId: 't1'",
    'maxAgeMs: 60000',
    'entries: 1',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toMatch(/s3cret|Uint8Array/);
  const byTenant = new HierarchicalKeyring({ keyStore, branchKeyIdFor: () => 't1', maxAgeMs: 1_000 });
  expect(inspect(byTenant)).toContain('branchKeyIdFor: [Function');
  keyring.close();
});

it('of a source that is not ours no more than the class is shown', () => {
  class HeldInMemory implements BranchKeySource {
    readonly logicalName = 'keys';
    readonly secret = 's3cret';
    getActiveBranchKey = async () => Promise.reject(new Error('none'));
    getBranchKeyVersion = async () => Promise.reject(new Error('none'));
  }
  const keyring = new HierarchicalKeyring({ keyStore: new HeldInMemory(), branchKeyId: 't1', maxAgeMs: 1_000 });
  expect(inspect(keyring, everything)).toContain("keyStore: 'HeldInMemory'");
  expect(inspect(keyring, everything)).not.toContain('s3cret');
});
