import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { GatedCall, RequestGate } from '../engine/request-gate.ts';
import { drawsFromSharedPool, type QuotaTable, quotaLimit, quotaPool } from './quota-table.ts';

const THROTTLED = 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.';

/**
 * Counts requests by account, Region and pool in windows of one second of the engine's clock, and refuses what goes
 * over. A cross-account call is charged to the caller's account. What is refused is not counted.
 */
export class QuotaGate implements RequestGate {
  readonly table: QuotaTable;
  /** Counts of the current second alone, so it holds no more entries than the second had requests. */
  readonly #used = new Map<string, number>();
  #second = Number.NaN;

  constructor(table: QuotaTable) {
    this.table = table;
  }

  /** @throws KmsServiceError ThrottlingException, as KMS sends it. */
  admit(call: GatedCall): void {
    const second = Math.floor(call.now / 1000);
    if (second !== this.#second) this.#used.clear();
    this.#second = second;
    const charges = chargesOf(call);
    const places = charges.map(({ region, pool, requests }) => ({
      place: `${call.caller.account}/${region}/${pool}`,
      requests,
      limit: quotaLimit(this.table, pool, region),
    }));
    const over = places.some(({ place, requests, limit }) => (this.#used.get(place) ?? 0) + requests > limit);
    if (over) throw new KmsServiceError('ThrottlingException', THROTTLED);
    for (const { place, requests } of places) this.#used.set(place, (this.#used.get(place) ?? 0) + requests);
  }
}

type Charge = { readonly region: string; readonly pool: string; readonly requests: number };

/** Most requests are one charge; ReplicateKey and UpdatePrimaryRegion count in the other Region too. */
function chargesOf(call: GatedCall): readonly Charge[] {
  const { operation, region } = call;
  const input = (typeof call.input === 'object' && call.input !== null ? call.input : {}) as Record<string, unknown>;
  const keySpec = drawsFromSharedPool(operation) ? call.keySpec() : undefined;
  const pool = quotaPool(operation, keySpec, text(input['KeyPairSpec']));
  const own = { region, pool, requests: 1 };
  const other = text(input['ReplicaRegion']) ?? text(input['PrimaryRegion']);
  if (other === undefined || other === region) return [own];
  if (operation === 'ReplicateKey') return [own, { region: other, pool: 'CreateKey', requests: 2 }];
  return operation === 'UpdatePrimaryRegion' ? [own, { region: other, pool, requests: 1 }] : [own];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
