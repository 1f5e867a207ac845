// Random interleavings of everything that can happen to a caching manager, on a clock that only the test moves. The model
// knows nothing of how caching works: it watches what goes in (requests, answers, time) and what comes out (leases).

import { strict as assert } from 'node:assert';
import { algorithmSuites, type EncryptionMaterialsRequest, type MaterialsLease } from '@waxseal/core';
import { CachingMaterialsManager } from '@waxseal/data-key-cache';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { denied, type HandCall, HandKeyring, isWiped, serialOf, throttled } from './hand-keyring.ts';

const RUNS = process.env['SLOW'] ? 1_000_000 : 10_000;
const BLOCK = 2 ** 20;
const LIMITS = { maxAgeMs: 100, maxMessages: 3, maxBytes: 4 * BLOCK, capacity: 2, refreshAheadMs: 30 } as const;

type Operation = HandCall['operation'];
type AnyLease = MaterialsLease<{ readonly dataKey: Uint8Array }>;

/** What is known of one data key. */
type Key = {
  readonly dataKey: Uint8Array;
  readonly name: string;
  readonly loadedAt: number;
  readonly operation: Operation;
  leases: number;
  messages: number;
  /** Bytes of messages that said beforehand how long they are, and bytes announced since by the others. */
  bytes: number;
  /** When a renewal of what this key serves failed for good, if one did. */
  refusedAt: number | undefined;
};

type Request = { readonly name: string; readonly abort: AbortController; settled: boolean };
type Held = { readonly lease: AnyLease; readonly key: Key; readonly open: boolean };

class World {
  readonly clock = new FakeClock();
  readonly keyring = new HandKeyring(this.clock);
  readonly manager: CachingMaterialsManager;
  readonly keys = new Map<number, Key>();
  readonly requests = new Set<Request>();
  readonly held: Held[] = [];
  readonly staleIfErrorMs: number;
  requestCount = 0;
  #failure: unknown;
  /** Bytes that messages may have reserved which were aborted when their key had just come: these stay reserved. */
  #abandoned = 0;
  /** When a call for this name last failed for a passing reason. */
  readonly lastTransientFailure = new Map<string, number>();

  constructor(staleIfErrorMs: number) {
    this.staleIfErrorMs = staleIfErrorMs;
    this.manager = new CachingMaterialsManager({
      source: this.keyring,
      clock: this.clock,
      staleIfErrorMs,
      ...LIMITS,
    });
  }

  request(operation: Operation, tenant: string, lengths: Partial<EncryptionMaterialsRequest>): void {
    const request: Request = { name: `${operation} ${tenant}`, abort: new AbortController(), settled: false };
    this.requests.add(request);
    this.requestCount += 1;
    const pending = operation === 'encrypt' ? this.#encrypt(request, tenant, lengths) : this.#decrypt(request, tenant);
    pending.then(
      (lease) => this.#attempt(() => this.#receive(request, lease, lengths)),
      () => {
        this.#settle(request);
        if (request.abort.signal.aborted)
          this.#abandoned += lengths.plaintextLength ?? lengths.maxPlaintextLength ?? BLOCK;
      },
    );
  }

