// How much may be encrypted under one data key. What is used is reserved first.

import { assertInteger } from './assert-integer.ts';
import type { EvictionCause } from './materials-cache.ts';

/** Bytes that a stream of unknown length reserves at a time: 1 MiB, or `maxBytes` where that is less. */
const RESERVATION_BLOCK = 2 ** 20;

/** Messages of one data key unless told otherwise: 2^20. */
const DEFAULT_MAX_MESSAGES = 2 ** 20;
/** Bytes of one data key unless told otherwise: 64 GiB. */
const DEFAULT_MAX_BYTES = 2 ** 36;
/** The specification's limit on messages under one data key. */
const MAX_MESSAGES_LIMIT = 2 ** 32;

/** How much may be encrypted under one data key. */
export type KeyLimits = {
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** Bytes that a message of unknown length reserves at a time. */
  readonly block: number;
};

/** @throws RangeError when a limit is out of range. */
export function checkKeyLimits(options: {
  readonly maxMessages?: number | undefined;
  readonly maxBytes?: number | undefined;
}): KeyLimits {
  const maxMessages = assertInteger('maxMessages', options.maxMessages ?? DEFAULT_MAX_MESSAGES, 1, MAX_MESSAGES_LIMIT);
  const maxBytes = assertInteger('maxBytes', options.maxBytes ?? DEFAULT_MAX_BYTES, 1, Number.MAX_SAFE_INTEGER);
  return { maxMessages, maxBytes, block: Math.min(RESERVATION_BLOCK, maxBytes) };
}

/** What is reserved of one data key. */
export class KeyBudget {
  #messages = 0;
  #bytes = 0;

  /** Reserves a message and its bytes, or nothing. @returns Why not, where the rest does not suffice. */
  admit(bytes: number, limits: KeyLimits): EvictionCause | undefined {
    if (this.#messages + 1 > limits.maxMessages) return 'messages';
    if (this.#bytes + bytes > limits.maxBytes) return 'bytes';
    this.#messages += 1;
    this.#bytes += bytes;
    return undefined;
  }

  /**
   * Reserves bytes for a message under way, whether or not they are left; or, if negative, gives some back.
   *
   * @returns By how much the overrun (the bytes reserved beyond `maxBytes`) grew.
   */
  adjust(bytes: number, limits: KeyLimits): number {
    const before = Math.max(0, this.#bytes - limits.maxBytes);
    this.#bytes += bytes;
    return Math.max(0, this.#bytes - limits.maxBytes) - before;
  }

  /** @returns Why no further message fits, if none does. */
  exhaustion(limits: KeyLimits): EvictionCause | undefined {
    if (this.#messages >= limits.maxMessages) return 'messages';
    return this.#bytes >= limits.maxBytes ? 'bytes' : undefined;
  }

  messagesLeft(limits: KeyLimits): number {
    return Math.max(0, limits.maxMessages - this.#messages);
  }

  bytesLeft(limits: KeyLimits): number {
    return Math.max(0, limits.maxBytes - this.#bytes);
  }
}
