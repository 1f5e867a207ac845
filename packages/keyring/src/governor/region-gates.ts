// The gates of all Regions. Messages name Regions, and strangers write messages: any number of names may come.

import type { RefusalMaker } from './call-queue.ts';
import type { Clock } from './clock.ts';
import { RegionGate, type RegionGateLimits, type RegionGateStats } from './region-gate.ts';

/** Gates that are kept, and looked at when one has to go: more than there are Regions of AWS. */
const MAX_GATES = 64;

/** The name under which `stats` shows the gate that Regions share while all others have calls in them. */
const SHARED = '*';

/**
 * Keeps a gate for each Region that is called. However many Regions are named, there are 65 gates at most and a call costs
 * the same.
 */
export class RegionGates {
  readonly #limits: RegionGateLimits;
  readonly #clock: Clock;
  /** In the order of their last use, the least recent first. */
  readonly #gates = new Map<string, RegionGate>();
  #shared: RegionGate | undefined;

  constructor(limits: RegionGateLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** @returns The Region's gate, to be used at once: without a call in it, it may be forgotten for another Region. */
  gateOf(region: string): RegionGate {
    const known = this.#gates.get(region);
    if (known === undefined && !this.#makeRoom()) return this.#sharedGate();
    const gate = known ?? new RegionGate(this.#limits, this.#clock);
    this.#gates.delete(region);
    this.#gates.set(region, gate);
    return gate;
  }

  /** What each gate does, by the name of its Region. */
  stats(): Readonly<Record<string, RegionGateStats>> {
    return Object.fromEntries(this.#all().map(([region, gate]) => [region, gate.stats()]));
  }

  /** Refuses every call that waits. */
  refuseAll(makeReason: RefusalMaker): void {
    for (const [, gate] of this.#all()) gate.refuseAll(makeReason);
  }

  #makeRoom(): boolean {
    if (this.#gates.size < MAX_GATES) return true;
    const region = this.#leastNeeded();
    return region !== undefined && this.#gates.delete(region);
  }

  /** An idle one, or else the one that was left alone for longest; none while calls are in all of them. */
  #leastNeeded(): string | undefined {
    const now = this.#clock.now();
    let longestUnused: string | undefined;
    for (const [region, gate] of this.#gates) {
      if (gate.isBusy) continue;
      if (gate.isIdle(now)) return region;
      longestUnused ??= region;
    }
    return longestUnused;
  }

  // Without a breaker: that one Region fails says nothing of the others here.
  #sharedGate(): RegionGate {
    const breaker = { ...this.#limits.breaker, failures: Number.POSITIVE_INFINITY };
    this.#shared ??= new RegionGate({ ...this.#limits, breaker }, this.#clock);
    return this.#shared;
  }

  #all(): readonly (readonly [string, RegionGate])[] {
    return this.#shared === undefined ? [...this.#gates] : [...this.#gates, [SHARED, this.#shared]];
  }
}
