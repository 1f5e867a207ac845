import type { MessageHeader } from '@waxseal/core';
// The only import of core's inside: an encoder of headers is no public function, and must not become one.
import { encodeHeaderBody } from '../../../core/src/format/header-encoder.ts';
import { decodePairs, encodePairs, lengthPrefixed, sortPairs } from './context-bytes.ts';
import { headerField, readHeaderLayout } from './message-layout.ts';

/**
 * Encodes a parsed header again, as our writer would.
 *
 * @returns The header without its authentication. The content type is that of a framed message, since no other is written.
 */
export function reencodeHeaderBody(header: MessageHeader): Uint8Array {
  return encodeHeaderBody(header);
}

/**
 * The header of a message in the form that our writer gives it: as it stands, but for what is only read. That is a
 * non-framed body, a context of zero pairs with a count, and pairs out of order.
 */
export function writtenForm(message: Uint8Array): Uint8Array {
  const layout = readHeaderLayout(message);
  const length = headerField(layout, 'contextLength');
  const context = headerField(layout, 'context');
  const contentType = headerField(layout, 'contentType');
  return new Uint8Array(
    Buffer.concat([
      message.subarray(0, length.start),
      lengthPrefixed(encodePairs(sortPairs(decodePairs(message.subarray(context.start, context.end))))),
      message.subarray(context.end, contentType.start),
      Buffer.of(2),
      message.subarray(contentType.end, layout.headerBody.end),
    ]),
  );
}

/** Whether a header has a form that is read and never written. */
export function isReadOnlyForm(message: Uint8Array): boolean {
  const layout = readHeaderLayout(message);
  const context = headerField(layout, 'context');
  const bytes = message.subarray(context.start, context.end);
  const keys = decodePairs(bytes).map(([key]) => Buffer.from(key));
  const isUnsorted = keys.some((key, at) => at > 0 && Buffer.compare(keys[at - 1] ?? key, key) >= 0);
  const isCountOfNone = bytes.length > 0 && keys.length === 0;
  return layout.frameLength === 0 || isUnsorted || isCountOfNone;
}
