import { DataKeyUnavailableError } from '@waxseal/core';
import { expect } from 'vitest';

/** Awaits a failure of unwrapping (or wrapping) and gives its error. */
export async function dataKeyFailure(promise: Promise<unknown>): Promise<DataKeyUnavailableError> {
  const error = await promise.then(
    () => new Error('nothing failed'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataKeyUnavailableError);
  return error as DataKeyUnavailableError;
}
