// What one message can make a keyring ask of the key store.

import { randomUUID } from 'node:crypto';
import { DataKeyUnavailableError, type EncryptedDataKey } from '@waxseal/core';
import { describe, expect, it } from 'vitest';
import { HierarchicalKeyring } from '../src/index.ts';
import { MAX_VERSIONS_PER_MESSAGE } from '../src/message-versions.ts';
import { encodeUuid } from '../src/uuid.ts';
import { failure, setUpKeyring, unwrap, wrap } from './keyring-fixture.ts';

const VERSION_START = 28;

/** The same data key, said to be of another version. */
function ofVersion(dataKey: EncryptedDataKey, version: string): EncryptedDataKey {
  const ciphertext = dataKey.ciphertext.slice();
  ciphertext.set(encodeUuid(version), VERSION_START);
  return { ...dataKey, ciphertext };
}

/** The same data key with a wrong tag. */
function damaged(dataKey: EncryptedDataKey): EncryptedDataKey {
  const ciphertext = dataKey.ciphertext.slice();
  ciphertext[ciphertext.length - 1]! ^= 1;
  return { ...dataKey, ciphertext };
}

function invented(dataKey: EncryptedDataKey, count: number): EncryptedDataKey[] {
  return Array.from({ length: count }, () => ofVersion(dataKey, randomUUID()));
}

async function setUpMessage() {
  const fixture = await setUpKeyring();
  const { dataKey, encryptedDataKeys } = await wrap(fixture.keyring);
  const { keyStore, storage, kms } = fixture;
  const reader = (options = {}) => new HierarchicalKeyring({ keyStore, branchKeyId: 't1', maxAgeMs: 1000, ...options });
  storage.reads = 0;
  kms.calls.decrypt = 0;
  return { ...fixture, dataKey, own: encryptedDataKeys[0]!, reader };
}

describe('the versions that a message names', () => {
  it('are looked for up to a limit, and one attempt tells of the rest', async () => {
    const { own, storage, reader } = await setUpMessage();
    const error = await failure(unwrap(reader(), { encryptedDataKeys: invented(own, 100) }));
    expect(error).toBeInstanceOf(DataKeyUnavailableError);
    expect(storage.reads).toBe(8);
    const { attempts, category } = error as DataKeyUnavailableError;
    expect(attempts).toHaveLength(MAX_VERSIONS_PER_MESSAGE + 1);
    expect(attempts[0]?.cause).toMatchObject({ code: 'ERR_BRANCH_KEY_NOT_FOUND' });
    expect(attempts.at(-1)).toMatchObject({
      keyring: 'HierarchicalKeyring',
      key: 't1',
      cause: {
        code: 'ERR_LIMIT_EXCEEDED',
        limit: 8,
        message: 'the message names more than 8 versions of the branch key: the others were not tried',
      },
    });
    expect(category).toBe('mismatch');
  });

  it('count for each message anew, and no more than once', async () => {
    const { own, dataKey, reader } = await setUpMessage();
    const keyring = reader();
    const others = invented(own, MAX_VERSIONS_PER_MESSAGE - 1);
    for (let message = 0; message < 3; message += 1) {
      expect(await unwrap(keyring, { encryptedDataKeys: [...others, ...others, own] })).toEqual(dataKey);
    }
    const beyond = [...invented(own, MAX_VERSIONS_PER_MESSAGE), own];
    expect(await failure(unwrap(keyring, { encryptedDataKeys: beyond }))).toBeInstanceOf(DataKeyUnavailableError);
    // Beyond the limit, those that are known by then are still tried.
    const early = [damaged(own), ...invented(own, 20), own];
    expect(await unwrap(keyring, { encryptedDataKeys: early })).toEqual(dataKey);
  });

  it('are read once each, found or not, with a cache that has no room as well', async () => {
    const { own, storage, kms, keyStore, keyring, clock, reader } = await setUpMessage();
    await keyStore.versionKey('t1');
    clock.advance(60_000);
    const newer = (await wrap(keyring)).encryptedDataKeys[0]!;
    const missing = ofVersion(own, randomUUID());
    const encryptedDataKeys = Array.from({ length: 30 }, () => [damaged(own), missing, damaged(newer)]).flat();
    for (const capacity of [0, 1, 1000]) {
      storage.reads = 0;
      kms.calls.decrypt = 0;
      const error = (await failure(unwrap(reader({ capacity }), { encryptedDataKeys }))) as DataKeyUnavailableError;
      expect([storage.reads, kms.calls.decrypt]).toEqual([3, 2]);
      expect(error.attempts.filter(({ cause }) => (cause as Error).name === 'BranchKeyNotFoundError')).toHaveLength(1);
    }
  });

  it('are wiped when the message is done with and nobody keeps them', async () => {
    const { own, dataKey, keyStore, reader } = await setUpMessage();
    const taken: Uint8Array[] = [];
    const spying = {
      logicalName: 'keys',
      getActiveBranchKey: keyStore.getActiveBranchKey.bind(keyStore),
      getBranchKeyVersion: async (id: string, version: string) => {
        const branchKey = await keyStore.getBranchKeyVersion(id, version);
        taken.push(branchKey.key);
        return branchKey;
      },
    };
    const keyring = reader({ keyStore: spying, capacity: 0 });
    expect(await unwrap(keyring, { encryptedDataKeys: [own] })).toEqual(dataKey);
    await failure(unwrap(keyring, { encryptedDataKeys: [damaged(own)] }));
    expect(taken.map((key) => key.every((byte) => byte === 0))).toEqual([true, true]);
  });
});
