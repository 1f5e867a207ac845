/** Requests per second: one figure, or one per Region with a figure for the rest. */
export type QuotaLimit = number | { readonly default: number; readonly regions: Readonly<Record<string, number>> };

/** A set of request quotas as data: pool name → limit. A pool without an entry is not limited. */
export type QuotaTable = {
  readonly name: string;
  readonly pools: Readonly<Record<string, QuotaLimit>>;
};

/** One request as the quotas see it. */
export type QuotaCharge = {
  /** The caller's account: cross-account calls charge the caller, not the key's owner. */
  readonly accountId: string;
  readonly region: string;
  readonly operation: string;
  /** Spec of the key in use, where the operation uses one; symmetric is assumed where it is unknown. */
  readonly keySpec?: string | undefined;
  /** Spec of the pair asked for, with GenerateDataKeyPair and its twin. */
  readonly keyPairSpec?: string | undefined;
};
