import { describe, expect, it } from 'vitest';
import {
  BranchKeyRecordError,
  BranchKeyStore,
  MemoryStorage,
  type RewrapOptions,
  type RewrapProgress,
  rewrapBranchKeys,
} from '../src/index.ts';
import { ARN, FakeKms, named, OTHER_ARN } from './fake-kms.ts';

async function setUp(count: number) {
  const kms = new FakeKms();
  const storage = new MemoryStorage();
  const store = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: ARN } });
  const ids = Array.from({ length: count }, (_, index) => `tenant-${index}`);
  for (const branchKeyId of ids) await store.createKey({ branchKeyId, encryptionContext: { tenant: branchKeyId } });
  const move: RewrapOptions = { storage, kms, logicalName: 'keys', from: ARN, to: OTHER_ARN };
  return { kms, storage, store, ids, move };
}

/** Every key of a store in the clear: by id, its active and beacon key and each version. */
async function contentOf(storage: MemoryStorage, kms: FakeKms, kmsArn: string): Promise<Map<string, string>> {
  const store = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: kmsArn } });
  const content = new Map<string, string>();
  for await (const record of storage.list(undefined)) {
    if (record instanceof BranchKeyRecordError) throw record;
    const { 'branch-key-id': id = '', type = '' } = record.attributes;
    const version = type.startsWith('branch:version:') ? type.slice(15) : undefined;
    const open = version === undefined ? undefined : await store.getBranchKeyVersion(id, version);
    const branchKey =
      open ?? (type === 'beacon:ACTIVE' ? await store.getBeaconKey(id) : await store.getActiveBranchKey(id));
    content.set(
      `${id} ${type}`,
      `${Buffer.from(branchKey.key).toString('hex')} ${JSON.stringify(branchKey.encryptionContext)}`,
    );
  }
  return content;
}

describe('re-wrapping', () => {
  it('moves every record, after which the old KMS key can be disabled and everything opens as before', async () => {
    const { kms, storage, store, ids, move } = await setUp(5);
    for (const id of ids.slice(0, 2)) await store.versionKey(id);
    const before = await contentOf(storage, kms, ARN);
    const result = await rewrapBranchKeys(move);
    expect(result).toMatchObject({ complete: true, rewrapped: 17, refused: 0, examined: 17, pass: 2, refusals: [] });
    kms.disabled.add(ARN);
    expect(await contentOf(storage, kms, OTHER_ARN)).toEqual(before);
  });

  it('lets no branch key out of KMS', async () => {
    const { kms, move } = await setUp(3);
    await rewrapBranchKeys(move);
    expect(kms.calls.decrypt).toBe(0);
  });

  it('changes kms-arn and enc alone', async () => {
    const { storage, move } = await setUp(1);
    const address = { branchKeyId: 'tenant-0', recordType: 'branch:ACTIVE' };
    const before = await storage.read(address);
    await rewrapBranchKeys(move);
    const after = await storage.read(address);
    expect(after?.attributes).toEqual({ ...before?.attributes, 'kms-arn': OTHER_ARN });
    expect(after?.ciphertext).not.toEqual(before?.ciphertext);
  });

  it('does nothing a second time, without asking KMS', async () => {
    const { kms, move } = await setUp(3);
    await rewrapBranchKeys(move);
    const calls = kms.calls.reEncrypt;
    expect(await rewrapBranchKeys(move)).toMatchObject({ complete: true, rewrapped: 0, pass: 1 });
    expect(kms.calls.reEncrypt).toBe(calls);
  });

  it('leaves records of other KMS keys alone', async () => {
    const { kms, storage, move } = await setUp(1);
    const third = ARN.replaceAll('1111-', '3333-');
    const other = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: third } });
    const { branchKeyId } = await other.createKey();
    expect(await rewrapBranchKeys(move)).toMatchObject({ complete: true, rewrapped: 3 });
    await other.getActiveBranchKey(branchKeyId);
  });

  it('counts without changing anything when dry', async () => {
    const { kms, storage, move } = await setUp(4);
    const calls = kms.calls.reEncrypt;
    const before = await contentOf(storage, kms, ARN);
    expect(await rewrapBranchKeys({ ...move, dryRun: true })).toMatchObject({
      complete: false,
      rewrapped: 12,
      pass: 1,
    });
    expect(kms.calls.reEncrypt).toBe(calls);
    expect(await contentOf(storage, kms, ARN)).toEqual(before);
  });

  it('tells its progress after each record', async () => {
    const { move } = await setUp(2);
    const seen: RewrapProgress[] = [];
    await rewrapBranchKeys({ ...move, concurrency: 1, onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ pass, examined, rewrapped }) => [pass, examined, rewrapped])).toEqual([
      ...Array.from({ length: 6 }, (_, index) => [1, index + 1, index + 1]),
      ...Array.from({ length: 6 }, (_, index) => [2, index + 1, 6]),
    ]);
  });

  it('goes on past a record that KMS refuses, names it, and is not complete', async () => {
    const { storage, move } = await setUp(3);
    const address = { branchKeyId: 'tenant-1', recordType: 'branch:ACTIVE' };
    const record = await storage.read(address);
    if (record === undefined) throw new Error('no record');
    const attributes = { ...record.attributes, 'aws-crypto-ec:tenant': 'tenant-2' };
    await storage.write([{ record: { ...record, attributes }, condition: { ciphertext: record.ciphertext } }]);
    const result = await rewrapBranchKeys(move);
    expect(result).toMatchObject({ complete: false, rewrapped: 8, refused: 1 });
    expect(result.refusals).toHaveLength(1);
    expect(result.refusals[0]).toMatchObject({
      ...address,
      attributes: expect.arrayContaining(['aws-crypto-ec:tenant']),
    });
  });

  it('moves versions that others make meanwhile under the old key', async () => {
    const { kms, storage, store, ids, move } = await setUp(20);
    const pending: Promise<unknown>[] = [];
    const versioned = new Set<string>();
    const result = await rewrapBranchKeys({
      ...move,
      onProgress: ({ examined }) => {
        const id = ids[(examined * 7) % ids.length] ?? '';
        if (versioned.has(id)) return;
        versioned.add(id);
        const readsBoth = { arn: ARN, formerArns: [OTHER_ARN] };
        const late = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: readsBoth });
        pending.push(late.versionKey(id));
      },
    });
    await Promise.all(pending);
    expect(versioned.size).toBe(20);
    const last = await rewrapBranchKeys(move);
    expect([result.complete, last.complete]).toEqual([true, true]);
    kms.disabled.add(ARN);
    expect((await contentOf(storage, kms, OTHER_ARN)).size).toBe(80);
    expect(store.logicalName).toBe('keys');
  });

  it('stops when KMS or the storage fails, and when it is aborted; what was moved stays moved', async () => {
    const { kms, storage, move } = await setUp(10);
    kms.failure = named('ThrottlingException');
    await expect(rewrapBranchKeys(move)).rejects.toMatchObject({ code: 'ERR_KMS_THROTTLED' });
    kms.failure = undefined;
    const controller = new AbortController();
    const aborted = rewrapBranchKeys({
      ...move,
      signal: controller.signal,
      onProgress: ({ rewrapped }) => rewrapped === 10 && controller.abort(new Error('enough')),
    });
    await expect(aborted).rejects.toThrow('enough');
    const { rewrapped } = await rewrapBranchKeys(move);
    expect(rewrapped).toBeGreaterThan(0);
    expect(rewrapped).toBeLessThanOrEqual(20);
    expect((await contentOf(storage, kms, OTHER_ARN)).size).toBe(30);
  });

  it('checks its options', async () => {
    const { move } = await setUp(0);
    const wrong: [Partial<RewrapOptions>, typeof TypeError | typeof RangeError][] = [
      [{ to: ARN }, TypeError],
      [{ to: OTHER_ARN.replace('us-east-1', 'eu-west-1') }, TypeError],
      [{ from: 'alias/x' }, TypeError],
      [{ logicalName: '' }, TypeError],
      [{ concurrency: 0 }, RangeError],
      [{ concurrency: 65 }, RangeError],
    ];
    for (const [options, error] of wrong)
      await expect(rewrapBranchKeys({ ...move, ...options })).rejects.toThrow(error);
  });
});

