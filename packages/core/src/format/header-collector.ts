import {
  type DecodedHeader,
  decodeHeaderSteps,
  endsInHeader,
  type HeaderCursor,
  type HeaderLimits,
} from './header-decoder.ts';

/** Gathers a header from chunks of any size. Copies each byte at most twice and keeps at most the header. */
export class HeaderCollector {
  readonly #cursor: HeaderCursor = { bytes: new Uint8Array(0), position: 0 };
  readonly #steps: Generator<number, DecodedHeader, void>;
  #buffer = new Uint8Array(0);
  #length = 0;
  #needed = 1;

  constructor(limits: HeaderLimits) {
    this.#steps = decodeHeaderSteps(this.#cursor, limits);
  }

  /**
   * Takes the next bytes.
   *
   * @returns The header once it is whole, with the bytes of `chunk` that follow it; before that, undefined.
   */
  push(chunk: Uint8Array): { readonly decoded: DecodedHeader; readonly rest: Uint8Array } | undefined {
    let rest = chunk;
    while (this.#length + rest.length >= this.#needed) {
      rest = this.#append(rest, this.#needed - this.#length);
      const step = this.#steps.next();
      if (step.done) return { decoded: step.value, rest };
      this.#needed = step.value;
    }
    this.#append(rest, rest.length);
    return undefined;
  }

  /** The error for input that ended before the header did. */
  endError(): Error {
    return endsInHeader(this.#length);
  }

  #append(chunk: Uint8Array, count: number): Uint8Array {
    if (this.#length + count > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(1024, 2 * (this.#length + count)));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk.subarray(0, count), this.#length);
    this.#length += count;
    this.#cursor.bytes = this.#buffer.subarray(0, this.#length);
    return chunk.subarray(count);
  }
}
