// Reading messages that `buildMessage` wrote, with the outcome as one value.

import { type DecryptOptions, type DecryptResult, decrypt, EnvelopeError } from '@waxseal/core';
import { decryptStream } from '@waxseal/core/node';
import { GivenDataKeyKeyring } from '../given-data-key-keyring.ts';
import type { BuiltMessage } from './build-message.ts';
import { collectStream } from './collect-stream.ts';

/** Where a body is broken in several ways, one reader may meet a broken structure first and another a tag. */
const STRUCTURE_OR_TAG = new Set(['ERR_MESSAGE_MALFORMED', 'ERR_DECRYPTION_FAILED']);

/** What became of a message. */
export type ReadOutcome = {
  /** `'opened'`, or the code of the error in one shot. */
  readonly outcome: string;
  /** What the consumer of a stream saw. */
  readonly streamed: Uint8Array;
  readonly result: DecryptResult | undefined;
  /** How often the keyring was asked. */
  readonly keyringCalls: number;
};

/**
 * Reads a message in one shot and by stream, with its data key given.
 *
 * @throws Error when one opens it and the other does not, when they refuse it for different reasons, or when the error is none of ours.
 */
export async function readBuilt(built: BuiltMessage, options: DecryptOptions = {}): Promise<ReadOutcome> {
  const settings: DecryptOptions = { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT', ...options };
  const keyring = new GivenDataKeyKeyring(built.dataKey);
  const result = await decrypt(keyring, built.message, settings).catch((error: unknown) => error);
  const keyringCalls = keyring.calls;
  const stream = await collectStream(decryptStream(keyring, settings), built.message, 5);
  const outcome = describeOutcome(result);
  const streamed = describeOutcome(stream.error ?? {});
  const isRefusedByBoth = STRUCTURE_OR_TAG.has(outcome) && STRUCTURE_OR_TAG.has(streamed);
  if (outcome !== streamed && !isRefusedByBoth) throw new Error(`in one shot: ${outcome}; streamed: ${streamed}`);
  return {
    outcome,
    streamed: stream.seen,
    result: outcome === 'opened' ? (result as DecryptResult) : undefined,
    keyringCalls,
  };
}

function describeOutcome(value: unknown): string {
  if (EnvelopeError.is(value)) return value.code;
  if (value instanceof Error) throw value;
  return 'opened';
}
