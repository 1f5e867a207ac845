/** Work in batches; `slot` is 0 or 1 and tells which of two buffers a batch uses. */
export type BatchWork = {
  /** How many batches there are. */
  readonly count: number;
  read(batch: number, slot: 0 | 1): Promise<void>;
  /** Turns what was read into what is to be written; both buffers are free behind it. */
  process(batch: number, slot: 0 | 1): Promise<void> | undefined;
  write(batch: number, slot: 0 | 1): Promise<void>;
};

/**
 * Runs batches in order, so that one is read and others are written (both on the thread pool) while one is processed.
 *
 * Settles only when nothing is under way any more, also on failure.
 */
export async function runBatches(work: BatchWork, signal: AbortSignal | undefined): Promise<void> {
  const writing: [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];
  let reading = caught(work.read(0, 0));
  try {
    for (let batch = 0; batch < work.count; batch++) {
      const slot = slotOf(batch);
      await reading;
      signal?.throwIfAborted();
      if (batch + 1 < work.count) reading = caught(work.read(batch + 1, slotOf(batch + 1)));
      await writing[slot];
      await work.process(batch, slot);
      writing[slot] = caught(work.write(batch, slot));
    }
    await Promise.all(writing);
  } finally {
    await Promise.allSettled([reading, ...writing]);
  }
}

function slotOf(batch: number): 0 | 1 {
  return batch % 2 === 0 ? 0 : 1;
}

/** A failure is seen when the promise is awaited, not before. */
function caught(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