  /** What fails between two steps is reported by the next check. */
  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  #encrypt({ abort }: Request, tenant: string, lengths: Partial<EncryptionMaterialsRequest>): Promise<AnyLease> {
    return this.manager.getEncryptionMaterials({
      commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
      algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
      encryptionContext: { tenant },
      signal: abort.signal,
      ...lengths,
    });
  }

  #decrypt({ abort }: Request, tenant: string): Promise<AnyLease> {
    return this.manager.getDecryptionMaterials({
      commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
      algorithmSuite: algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
      encryptionContext: { tenant },
      encryptedDataKeys: [{ providerId: 'hand', providerInfo: new Uint8Array(0), ciphertext: new Uint8Array(1) }],
      signal: abort.signal,
    });
  }

  #settle(request: Request): void {
    request.settled = true;
    this.requests.delete(request);
  }

  #receive(request: Request, lease: AnyLease, lengths: Partial<EncryptionMaterialsRequest>): void {
    this.#settle(request);
    const { dataKey } = lease.materials;
    assert.equal(isWiped(dataKey), false);
    const key = this.keys.get(serialOf(dataKey))!;
    assert.equal(key.name, request.name);
    const bytes = lengths.plaintextLength ?? lengths.maxPlaintextLength;
    const isCached = key.operation === 'decrypt' || bytes === undefined || bytes <= LIMITS.maxBytes;
    key.leases += 1;
    this.held.push({ lease, key, open: key.operation === 'encrypt' && bytes === undefined });
    if (!isCached) return;
    assert.equal(key.refusedAt, undefined);
    this.#checkAge(key, request.name);
    if (key.operation === 'decrypt') return;
    key.messages += 1;
    key.bytes += bytes ?? 0;
    assert.ok(key.messages <= LIMITS.maxMessages);
    assert.ok(key.bytes <= (bytes === undefined ? LIMITS.maxBytes - 1 : LIMITS.maxBytes));
  }

  /** A lease given in the moment of its key's arrival is always right, however long the call took. */
  #checkAge(key: Key, name: string): void {
    const age = this.clock.now() - key.loadedAt;
    if (age < LIMITS.maxAgeMs || this.justAnswered === key) return;
    assert.ok(age < LIMITS.maxAgeMs + this.staleIfErrorMs);
    assert.ok((this.lastTransientFailure.get(name) ?? -1) >= key.loadedAt);
  }

  justAnswered: Key | undefined;

  /** @param meanwhile - Called while the answer is on its way to those who wait. */
  async answer(index: number, how: 'succeed' | 'throttle' | 'deny' | 'break', meanwhile?: () => Promise<void>) {
    const { calls } = this.keyring;
    if (calls.length === 0) return;
    const call = calls[index % calls.length]!;
    const name = `${call.operation} ${call.request.encryptionContext['tenant']}`;
    // Nobody waits for an aborted call: its answer must change nothing.
    const isAborted = call.request.signal?.aborted === true;
    // A message too long for the cache has a call of its own: of its failures, the cache takes only a denial to heart.
    const isAlone = [...this.requests].some(({ abort }) => abort.signal === call.request.signal);
    if (how === 'succeed') {
      call.succeed();
      this.#addKey(call, name);
    } else {
      if (how === 'throttle' && !isAborted && !isAlone) this.lastTransientFailure.set(name, this.clock.now());
      if (how === 'deny' || (how === 'break' && !isAlone)) if (!isAborted) this.#refuse(name);
      call.fail(how === 'deny' ? denied() : how === 'throttle' ? throttled() : new Error('broken'));
    }
    await meanwhile?.();
    await settleSoon();
    this.justAnswered = undefined;
  }

  #addKey(call: HandCall, name: string): void {
    const { serial, startedAt: loadedAt, operation } = call;
    const dataKey = call.dataKey!;
    const key: Key = { dataKey, name, loadedAt, operation, leases: 0, messages: 0, bytes: 0, refusedAt: undefined };
    this.keys.set(serial, key);
    this.justAnswered = key;
  }

  #refuse(name: string): void {
    for (const key of this.keys.values()) if (key.name === name) key.refusedAt = this.clock.now();
  }

  release(index: number): void {
    const [held] = this.held.splice(index % this.held.length, 1);
    if (held === undefined) return;
    held.lease.release();
    held.key.leases -= 1;
  }

  reserve(index: number, bytes: number): void {
    const streams = this.held.filter(({ open }) => open);
    const stream = streams[index % streams.length];
    if (stream === undefined) return;
    stream.lease.reserve(bytes);
    stream.key.bytes += bytes;
  }

  /** The overrun is counted ahead of the bytes, by less than a block for each stream under way. */
  #checkOverrun(): void {
    const streams = this.held.filter(({ open }) => open).length;
    let overrun = 0;
    for (const { bytes } of this.keys.values()) overrun += Math.max(0, bytes - LIMITS.maxBytes);
    const { bytesOverrun } = this.manager.stats();
    assert.ok(bytesOverrun >= overrun);
    assert.ok(bytesOverrun <= overrun + streams * BLOCK + this.#abandoned);
  }

  /** What must hold at any moment. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    for (const { lease } of this.held) assert.equal(isWiped(lease.materials.dataKey), false);
    this.#checkOverrun();
    const { entries } = this.manager.stats();
    assert.ok(entries <= LIMITS.capacity);
    const unwiped = [...this.keys.values()].filter(({ dataKey }) => !isWiped(dataKey));
    const unused = unwiped.filter(({ leases }) => leases === 0);
    assert.ok(unused.length <= entries);
    for (const key of unused) {
      assert.ok(this.clock.now() - key.loadedAt < LIMITS.maxAgeMs + this.staleIfErrorMs);
      assert.equal(key.refusedAt, undefined);
    }
  }

  /** Whatever was asked is answered; whatever was kept is wiped. */
  async end(): Promise<void> {
    for (let round = 0; this.requests.size > 0 && round < 200; round += 1) await this.answer(round, 'succeed');
    assert.equal(this.requests.size, 0);
    this.check();
    const { hits, misses, coalesced, bypassed } = this.manager.stats();
    assert.equal(hits + misses + coalesced + bypassed, this.requestCount);
    this.manager.close();
    for (const call of [...this.keyring.calls]) {
      assert.equal(call.request.signal?.aborted, true);
      call.succeed();
      this.#addKey(call, 'late');
    }
    await settleSoon();
    while (this.held.length > 0) this.release(0);
    for (const { dataKey } of this.keys.values()) assert.equal(isWiped(dataKey), true);
    assert.equal(this.clock.timerCount, 0);
  }
}

