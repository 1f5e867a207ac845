// All keys and aliases of all accounts and Regions. Records are replaced, never changed.

import { DAY_MS } from './clock.ts';
import { nextDueAt } from './due-dates.ts';
import { withoutLostMaterial } from './imported-material.ts';
import { keyArn } from './key-identifier.ts';
import type {
  AliasRecord,
  ImportToken,
  KeyRecord,
  KeyUsageRecord,
  KmsSnapshot,
  LocalKey,
  RegionalKey,
} from './key-record.ts';

const MAX_IMPORT_TOKENS = 1000;

/** Holds keys and aliases; knows nothing of rules. */
export class KeyStore {
  readonly #keys = new Map<string, KeyRecord>();
  readonly #aliases = new Map<string, AliasRecord>();
  readonly #aliasesOfKey = new Map<string, Set<string>>();
  readonly #usages = new Map<string, KeyUsageRecord>();
  #importTokens: readonly ImportToken[] = [];
  #revision = 0;
  #dueAt = Number.POSITIVE_INFINITY;

  /** Grows with every change but that of usages: tells whether a state that was written is still the current one. */
  get revision(): number {
    return this.#revision;
  }

  /** When at the earliest something happens to a key by itself; milliseconds since 1970, or `Infinity`. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Computes `dueAt` afresh, after what was due has been done. */
  refreshDue(): void {
    this.#dueAt = Math.min(...[...this.#keys.values()].map(nextDueAt), Number.POSITIVE_INFINITY);
  }

  /** The record of a key, whichever Regions it is in. */
  record(account: string, keyId: string): KeyRecord | undefined {
    return this.#keys.get(`${account}/${keyId}`);
  }

  /** A key as one Region sees it; absent where the key is unknown or not in that Region. */
  find(account: string, region: string, keyId: string): LocalKey | undefined {
    const record = this.record(account, keyId);
    const local = record !== undefined && Object.hasOwn(record.regions, region) ? record.regions[region] : undefined;
    return record === undefined || local === undefined
      ? undefined
      : { record, local, arn: keyArn(region, account, keyId) };
  }

  /** Every record, in order of creation. */
  records(): IterableIterator<KeyRecord> {
    return this.#keys.values();
  }

  /** Adds a record, or replaces the one of the same account and id. */
  put(record: KeyRecord): void {
    this.#keys.set(`${record.account}/${record.id}`, record);
    this.#dueAt = Math.min(this.#dueAt, nextDueAt(record));
    this.#revision += 1;
  }

  /** Replaces the part of a key that belongs to its Region, keeping the rest as it is now in the store. */
  putLocal(key: LocalKey, change: Partial<RegionalKey>): LocalKey {
    const record = this.record(key.record.account, key.record.id) ?? key.record;
    const local = { ...(record.regions[key.local.region] ?? key.local), ...change };
    const next = { ...record, regions: { ...record.regions, [local.region]: local } };
    this.put(next);
    return { record: next, local, arn: key.arn };
  }

  /** Removes a key from one Region with its aliases there, and altogether when that was its last. */
  remove(account: string, region: string, keyId: string): void {
    const record = this.record(account, keyId);
    if (record === undefined) return;
    const regions = Object.fromEntries(Object.entries(record.regions).filter(([name]) => name !== region));
    if (Object.keys(regions).length > 0) this.put({ ...record, regions });
    else this.#keys.delete(`${account}/${keyId}`);
    this.#usages.delete(keyArn(region, account, keyId));
    for (const alias of this.aliasesOf(account, region, keyId)) this.removeAlias(account, region, alias.name);
    this.#revision += 1;
  }

  /** The last successful cryptographic operation with a key in one Region. */
  usage(arn: string): KeyUsageRecord | undefined {
    return this.#usages.get(arn);
  }

  putUsage(usage: KeyUsageRecord): void {
    this.#usages.set(usage.arn, usage);
  }

  /** An alias by its name, with the prefix `alias/`. */
  alias(account: string, region: string, name: string): AliasRecord | undefined {
    return this.#aliases.get(`${account}/${region}/${name}`);
  }

  /** The wrapping key that goes with an import token. */
  importToken(token: Uint8Array): ImportToken | undefined {
    return this.#importTokens.find((each) => Buffer.compare(each.token, token) === 0);
  }

  /** Adds an import token; those that expired more than a day ago, and all but the latest thousand, are forgotten. */
  putImportToken(token: ImportToken, now: number): void {
    const kept = this.#importTokens.filter(({ expiresAt }) => expiresAt + DAY_MS > now);
    this.#importTokens = [...kept.slice(1 - MAX_IMPORT_TOKENS), token];
    this.#revision += 1;
  }

  /** The ids of an account's keys in one Region, in order of creation; invisible ones left out. */
  keyIdsIn(account: string, region: string): readonly string[] {
    const here = [...this.#keys.values()].filter(
      (record) => record.account === account && record.manager !== 'OWNED' && Object.hasOwn(record.regions, region),
    );
    return here.map(({ id }) => id);
  }

  /** The aliases of an account in one Region, in order of creation. */
  aliasesIn(account: string, region: string): readonly AliasRecord[] {
    return [...this.#aliases.values()].filter((alias) => alias.account === account && alias.region === region);
  }

  /** The aliases of a key in one Region. */
  aliasesOf(account: string, region: string, keyId: string): readonly AliasRecord[] {
    const places = this.#aliasesOfKey.get(`${account}/${region}/${keyId}`) ?? [];
    return [...places].flatMap((place) => this.#aliases.get(place) ?? []);
  }

  /** Adds an alias, or replaces the one of the same account, Region and name. */
  putAlias(alias: AliasRecord): void {
    const place = `${alias.account}/${alias.region}/${alias.name}`;
    this.#unlinkAlias(place);
    this.#aliases.set(place, alias);
    const owner = `${alias.account}/${alias.region}/${alias.targetKeyId}`;
    const places = this.#aliasesOfKey.get(owner) ?? new Set();
    this.#aliasesOfKey.set(owner, places.add(place));
    this.#revision += 1;
  }

  /** Forgets an alias; the key stays. */
  removeAlias(account: string, region: string, name: string): void {
    const place = `${account}/${region}/${name}`;
    this.#unlinkAlias(place);
    this.#aliases.delete(place);
    this.#revision += 1;
  }

  /** Everything, as plain data; shares its records with the store, which never changes them. */
  snapshot(): KmsSnapshot {
    return {
      keys: [...this.#keys.values()],
      aliases: [...this.#aliases.values()],
      usages: [...this.#usages.values()],
      importTokens: this.#importTokens,
    };
  }

  /** Replaces everything. The snapshot must have been validated by whoever read it from outside. */
  restore(snapshot: KmsSnapshot): void {
    this.#keys.clear();
    this.#aliases.clear();
    this.#aliasesOfKey.clear();
    this.#usages.clear();
    // Release 0.1.0 kept material that waited for rotation after its bytes had been deleted.
    for (const record of snapshot.keys) this.put(withoutLostMaterial(record));
    for (const alias of snapshot.aliases) this.putAlias(alias);
    for (const usage of snapshot.usages) this.putUsage(usage);
    this.#importTokens = snapshot.importTokens ?? [];
    this.refreshDue();
    this.#revision += 1;
  }

  #unlinkAlias(place: string): void {
    const old = this.#aliases.get(place);
    if (old === undefined) return;
    const owner = `${old.account}/${old.region}/${old.targetKeyId}`;
    const places = this.#aliasesOfKey.get(owner);
    places?.delete(place);
    if (places?.size === 0) this.#aliasesOfKey.delete(owner);
  }
}
