import { toBytes } from '../bytes.ts';
import { MalformedMessageError } from '../errors.ts';
import { listenForAbort } from './listen-for-abort.ts';

/**
 * Where the bytes of one message can be read from in any order: a file, an object in a store, an HTTP resource.
 *
 * The message must stay the same as long as it is read. Pin it (`If-Match`) where somebody could replace it: bytes of another
 * message never verify, but the error would not tell why.
 */
export interface RangedSource {
  /** Bytes of the whole message. */
  readonly size: number;
  /**
   * Reads exactly the bytes from `start` up to and without `end`; never asked for an empty range.
   *
   * @returns Bytes that nobody changes afterwards.
   */
  read(start: number, end: number, options: { readonly signal: AbortSignal }): Promise<Uint8Array>;
}

/** A message that is read in ranges: in memory, or wherever a `RangedSource` reads from. */
export type MessageSource = Uint8Array | RangedSource;

/**
 * @returns Bytes in memory as a source; any other source as it is.
 * @throws TypeError, RangeError when it is neither.
 */
export function toRangedSource(source: MessageSource): RangedSource {
  if (isRangedSource(source)) {
    if (!Number.isSafeInteger(source.size) || source.size < 0) {
      throw new RangeError('source.size must be a whole number of bytes');
    }
    return source;
  }
  const bytes = toBytes(source, 'source');
  return { size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

function isRangedSource(source: MessageSource): source is RangedSource {
  return typeof source === 'object' && source !== null && 'read' in source && typeof source.read === 'function';
}

/**
 * Reads a range and checks that all of it came.
 *
 * @throws MalformedMessageError for a short (or long) answer; the signal's reason, even where the source ignores the signal.
 */
export async function readExactly(
  source: RangedSource,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  const bytes = toBytes(await orAborted(source.read(start, end, { signal }), signal), "the source's answer");
  if (bytes.length === end - start) return bytes;
  throw new MalformedMessageError(`the source gave ${bytes.length} bytes for the range ${start} to ${end}`);
}

function orAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = listenForAbort(signal, reject);
    Promise.resolve(work).then(resolve, reject).finally(stop);
  });
}
