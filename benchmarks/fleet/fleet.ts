// The fleet of the simulation, the formulas for its KMS calls, and a source of chance that repeats.

/** How large a fleet is and what it does. */
export type Fleet = {
  readonly writers: number;
  readonly readers: number;
  readonly tenants: number;
  /** Messages written in a second by all writers together; each is read once, by any reader. */
  readonly messagesPerSecond: number;
  /** The age limit of every cache, and the time that is measured after as long a time to warm up. */
  readonly seconds: number;
};

/** What keeps the fleet from calling KMS. */
export type Strategy = 'no cache' | 'data-key cache' | 'branch key per tenant' | 'one branch key';

/** KMS calls in a second. */
export type CallRate = { readonly writing: number; readonly reading: number };

/** The calls that each strategy must make, from the size of the fleet alone. */
export function expectedCalls(strategy: Strategy, fleet: Fleet): CallRate {
  const { writers, readers, tenants, messagesPerSecond, seconds } = fleet;
  switch (strategy) {
    case 'no cache':
      return { writing: messagesPerSecond, reading: messagesPerSecond };
    case 'data-key cache':
      return { writing: dataKeysPerSecond(fleet), reading: readers * dataKeysPerSecond(fleet) * shareMet(fleet) };
    case 'branch key per tenant':
      return { writing: (writers * tenants) / seconds, reading: (readers * tenants) / seconds };
    case 'one branch key':
      return { writing: writers / seconds, reading: readers / seconds };
  }
}

/** Each writer has one data key for each tenant, and a new one when its age ends (or with the next message after). */
function dataKeysPerSecond({ writers, tenants, seconds, messagesPerSecond }: Fleet): number {
  return Math.min((writers * tenants) / seconds, messagesPerSecond);
}

/** The share of all data keys that one reader meets at all: messages come at random. */
function shareMet({ writers, readers, tenants, messagesPerSecond, seconds }: Fleet): number {
  return 1 - Math.exp(-(messagesPerSecond * seconds) / (writers * tenants * readers));
}

/** Numbers from 0 to below 1 that are the same in every run (SplitMix32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** The moments of a Poisson process, in seconds. */
export function* arrivals(perSecond: number, untilSecond: number, random: () => number): Generator<number> {
  for (let time = 0; ; ) {
    time -= Math.log(1 - random()) / perSecond;
    if (time >= untilSecond) return;
    yield time;
  }
}
