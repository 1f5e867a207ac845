import { chunksOf, type StreamOutcome } from './collect-stream.ts';

/** As `collectStream`, for a pair of web streams. */
export async function collectWebStream(
  pair: { readonly readable: ReadableStream<Uint8Array>; readonly writable: WritableStream<Uint8Array> },
  bytes: Uint8Array,
  chunkLength: number | readonly number[],
): Promise<StreamOutcome> {
  const seen: Uint8Array[] = [];
  const reading = (async (): Promise<unknown> => {
    const reader = pair.readable.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return undefined;
        seen.push(value);
      }
    } catch (error) {
      return error;
    }
  })();
  const writer = pair.writable.getWriter();
  // What writing and closing reject with comes out of the readable side as well.
  writer.closed.catch(() => undefined);
  try {
    for (const chunk of chunksOf(bytes, chunkLength)) await writer.write(chunk);
    await writer.close();
  } catch {}
  const error = await reading;
  return { seen: new Uint8Array(Buffer.concat(seen)), error };
}