/** The process is gone: nothing after this moment happens. */
class Killed extends Error {}

/** A storage in which the process dies at a write, before it or right after it. */
class MortalStorage extends MemoryStorage {
  writesLeft = Number.POSITIVE_INFINITY;
  dead = false;
  readonly #random: () => number;

  constructor(random: () => number) {
    super();
    this.#random = random;
  }

  override async write(...parameters: Parameters<MemoryStorage['write']>): Promise<void> {
    if (this.dead) throw new Killed();
    this.writesLeft -= 1;
    if (this.writesLeft > 0) return super.write(...parameters);
    this.dead = true;
    if (this.#random() < 0.5) await super.write(...parameters);
    throw new Killed();
  }
}

function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('10,000 branch keys re-wrapped, killed at random points and resumed', () => {
  it('loses none and wraps none under a wrong context', { timeout: 120_000 }, async () => {
    const random = seededRandom(8);
    const kms = new FakeKms();
    const storage = new MortalStorage(random);
    const store = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: ARN } });
    for (let index = 0; index < 10_000; index += 1) {
      await store.createKey({ branchKeyId: `tenant-${index}`, encryptionContext: { tenant: `${index}` } });
    }
    const before = await contentOf(storage, kms, ARN);
    const calls = kms.calls.reEncrypt;
    let kills = 0;
    for (;;) {
      storage.dead = false;
      storage.writesLeft = 1 + Math.floor(random() * 3000);
      const result = await rewrapBranchKeys({ storage, kms, logicalName: 'keys', from: ARN, to: OTHER_ARN }).catch(
        (error: unknown) => {
          if (!(error instanceof Killed)) throw error;
          kills += 1;
        },
      );
      if (result?.complete === true) break;
    }
    expect(kills).toBeGreaterThan(10);
    // Each kill wastes at most the calls under way; nothing that was moved is moved again.
    expect(kms.calls.reEncrypt - calls).toBeLessThanOrEqual(30_000 + kills * 8);
    kms.disabled.add(ARN);
    const after = await contentOf(storage, kms, OTHER_ARN);
    expect(after.size).toBe(30_000);
    expect(after).toEqual(before);
  });
});
