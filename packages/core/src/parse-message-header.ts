import { toBytes } from './bytes.ts';
import { decodeHeader, type HeaderLimits } from './format/header-decoder.ts';
import type { MessageHeader } from './format/message-header.ts';

/**
 * Decodes the header of a message without any key.
 *
 * Nothing is verified: whoever could change the bytes could change what this returns (`verified` is false). Use it to
 * look at a message, never to decide whom to trust.
 *
 * @param bytes - A message, or its beginning up to the end of the header.
 * @param limits - As when decrypting: 100 encrypted data keys and 1 MiB unless given.
 * @returns The header; its byte fields are copies.
 * @throws MalformedMessageError, UnsupportedMessageError, LimitExceededError
 */
export function parseMessageHeader(bytes: Uint8Array, limits: HeaderLimits = {}): MessageHeader {
  return decodeHeader(toBytes(bytes, 'message'), limits).header;
}
