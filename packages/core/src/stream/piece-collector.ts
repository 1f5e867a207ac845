/**
 * Gathers a piece of known length from chunks. A piece that lies whole in one chunk is not copied; memory grows with what
 * has arrived, not with what a length field claims.
 */
export class PieceCollector {
  #needed = 0;
  #buffer = new Uint8Array(0);
  #length = 0;
  #whole: Uint8Array | undefined;

  /** Begins the next piece. */
  start(length: number): void {
    this.#needed = length;
    this.#length = 0;
    this.#whole = undefined;
  }

  /** Lengthens the current piece, keeping what was gathered. */
  extend(length: number): void {
    const gathered = this.#whole;
    this.#needed = length;
    this.#whole = undefined;
    if (gathered !== undefined && this.#length === 0) this.#append(gathered);
  }

  /** Takes what the piece still lacks. @returns How many bytes of the chunk were taken. */
  take(chunk: Uint8Array): number {
    const part = chunk.subarray(0, this.#needed - this.#length);
    if (this.#length === 0 && part.length === this.#needed) {
      this.#whole = part;
      return part.length;
    }
    this.#append(part);
    if (this.#length === this.#needed) this.#whole = this.#buffer.subarray(0, this.#length);
    return part.length;
  }

  /** Whether the piece is whole. */
  get isWhole(): boolean {
    return this.#whole !== undefined;
  }

  /** The whole piece: valid until the next `take`. */
  get bytes(): Uint8Array {
    return this.#whole ?? new Uint8Array(0);
  }

  /** @returns The whole piece in a fresh array. */
  copy(): Uint8Array {
    return this.bytes.slice();
  }

  /** Frees the buffer. */
  close(): void {
    this.#buffer = new Uint8Array(0);
    this.start(0);
  }

  #append(part: Uint8Array): void {
    const length = this.#length + part.length;
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(this.#needed, Math.max(length, 2 * this.#buffer.length)));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(part, this.#length);
    this.#length = length;
  }
}