/** Lets all continuations run that follow from an answer; none of them waits for a timer or for input. */
async function settleSoon(turns = 40): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await undefined;
}

/** A request that was aborted before the call counts nowhere, so the model aborts waiting ones only. */
class Step implements fc.AsyncCommand<object, World> {
  readonly #name: string;
  readonly #act: (world: World) => void | Promise<void>;

  constructor(name: string, act: (world: World) => void | Promise<void>) {
    this.#name = name;
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(_model: object, world: World): Promise<void> {
    await this.#act(world);
    await settleSoon();
    world.check();
  }

  toString(): string {
    return this.#name;
  }
}

const tenants = fc.constantFrom('a', 'b', 'c');
const index = fc.nat(7);
const lengths = fc.oneof(
  fc.constantFrom(0, 1, BLOCK, 3 * BLOCK, 4 * BLOCK, 5 * BLOCK).map((plaintextLength) => ({ plaintextLength })),
  fc.constantFrom(BLOCK, 2 * BLOCK).map((maxPlaintextLength) => ({ maxPlaintextLength })),
  fc.constant({}),
);

const steps = [
  fc
    .tuple(tenants, lengths)
    .map(
      ([tenant, need]) =>
        new Step(`encrypt ${tenant} ${JSON.stringify(need)}`, (world) => world.request('encrypt', tenant, need)),
    ),
  tenants.map((tenant) => new Step(`decrypt ${tenant}`, (world) => world.request('decrypt', tenant, {}))),
  fc
    .tuple(index, fc.constantFrom('succeed', 'succeed', 'succeed', 'throttle', 'deny', 'break'))
    .map(([at, how]) => new Step(`answer ${at} ${how}`, (world) => world.answer(at, how))),
  fc.tuple(index, index, fc.nat(16)).map(
    ([at, who, turns]) =>
      new Step(`answer ${at}, abort ${who} ${turns} turns later`, (world) =>
        world.answer(at, 'succeed', async () => {
          await settleSoon(turns);
          [...world.requests][who]?.abort.abort();
        }),
      ),
  ),
  index.map((at) => new Step(`release ${at}`, (world) => world.release(at))),
  fc
    .tuple(index, fc.constantFrom(1, BLOCK, 2 * BLOCK))
    .map(([at, bytes]) => new Step(`reserve ${at} ${bytes}`, (world) => world.reserve(at, bytes))),
  index.map((at) => new Step(`abort ${at}`, ({ requests }) => [...requests][at]?.abort.abort())),
  fc
    .constantFrom(1, 10, 30, 70, 99, 100, 250)
    .map((duration) => new Step(`advance ${duration}`, ({ clock }) => clock.advance(duration))),
  fc.constantFrom(10, 100).map(
    (duration) =>
      new Step(`late timers ${duration}`, ({ clock }) => {
        clock.advanceSilently(duration);
        clock.advance(0);
      }),
  ),
  fc.constant(new Step('clear', ({ manager }) => manager.clear())),
];

describe('the caching manager under random interleavings', () => {
  it.each([0, 60])(
    'never hands out a key past its bounds or wiped, wipes what it drops, leaves nobody waiting (stale %i ms)',
    { timeout: process.env['SLOW'] ? 3_600_000 : 120_000 },
    async (staleIfErrorMs) => {
      await fc.assert(
        fc.asyncProperty(fc.commands(steps, { maxCommands: 40, size: 'max' }), async (commands) => {
          const world = new World(staleIfErrorMs);
          await fc.asyncModelRun(() => ({ model: {}, real: world }), commands);
          await world.end();
        }),
        { numRuns: RUNS / 2 },
      );
    },
  );
});
