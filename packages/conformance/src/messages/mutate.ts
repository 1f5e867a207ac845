// Random damage to messages, repeatable from a seed.

/** A generator of whole numbers, the same for the same seed (the mulberry32 generator). Not for keys. */
export class SeededNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** @returns A whole number from 0 up to, without, `bound`; `bound` at most 2^32. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  /** @returns One of the values. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.below(values.length)] ?? values[0];
  }
}

type Mutation = (bytes: Uint8Array, numbers: SeededNumbers, other: Uint8Array) => Uint8Array;

const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff] as const;

function spanOf(bytes: Uint8Array, numbers: SeededNumbers): [start: number, end: number] {
  const start = numbers.below(bytes.length + 1);
  return [start, Math.min(bytes.length, start + numbers.below(40))];
}

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  function flipBit(bytes, numbers) {
    const at = numbers.below(bytes.length);
    return bytes.map((byte, index) => (index === at ? byte ^ (1 << numbers.below(8)) : byte));
  },
  function setExtreme(bytes, numbers) {
    const changed = bytes.slice();
    changed.fill(numbers.pick(EXTREMES), numbers.below(bytes.length), numbers.below(bytes.length) + 4);
    return changed;
  },
  function setLengthField(bytes, numbers) {
    const changed = bytes.slice();
    const at = numbers.below(bytes.length);
    changed.set([numbers.pick(EXTREMES), numbers.pick(EXTREMES), 0xff, 0xff].slice(0, bytes.length - at), at);
    return changed;
  },
  function remove(bytes, numbers) {
    const [start, end] = spanOf(bytes, numbers);
    return Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(end)]);
  },
  function insert(bytes, numbers) {
    const at = numbers.below(bytes.length + 1);
    const added = Array.from({ length: 1 + numbers.below(20) }, () => numbers.below(256));
    return Uint8Array.from([...bytes.subarray(0, at), ...added, ...bytes.subarray(at)]);
  },
  function repeat(bytes, numbers) {
    const [start, end] = spanOf(bytes, numbers);
    return Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(start)]);
  },
  function truncate(bytes, numbers) {
    return bytes.slice(0, numbers.below(bytes.length + 1));
  },
  function splice(bytes, numbers, other) {
    const [start, end] = spanOf(other, numbers);
    const changed = bytes.slice();
    const at = numbers.below(bytes.length + 1);
    changed.set(other.subarray(start, end).subarray(0, bytes.length - at), at);
    return changed;
  },
];

/**
 * Damages a message in one to three places.
 *
 * @param other - A message whose pieces may be put into this one.
 * @returns A fresh array; by chance it can equal the message.
 */
export function mutate(message: Uint8Array, numbers: SeededNumbers, other: Uint8Array): Uint8Array {
  let bytes: Uint8Array = message.slice();
  for (let count = 1 + numbers.below(3); count > 0 && bytes.length > 0; count--) {
    bytes = numbers.pick(MUTATIONS)(bytes, numbers, other);
  }
  return bytes;
}
