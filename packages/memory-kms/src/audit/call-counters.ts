import type { CallEvent } from '../engine/audit-sink.ts';

/** How many calls there were, in all and by what they were about. A call counts once under each key it touched. */
export type CallCounts = {
  readonly total: number;
  /** Of the total, those that failed. */
  readonly failed: number;
  readonly byOperation: Readonly<Record<string, number>>;
  /** By key ARN. */
  readonly byKey: Readonly<Record<string, number>>;
  /** By the caller's ARN. */
  readonly byPrincipal: Readonly<Record<string, number>>;
  /** By error name. */
  readonly byError: Readonly<Record<string, number>>;
};

/** Distinct names counted by themselves in each table; further ones count under `(others)`. */
const MAX_NAMES = 10_000;

/** Counts finished calls. */
export class CallCounters {
  #total = 0;
  #failed = 0;
  readonly #operations = new Map<string, number>();
  readonly #keys = new Map<string, number>();
  readonly #principals = new Map<string, number>();
  readonly #errors = new Map<string, number>();

  count({ call, keys, error }: CallEvent): void {
    this.#total += 1;
    bump(this.#operations, call.operation);
    bump(this.#principals, call.caller.principal);
    for (const arn of new Set(keys.map((key) => key.arn))) bump(this.#keys, arn);
    if (error === undefined) return;
    this.#failed += 1;
    bump(this.#errors, error.name);
  }

  /** The counts of now. */
  counts(): CallCounts {
    return {
      total: this.#total,
      failed: this.#failed,
      byOperation: Object.fromEntries(this.#operations),
      byKey: Object.fromEntries(this.#keys),
      byPrincipal: Object.fromEntries(this.#principals),
      byError: Object.fromEntries(this.#errors),
    };
  }

  /** Starts again from nothing. */
  clear(): void {
    this.#total = 0;
    this.#failed = 0;
    for (const table of [this.#operations, this.#keys, this.#principals, this.#errors]) table.clear();
  }
}

function bump(table: Map<string, number>, name: string): void {
  const place = table.has(name) || table.size < MAX_NAMES ? name : '(others)';
  table.set(place, (table.get(place) ?? 0) + 1);
}
