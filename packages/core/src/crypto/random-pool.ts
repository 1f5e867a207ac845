/** Draws up to this length come from the pool. */
const MAX_POOLED_LENGTH = 256;
const POOL_LENGTH = 8192;

/**
 * Random bytes for small draws, fetched 8 KiB at a time: a call of the generator costs 2 µs, a draw 0.1 µs.
 * No byte is given out twice, and none stays behind in the pool.
 */
export class RandomPool {
  readonly #pool: Uint8Array = new Uint8Array(POOL_LENGTH);
  readonly #fill: (target: Uint8Array) => void;
  #used = POOL_LENGTH;

  /** @param fill - Fills all of its argument from a cryptographic generator, or throws. */
  constructor(fill: (target: Uint8Array) => void) {
    this.#fill = fill;
  }

  /**
   * @returns `length` fresh random bytes with a buffer of their own.
   * @throws RangeError when `length` is no length: it must not move the place where unused bytes begin.
   */
  take(length: number): Uint8Array {
    if (!(Number.isSafeInteger(length) && length >= 0)) throw new RangeError('length must be an integer from 0 on');
    if (length > MAX_POOLED_LENGTH) {
      const bytes = new Uint8Array(length);
      this.#fill(bytes);
      return bytes;
    }
    if (this.#used + length > POOL_LENGTH) this.#refill();
    const start = this.#used;
    this.#used += length;
    const bytes = this.#pool.slice(start, this.#used);
    this.#pool.fill(0, start, this.#used);
    return bytes;
  }

  #refill(): void {
    this.#fill(this.#pool);
    this.#used = 0;
  }
}
