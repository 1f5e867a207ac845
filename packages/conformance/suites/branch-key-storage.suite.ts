// What every home of branch-key records must do.

import {
  BranchKeyConflictError,
  type BranchKeyRecord,
  BranchKeyRecordError,
  type BranchKeyStorage,
  type WriteCondition,
} from '@waxseal/branch-keys';
import { describe, expect, it } from 'vitest';

/** Makes an empty storage that nobody else uses. */
export type StorageFactory = () => Promise<BranchKeyStorage>;

/** Runs the suite of the port `BranchKeyStorage` against one home. */
export function branchKeyStorageSuite(name: string, create: StorageFactory): void {
  describe(`BranchKeyStorage: ${name}`, () => {
    readingAndWriting(create);
    conditions(create);
    listing(create);
    limits(create);
  });
}

function record(
  branchKeyId: string,
  type: string,
  ciphertext: number[],
  more: Record<string, string> = {},
): BranchKeyRecord {
  const attributes = { 'branch-key-id': branchKeyId, type, 'hierarchy-version': '1', ...more };
  return { attributes, ciphertext: Uint8Array.from(ciphertext) };
}

function put(storage: BranchKeyStorage, written: BranchKeyRecord, condition: WriteCondition = 'absent'): Promise<void> {
  return storage.write([{ record: written, condition }]);
}

/** Records of null-prototype attributes compare as plain ones. */
function plain(found: BranchKeyRecord | undefined): unknown {
  return found && { attributes: { ...found.attributes }, ciphertext: [...found.ciphertext] };
}

async function listed(storage: BranchKeyStorage, branchKeyId?: string): Promise<unknown[]> {
  const found: BranchKeyRecord[] = [];
  for await (const entry of storage.list(branchKeyId)) {
    if (entry instanceof BranchKeyRecordError) throw entry;
    found.push(entry);
  }
  return found.map(plain).sort((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1));
}

function readingAndWriting(create: StorageFactory): void {
  it('gives back what was written, every attribute and byte', async () => {
    const storage = await create();
    const more = {
      'kms-arn': 'arn',
      'aws-crypto-ec:tenant': 'ä€😀',
      'aws-crypto-ec:': 'empty key',
      'aws-crypto-ec:e': '',
    };
    const written = record('id/../ä €', 'branch:ACTIVE', [0, 1, 254, 255], more);
    await put(storage, written);
    const address = { branchKeyId: 'id/../ä €', recordType: 'branch:ACTIVE' };
    expect(plain(await storage.read(address))).toEqual(plain(written));
  });

  it('has undefined for what is not there', async () => {
    const storage = await create();
    expect(await storage.read({ branchKeyId: 'a', recordType: 'x' })).toBeUndefined();
    await put(storage, record('a', 'x', [1]));
    expect(await storage.read({ branchKeyId: 'a', recordType: 'y' })).toBeUndefined();
    expect(await storage.read({ branchKeyId: 'A', recordType: 'x' })).toBeUndefined();
  });

  it('shares no memory with the caller', async () => {
    const storage = await create();
    const written = record('a', 'x', [1, 2]);
    await put(storage, written);
    written.ciphertext.fill(9);
    const address = { branchKeyId: 'a', recordType: 'x' };
    (await storage.read(address))?.ciphertext.fill(9);
    expect((await storage.read(address))?.ciphertext).toEqual(Uint8Array.of(1, 2));
  });

  it('is made ready again without harm', async () => {
    const storage = await create();
    await put(storage, record('a', 'x', [1]));
    await storage.prepare();
    expect(await listed(storage)).toHaveLength(1);
  });

  it('stops with the reason of the signal, having written nothing', async () => {
    const storage = await create();
    const signal = AbortSignal.abort(new Error('enough'));
    const address = { branchKeyId: 'a', recordType: 'x' };
    const written = { record: record('a', 'x', [1]), condition: 'absent' } as const;
    await expect(storage.read(address, { signal })).rejects.toThrow('enough');
    await expect(storage.write([written], { signal })).rejects.toThrow('enough');
    await expect(storage.prepare({ signal })).rejects.toThrow('enough');
    expect(await storage.read(address)).toBeUndefined();
  });
}

