/** A mistake in how the program was called; the message says what to write instead. Never carries a value of a context. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
