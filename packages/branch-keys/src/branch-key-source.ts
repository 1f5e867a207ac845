// The port of the keyring to a store of branch keys.

import type { BranchKeyRequestOptions } from './record-wrapper.ts';

/** A branch key in the clear. */
export type BranchKey = {
  readonly branchKeyId: string;
  /** UUID, lower case with hyphens. */
  readonly version: string;
  /** 32 bytes. The receiver owns and wipes them. Those of a `BranchKeyStore` are not shown in logs, copies of them are. */
  readonly key: Uint8Array;
  /** The branch key's own context, given when it was made. Frozen, without prototype. */
  readonly encryptionContext: Readonly<Record<string, string>>;
};

/** Where a hierarchical keyring gets branch keys: a `BranchKeyStore`, or static keys in tests. */
export interface BranchKeySource {
  /** Name of the key store; keys of different names are never mixed up in a cache. */
  readonly logicalName: string;
  /** @returns The version that new messages are encrypted under. */
  getActiveBranchKey(branchKeyId: string, options?: BranchKeyRequestOptions): Promise<BranchKey>;
  /** @param version - UUID, lower case with hyphens. */
  getBranchKeyVersion(branchKeyId: string, version: string, options?: BranchKeyRequestOptions): Promise<BranchKey>;
}
