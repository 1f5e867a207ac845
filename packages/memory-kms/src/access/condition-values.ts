/** Values of condition keys, looked up without regard to the case of the key's name, as IAM does. */
export class ConditionValues {
  readonly #values = new Map<string, string[]>();

  /** The values of a key; undefined or empty where the request has none. */
  get(key: string): readonly string[] | undefined {
    return this.#values.get(key.toLowerCase());
  }

  /**
   * Adds values to a key. Two context keys that differ in case only are one condition key with two values.
   *
   * @param value - Numbers and booleans as text; undefined adds nothing.
   */
  add(key: string, value: string | number | boolean | readonly string[] | undefined): void {
    if (value === undefined) return;
    const name = key.toLowerCase();
    const values = this.#values.get(name) ?? [];
    if (typeof value === 'object') for (const item of value) values.push(item);
    else values.push(String(value));
    this.#values.set(name, values);
  }

  /** Replaces what is there: for values that the caller states itself. */
  set(key: string, value: string | readonly string[]): void {
    this.#values.set(key.toLowerCase(), typeof value === 'string' ? [value] : [...value]);
  }
}
