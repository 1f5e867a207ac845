/**
 * Gives each of several waiters an error object of its own, so that what one of them writes on it (a note, a stack, a
 * request id) does not reach the others.
 *
 * @returns An error of the same class with the same own properties, stack and cause; anything but an `Error`, and
 *   `DOMException`s, whose fields can't be copied, as they are.
 */
export function copyError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof DOMException) return error;
  const copy = new Error(error.message);
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  for (const key of Reflect.ownKeys(error)) {
    const descriptor = Object.getOwnPropertyDescriptor(error, key);
    if (descriptor === undefined) continue;
    const isData = 'value' in descriptor;
    Object.defineProperty(copy, key, isData ? descriptor : { value: error[key as keyof Error], configurable: true });
  }
  return copy;
}
