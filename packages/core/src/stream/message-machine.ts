/**
 * One message on its way through a stream. Every kind of stream (Node, Web) drives the same machine.
 *
 * `push` any number of times, each after the last one's promise; then `finish` once; `close` in any case, when the output has
 * gone out or never will. Once closed, by whomever, `push` and `finish` fail with what closed it.
 */
export interface MessageMachine {
  /** What goes in, for the error when it is not bytes. */
  readonly inputName: 'plaintext' | 'message';
  /**
   * Takes input; adds output that may be released. After an error, what was added may still go out.
   *
   * @param chunk - Not kept: the caller may use the buffer again once the call, or its promise, is done.
   * @param output - Receives fresh buffers of the receiver's.
   * @returns A promise only around the header, and where another thread must catch up, so that frames cost none.
   */
  push(chunk: Uint8Array, output: Uint8Array[]): Promise<void> | undefined;
  /** Says that the input has ended; adds the rest of the output and frees the keys. The caller's signal is heeded until `close`. */
  finish(output: Uint8Array[]): Promise<void>;
  /**
   * Ends it: settles the header's promises, stops what is pending, frees the keys. Only the first call counts.
   *
   * @param error - Why, if there was a failure.
   */
  close(error?: unknown): void;
}

/** Tells a stream that its machine failed by itself: by the caller's signal, or while it waited for its keys. */
export type OnFailure = (error: unknown) => void;
