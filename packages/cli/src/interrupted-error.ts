/** The reason of the abort when a signal ends the program. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  /** As shells count: 128 and the signal's number. */
  readonly exitCode: number;

  /**
   * @param signalName - Such as `SIGINT`.
   * @param signalNumber - Such as 2.
   */
  constructor(signalName: string, signalNumber: number) {
    super(`interrupted by ${signalName}`);
    this.exitCode = 128 + signalNumber;
  }
}
