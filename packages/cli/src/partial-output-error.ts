/** A failure after bytes had been put out that can't be taken back. */
export class PartialOutputError extends Error {
  override readonly name = 'PartialOutputError';

  /** @param cause - What failed. */
  constructor(cause: unknown) {
    super('the output was partly written: discard it', { cause });
  }
}