function conditions(create: StorageFactory): void {
  it('absent: refuses where there is a record, of whatever content', async () => {
    const storage = await create();
    await put(storage, record('a', 'x', [1]));
    await expect(put(storage, record('a', 'x', [1]))).rejects.toThrow(BranchKeyConflictError);
    await put(storage, record('a', 'y', [1]));
    await put(storage, record('b', 'x', [1]));
    expect(await listed(storage)).toHaveLength(3);
  });

  it('ciphertext: replaces the whole record that has exactly these bytes, and no other', async () => {
    const storage = await create();
    await put(storage, record('a', 'x', [1, 2], { old: 'attribute' }));
    for (const ciphertext of [[1], [1, 3], [1, 2, 3]]) {
      const condition = { ciphertext: Uint8Array.from(ciphertext) };
      await expect(put(storage, record('a', 'x', [9]), condition)).rejects.toThrow(BranchKeyConflictError);
    }
    const replacement = record('a', 'x', [3], { new: 'attribute' });
    await put(storage, replacement, { ciphertext: Uint8Array.of(1, 2) });
    expect(await listed(storage)).toEqual([plain(replacement)]);
  });

  it('ciphertext: refuses where there is no record', async () => {
    const storage = await create();
    const condition = { ciphertext: Uint8Array.of(1) };
    await expect(put(storage, record('a', 'x', [2]), condition)).rejects.toThrow(BranchKeyConflictError);
    expect(await listed(storage)).toEqual([]);
  });

  it('writes all records or none, whichever condition fails', async () => {
    const storage = await create();
    await put(storage, record('a', 'x', [1]));
    const fresh = { record: record('a', 'y', [2]), condition: 'absent' } as const;
    const failing = { record: record('a', 'x', [2]), condition: 'absent' } as const;
    const replacing = { record: record('a', 'x', [2]), condition: { ciphertext: Uint8Array.of(1) } } as const;
    await expect(storage.write([fresh, failing])).rejects.toThrow(BranchKeyConflictError);
    await expect(storage.write([failing, fresh])).rejects.toThrow(BranchKeyConflictError);
    expect(await listed(storage)).toEqual([plain(record('a', 'x', [1]))]);
    await storage.write([fresh, replacing]);
    expect(await listed(storage)).toEqual([plain(record('a', 'x', [2])), plain(record('a', 'y', [2]))]);
  });

  it('of many writers at once lets exactly one win each round', async () => {
    const storage = await create();
    await put(storage, record('a', 'x', [0]));
    for (let round = 0; round < 5; round += 1) {
      const writes = Array.from({ length: 8 }, (_, writer) =>
        storage
          .write([
            {
              record: record('a', 'x', [round + 1], { writer: `${writer}` }),
              condition: { ciphertext: Uint8Array.of(round) },
            },
            { record: record('a', `v${round}-${writer}`, [1]), condition: 'absent' },
          ])
          .then(() => writer),
      );
      const settled = await Promise.allSettled(writes);
      const won = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const lost = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
      expect(won).toHaveLength(1);
      for (const reason of lost) expect(reason).toBeInstanceOf(BranchKeyConflictError);
      const active = await storage.read({ branchKeyId: 'a', recordType: 'x' });
      expect(active?.attributes['writer']).toBe(`${won[0]}`);
    }
    expect(await listed(storage, 'a')).toHaveLength(6);
  });
}

function listing(create: StorageFactory): void {
  it('lists every record once, of one branch key or of all', async () => {
    const storage = await create();
    const records = ['a', 'b', 'c'].flatMap((id) => ['x', 'y'].map((type) => record(id, type, [id.charCodeAt(0)])));
    for (const each of records) await put(storage, each);
    expect(await listed(storage)).toEqual(records.map(plain));
    expect(await listed(storage, 'b')).toEqual(records.slice(2, 4).map(plain));
    expect(await listed(storage, 'none')).toEqual([]);
  });

  it('lists more records than fit on a page', async () => {
    const storage = await create();
    const filler = { 'aws-crypto-ec:filler': 'x'.repeat(20_000) };
    for (let id = 0; id < 60; id += 1) {
      await storage.write(
        ['x', 'y'].map((type) => ({ record: record(`id-${id}`, type, [id], filler), condition: 'absent' as const })),
      );
    }
    expect(new Set((await listed(storage)).map((entry) => JSON.stringify(entry))).size).toBe(120);
  });

  it('goes on while records are replaced under it', async () => {
    const storage = await create();
    for (let id = 0; id < 20; id += 1) await put(storage, record(`id-${id}`, 'x', [1]));
    const seen = new Set<string>();
    for await (const entry of storage.list(undefined)) {
      if (entry instanceof BranchKeyRecordError) throw entry;
      const id = entry.attributes['branch-key-id'] ?? '';
      seen.add(id);
      await put(storage, record(id, 'x', [2]), { ciphertext: Uint8Array.of(1) });
    }
    expect(seen.size).toBe(20);
  });
}

function limits(create: StorageFactory): void {
  it('refuses writes of no record, of two branch keys, or of one record twice', async () => {
    const storage = await create();
    const write = (...records: BranchKeyRecord[]) =>
      storage.write(records.map((each) => ({ record: each, condition: 'absent' })));
    await expect(write()).rejects.toThrow(TypeError);
    await expect(write(record('a', 'x', [1]), record('b', 'x', [1]))).rejects.toThrow(TypeError);
    await expect(write(record('a', 'x', [1]), record('a', 'x', [2]))).rejects.toThrow(TypeError);
    await expect(write(record('', 'x', [1]))).rejects.toThrow(TypeError);
    expect(await listed(storage)).toEqual([]);
  });
}
