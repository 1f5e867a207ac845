/** A failure that concerns one input, on its way to where it is reported under the input's name: `cause` is what failed. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly input: string;

  constructor(input: string, cause: unknown) {
    super(`${input} failed`, { cause });
    this.input = input;
  }
}

/**
 * Does work on one input, outside of `runJobs`, which names inputs itself.
 *
 * @throws InputError around what `work` throws. The signal's reason once it is aborted: that is no failure of the input.
 */
export async function workingOn<Result>(
  input: string,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    throw new InputError(input, error);
  }
}
