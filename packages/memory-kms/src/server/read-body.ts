// Reading request bodies within a bound.

import type { IncomingMessage } from 'node:http';

/**
 * Reads a body.
 *
 * @param maxLength - Bytes; what comes after is not kept.
 * @returns Undefined where it is longer.
 */
export async function readBody(request: IncomingMessage, maxLength: number): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxLength) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxLength) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
