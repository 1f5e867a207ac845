// Calls that wait for a token: the more urgent first, and in order of arrival among equals.

import type { KmsOperation } from '../kms-error.ts';

/** 0 is served first: decrypting, because a reader waits for it; then encrypting; then what nobody waits for. */
export type CallRank = 0 | 1 | 2;

/** Somebody who waits. */
export type WaitingCall = {
  readonly proceed: () => void;
  /** Ends the waiting with an error that is made for this call. */
  readonly refuse: (makeReason: RefusalMaker) => void;
};

/** Makes the error for which a call is refused. */
export type RefusalMaker = (call: { readonly operation: KmsOperation; readonly keyId: string }) => Error;

/** Three lines of waiting calls; entering, leaving and serving take constant time. */
export class CallQueue {
  // A Set keeps the order of arrival, and lets an aborted call leave from the middle.
  readonly #lines: readonly [Set<WaitingCall>, Set<WaitingCall>, Set<WaitingCall>] = [new Set(), new Set(), new Set()];

  get size(): number {
    return this.#lines[0].size + this.#lines[1].size + this.#lines[2].size;
  }

  add(rank: CallRank, call: WaitingCall): void {
    this.#lines[rank].add(call);
  }

  remove(rank: CallRank, call: WaitingCall): void {
    this.#lines[rank].delete(call);
  }

  /** Takes the call whose turn it is. */
  next(): WaitingCall | undefined {
    for (const line of this.#lines) {
      for (const call of line) {
        line.delete(call);
        return call;
      }
    }
    return undefined;
  }
}
