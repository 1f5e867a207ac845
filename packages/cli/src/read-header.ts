// The header of a message, read without keys.

import type { FileHandle } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { type HeaderLimits, type MessageHeader, parseMessageHeader } from 'waxseal';

const FIRST_LENGTH = 65_536;
const DEFAULT_MAX_HEADER_LENGTH = 1_048_576;

/**
 * Reads the header at the beginning of a file, in pieces that double, so that its cost stays linear.
 *
 * @throws As `parseMessageHeader`.
 */
export async function readFileHeader(file: FileHandle, limits: HeaderLimits): Promise<MessageHeader> {
  const most = limits.maxHeaderLength ?? DEFAULT_MAX_HEADER_LENGTH;
  for (let length = FIRST_LENGTH; ; length *= 2) {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, 0);
    try {
      return parseMessageHeader(buffer.subarray(0, bytesRead), limits);
    } catch (error) {
      // More bytes can only help where there are more, and where a header may be that long.
      if (bytesRead < length || length > most) throw error;
    }
  }
}

/**
 * Reads the header at the beginning of a stream; as `readFileHeader`.
 *
 * Ends the stream, as the signal does.
 */
export async function readStreamHeader(
  stream: Readable,
  limits: HeaderLimits,
  signal: AbortSignal,
): Promise<MessageHeader> {
  const most = limits.maxHeaderLength ?? DEFAULT_MAX_HEADER_LENGTH;
  const chunks: Uint8Array[] = [];
  let length = 0;
  let next = FIRST_LENGTH;
  for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length < next) continue;
    next = length * 2;
    const header = tryHeader(Buffer.concat(chunks), limits);
    if (header !== undefined) return header;
    if (length > most) break;
  }
  return parseMessageHeader(Buffer.concat(chunks), limits);
}

function tryHeader(bytes: Uint8Array, limits: HeaderLimits): MessageHeader | undefined {
  try {
    return parseMessageHeader(bytes, limits);
  } catch {
    return undefined;
  }
}
