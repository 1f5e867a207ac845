// The two ends of a message that can be read in ranges: its header, and its final frame with the footer.

import { HeaderCollector } from '../format/header-collector.ts';
import type { DecodedHeader, HeaderLimits } from '../format/header-decoder.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { DEFAULT_MAX_HEADER_LENGTH } from '../limits.ts';
import { type BodyLayout, boundTail, findFinalFrame } from './body-layout.ts';
import { type RangedSource, readExactly } from './message-source.ts';

/** What the first read fetches: nearly every header, and all of a small message. */
const FIRST_READ_LENGTH = 65_536;

/** The beginning of a message. */
export type MessageStart = {
  readonly decoded: DecodedHeader;
  /** What the first read gave: all of the message, or its first 64 KiB. */
  readonly bytes: Uint8Array;
};

/** The end of a framed message. */
export type MessageTail = {
  /** Where the frames lie; true once the final frame is verified. */
  readonly layout: BodyLayout;
  /** Starts with the final frame. */
  readonly bytes: Uint8Array;
  /** Empty in an unsigned message, else signature length (2 B) ‖ signature. */
  readonly footer: Uint8Array;
};

/**
 * Reads the header: one read of up to 64 KiB, one more where it is longer.
 *
 * @throws MalformedMessageError, UnsupportedMessageError, LimitExceededError; whatever the source throws; the signal's reason.
 */
export async function readMessageStart(
  source: RangedSource,
  limits: HeaderLimits,
  signal: AbortSignal,
): Promise<MessageStart> {
  const collector = new HeaderCollector(limits);
  const firstEnd = Math.min(source.size, FIRST_READ_LENGTH);
  const bytes = firstEnd === 0 ? new Uint8Array(0) : await readExactly(source, 0, firstEnd, signal);
  const longest = Math.min(limits.maxHeaderLength ?? DEFAULT_MAX_HEADER_LENGTH, source.size);
  let position = firstEnd;
  let collected = collector.push(bytes);
  while (collected === undefined) {
    const end = Math.min(longest, Math.max(2 * position, DEFAULT_MAX_HEADER_LENGTH));
    if (end <= position) throw collector.endError();
    collected = collector.push(await readExactly(source, position, end, signal));
    position = end;
  }
  return { decoded: collected.decoded, bytes };
}

/**
 * Reads the final frame and the footer: one read, or none where `start` holds the whole message.
 *
 * @throws MalformedMessageError when the message does not end where they say; else as `readMessageStart`.
 */
export async function readMessageTail(
  header: MessageHeader,
  source: RangedSource,
  start: MessageStart,
  signal: AbortSignal,
): Promise<MessageTail> {
  const bounds = boundTail(header, source.size);
  const isWhole = source.size === start.bytes.length;
  const tail = isWhole
    ? start.bytes.subarray(bounds.start)
    : await readExactly(source, bounds.start, source.size, signal);
  const layout = findFinalFrame(header, bounds, tail, source.size);
  return {
    layout,
    bytes: tail.subarray(layout.frameStart(layout.finalIndex) - bounds.start),
    footer: tail.subarray(layout.bodyEnd - bounds.start),
  };
}
