import type { DecryptionMaterials, EncryptionMaterials, MaterialsLease } from '@waxseal/core';
import { KeyBudget, type KeyLimits } from './key-budget.ts';
import type { Lease } from './leased-entry.ts';
import { copyEncryptedDataKey, freezeContextOf } from './own-copies.ts';

/** Materials in the cache: shared by several messages, held by the one lease that the source gave. */
export type CachedMaterials<Materials> = {
  readonly source: MaterialsLease<Materials>;
  /** As the source gave them, but for the context, which can't be changed here. */
  readonly materials: Materials;
};

/** Encryption materials have a budget that messages use up. */
export type CachedEncryption = CachedMaterials<EncryptionMaterials> & { readonly budget: KeyBudget };

/** Makes a cache entry of a source's lease, which the entry now owns, with a budget of its own. */
export function toCachedEncryption(source: MaterialsLease<EncryptionMaterials>): CachedEncryption {
  return { source, materials: freezeContextOf(source.materials), budget: new KeyBudget() };
}

/** Makes a cache entry of a source's lease, which the entry now owns. */
export function toCachedDecryption(source: MaterialsLease<DecryptionMaterials>): CachedMaterials<DecryptionMaterials> {
  return { source, materials: freezeContextOf(source.materials) };
}

/** What one message takes from a budget. */
export type MessageNeed = {
  /** Bytes to be reserved beforehand. */
  readonly bytes: number;
  /** Whether that is all; if not, more are reserved as the message grows, a block at a time. */
  readonly isWhole: boolean;
};

/** The lease that one message gets on shared encryption materials. */
export class EncryptionLease implements MaterialsLease<EncryptionMaterials> {
  /** With encrypted data keys of the message's own: a header shows them, and its receiver may write on them. */
  readonly materials: EncryptionMaterials;
  readonly #lease: Lease<CachedEncryption>;
  readonly #limits: KeyLimits;
  readonly #onOverrun: (bytes: number) => void;
  readonly #isWhole: boolean;
  #reserved: number;
  #used: number;
  #released = false;

  /**
   * @param need - What was reserved of the budget for this message.
   * @param onOverrun - Told of the bytes reserved beyond `maxBytes`; of a negative number when some are given back.
   */
  constructor(
    lease: Lease<CachedEncryption>,
    need: MessageNeed,
    limits: KeyLimits,
    onOverrun: (bytes: number) => void,
  ) {
    const { materials, source } = lease.value;
    this.materials = { ...materials, encryptedDataKeys: materials.encryptedDataKeys.map(copyEncryptedDataKey) };
    this.#lease = lease;
    this.#limits = limits;
    this.#onOverrun = onOverrun;
    this.#isWhole = need.isWhole;
    this.#reserved = need.bytes;
    this.#used = need.isWhole ? need.bytes : 0;
    if (need.isWhole) source.reserve(need.bytes);
    this.#retireIfExhausted();
  }

  reserve(bytes: number): void {
    if (this.#released) return;
    this.#lease.value.source.reserve(bytes);
    this.#used += bytes;
    if (this.#used <= this.#reserved) return;
    const { block } = this.#limits;
    this.#adjust(Math.ceil((this.#used - this.#reserved) / block) * block);
    this.#retireIfExhausted();
  }

  /** Gives back what a message of unknown length reserved and did not announce. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (!this.#isWhole && this.#used < this.#reserved) this.#adjust(this.#used - this.#reserved);
    this.#lease.release();
  }

  #adjust(bytes: number): void {
    this.#reserved += bytes;
    const overrun = this.#lease.value.budget.adjust(bytes, this.#limits);
    if (overrun !== 0) this.#onOverrun(overrun);
  }

  #retireIfExhausted(): void {
    const cause = this.#lease.value.budget.exhaustion(this.#limits);
    if (cause !== undefined) this.#lease.retire(cause);
  }
}

/** @returns The lease that one message gets on shared decryption materials. */
export function decryptionLease(
  lease: Lease<CachedMaterials<DecryptionMaterials>>,
): MaterialsLease<DecryptionMaterials> {
  return { materials: lease.value.materials, reserve: () => {}, release: () => lease.release() };
}
