import type { KeyStore } from '../engine/key-store.ts';
import type { SeamOptions } from '../seams.ts';
import type { Seed } from './read-seed.ts';

type Seedable = SeamOptions & { readonly accountId?: string | undefined; readonly seed?: Seed | undefined };

/** Options over those of their seed; principals, accounts and faults of both count. */
export function withSeed<T extends Seedable>(options: T): T {
  if (options.seed === undefined) return options;
  const { region: _, ...seeded } = options.seed.options;
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
  return {
    ...seeded,
    ...given,
    principals: [...(seeded.principals ?? []), ...(given.principals ?? [])],
    accounts: [...(seeded.accounts ?? []), ...(given.accounts ?? [])],
    faults: [...(seeded.faults ?? []), ...(given.faults ?? [])],
  };
}

/** Adds what the store lacks of a seed. What is there already stays as it is. */
export function plantSeed(store: KeyStore, seed: Seed | undefined): void {
  for (const key of seed?.keys ?? []) if (store.record(key.account, key.id) === undefined) store.put(key);
  for (const alias of seed?.aliases ?? []) {
    if (store.alias(alias.account, alias.region, alias.name) === undefined) store.putAlias(alias);
  }
}
