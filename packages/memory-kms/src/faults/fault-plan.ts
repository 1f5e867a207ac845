import { checkFaultRule, type FaultRule } from './fault-rule.ts';

/** One call as the rules see it. */
export type FaultCall = {
  readonly operation: string;
  readonly region: string;
  readonly principal: string;
  readonly keyId?: string | undefined;
};

/** A rule in force with its counters. */
export type FaultRuleStatus = { readonly rule: FaultRule; readonly matched: number; readonly struck: number };

type Entry = { readonly rule: FaultRule; matched: number; struck: number };

/** Fault rules in force. The same rules, seed and calls strike the same calls on every run. */
export class FaultPlan {
  #entries: Entry[] = [];
  #random: () => number;
  readonly #seed: number;

  /**
   * @param seed - For rules with a probability; any whole number.
   * @throws TypeError or RangeError where a rule is not one.
   */
  constructor(rules: readonly FaultRule[] = [], seed = 1) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    this.replace(rules);
  }

  /** Puts these rules in force instead of all others, with fresh counters and a fresh random source. */
  replace(rules: readonly unknown[]): void {
    const checked = rules.map((rule, index) => checkFaultRule(rule, `faults[${index}]`));
    this.#random = seededRandom(this.#seed);
    this.#entries = checked.map((rule) => ({ rule, matched: 0, struck: 0 }));
  }

  /** Adds a rule after the others. */
  add(rule: FaultRule): void {
    this.#entries.push({ rule: checkFaultRule(rule, `faults[${this.#entries.length}]`), matched: 0, struck: 0 });
  }

  /** The rules in force. */
  status(): readonly FaultRuleStatus[] {
    return this.#entries.map(({ rule, matched, struck }) => ({ rule, matched, struck }));
  }

  /** Counts one call and tells which rules strike it, in order. Every matching rule counts, struck or not. */
  strike(call: FaultCall): readonly FaultRule[] {
    return this.#entries.filter((entry) => matches(entry.rule, call) && this.#strikes(entry)).map(({ rule }) => rule);
  }

  #strikes(entry: Entry): boolean {
    const { rule } = entry;
    entry.matched += 1;
    // Drawn at every matching call, so that the sequence does not depend on what else the rule says.
    const drawn = rule.probability === undefined || this.#random() < rule.probability;
    const due = rule.every === undefined || entry.matched % rule.every === 0;
    const named = rule.nth === undefined || [rule.nth].flat().includes(entry.matched);
    if (!drawn || !due || !named || entry.struck >= (rule.times ?? Number.POSITIVE_INFINITY)) return false;
    entry.struck += 1;
    return true;
  }
}

function matches(rule: FaultRule, call: FaultCall): boolean {
  return (
    among(rule.operation, call.operation) &&
    among(rule.region, call.region) &&
    among(rule.principal, call.principal) &&
    among(rule.keyId, call.keyId)
  );
}

function among(wanted: string | readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || wanted === '*' || [wanted].flat().some((each) => each === value);
}

/** A generator of 32 bits of state (mulberry32): for schedules, never for secrets. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
