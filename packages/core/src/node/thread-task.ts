// What threads are asked to do, and what they answer.

import type { KeyObject } from 'node:crypto';
import type { CurveName } from '../crypto/ecdsa-curves.ts';
import type { SharedRing } from './byte-ring.ts';

/** Signs what comes through a ring. Keys travel as KeyObjects: their bytes never enter a thread's heap. */
export type SignTask = {
  readonly kind: 'sign';
  readonly ring: SharedRing;
  readonly curve: CurveName;
  readonly privateKey: KeyObject;
  readonly preferredLength: number;
};

/** Verifies what comes through a ring against a signature that is known at its end only. */
export type VerifyTask = {
  readonly kind: 'verify';
  readonly ring: SharedRing;
  readonly curve: CurveName;
  /** Compressed point. */
  readonly publicKey: Uint8Array;
  /** Room for the signature's length (4 B) and the signature. */
  readonly signature: SharedArrayBuffer;
};

/** Seals, or opens, batches of frames from one open file into another. */
export type FileTask = {
  readonly kind: 'seal' | 'open';
  /** File descriptors belong to the process: they are the same in every thread. */
  readonly source: number;
  readonly target: number;
  readonly key: KeyObject;
  readonly messageId: Uint8Array;
  readonly layout: {
    readonly headerLength: number;
    readonly frameLength: number;
    readonly finalIndex: number;
    readonly finalLength: number;
  };
  /** The next batch (Int32), and whether all shall stop (Int32). Whoever takes a batch has it alone. */
  readonly cursor: SharedArrayBuffer;
};

/** One piece of work for another thread; `kind` tells which. */
export type ThreadTask = SignTask | VerifyTask | FileTask;

/** Why a task failed, in a form that survives the way between threads: an Error would lose its code. */
export type ThreadFailure = {
  /** Whether it is one of those that are all told as `DecryptionFailedError`. */
  readonly isAuthentication: boolean;
  readonly message: string;
  /** `code`, `syscall` and the like, of an error of the file system. */
  readonly details: Readonly<Record<string, string | number>>;
};

/** What a thread says; a task ends with `done` or `failed`. */
export type ThreadAnswer =
  | { readonly kind: 'room' }
  | { readonly kind: 'batch'; readonly bytes: number }
  | { readonly kind: 'done'; readonly result: Uint8Array | boolean | undefined }
  | { readonly kind: 'failed'; readonly failure: ThreadFailure };

/** Places in a file task's cursor. */
export const CursorSlot = { nextBatch: 0, stop: 1 } as const;
