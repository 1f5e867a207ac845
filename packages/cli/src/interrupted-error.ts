/** The reason of the abort when a signal ends the program. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
  /** Such as `SIGINT`. */
  readonly signalName: NodeJS.Signals;
  /** As shells count: 128 and the signal's number. */
  readonly exitCode: number;

  /** @param signalNumber - Such as 2. */
  constructor(signalName: NodeJS.Signals, signalNumber: number) {
    super(`interrupted by ${signalName}`);
    this.signalName = signalName;
    this.exitCode = 128 + signalNumber;
  }
}
