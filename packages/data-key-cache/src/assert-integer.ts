/** @returns The value, if it is a whole number in the range (bounds included). @throws RangeError if not. */
export function assertInteger(name: string, value: number, min: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`${name} must be a whole number from ${min} to ${max}`);
}
