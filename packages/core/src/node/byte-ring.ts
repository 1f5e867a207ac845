// Bytes from one thread to another, through memory that both see: one writes, one reads.

/** Both ends of a ring. */
export type SharedRing = {
  /** Counters; see `Slot`. */
  readonly control: SharedArrayBuffer;
  readonly data: SharedArrayBuffer;
};

/** Places of the counters, each 32 bits and wrapping. */
const Slot = { written: 0, read: 1, state: 2, writerWaits: 3 } as const;
const State = { open: 0, finished: 1, abandoned: 2 } as const;
/** Most bytes given to the reader at a time, so that the writer finds room early. */
const MAX_READ_LENGTH = 262_144;

/** @param capacity - A power of two, so that the counters may wrap. */
export function createRing(capacity: number): SharedRing {
  return { control: new SharedArrayBuffer(16), data: new SharedArrayBuffer(capacity) };
}

/** Empties a ring for its next use, when neither end is in use any more. */
export function resetRing(ring: SharedRing): void {
  new Int32Array(ring.control).fill(0);
}

/** The end that writes; never blocks. */
export class RingWriter {
  readonly #control: Int32Array;
  readonly #data: Uint8Array;

  constructor(ring: SharedRing) {
    this.#control = new Int32Array(ring.control);
    this.#data = new Uint8Array(ring.data);
  }

  /** @returns How many of the bytes found room and were copied. */
  write(bytes: Uint8Array): number {
    const written = Atomics.load(this.#control, Slot.written);
    const used = (written - Atomics.load(this.#control, Slot.read)) >>> 0;
    const length = Math.min(bytes.length, this.#data.length - used);
    const start = (written >>> 0) % this.#data.length;
    const first = Math.min(length, this.#data.length - start);
    this.#data.set(bytes.subarray(0, first), start);
    this.#data.set(bytes.subarray(first, length), 0);
    Atomics.store(this.#control, Slot.written, (written + length) | 0);
    Atomics.notify(this.#control, Slot.written);
    return length;
  }

  /**
   * Asks for word once there is room.
   *
   * @returns False when there is some already, and so no word will come.
   */
  askForRoom(): boolean {
    Atomics.store(this.#control, Slot.writerWaits, 1);
    const used = (Atomics.load(this.#control, Slot.written) - Atomics.load(this.#control, Slot.read)) >>> 0;
    if (used > this.#data.length / 2) return true;
    return Atomics.exchange(this.#control, Slot.writerWaits, 0) === 0;
  }

  /** Says that everything is written, or that nothing matters any more. */
  end(how: 'finished' | 'abandoned'): void {
    Atomics.store(this.#control, Slot.state, State[how]);
    Atomics.notify(this.#control, Slot.written);
  }
}

/** The end that reads; blocks its thread while there is nothing. */
export class RingReader {
  readonly #control: Int32Array;
  readonly #data: Uint8Array;

  constructor(ring: SharedRing) {
    this.#control = new Int32Array(ring.control);
    this.#data = new Uint8Array(ring.data);
  }

  /**
   * Reads until the writer ends.
   *
   * @param take - Gets the bytes in order; may not keep them.
   * @param onRoom - Called when the writer asked for word, and half of the ring is free.
   * @returns Whether the writer finished; false when it gave up.
   */
  readAll(take: (bytes: Uint8Array) => void, onRoom: () => void): boolean {
    for (;;) {
      const state = Atomics.load(this.#control, Slot.state);
      if (state === State.abandoned) return false;
      const written = Atomics.load(this.#control, Slot.written);
      const read = Atomics.load(this.#control, Slot.read);
      const used = (written - read) >>> 0;
      if (used === 0) {
        if (state === State.finished) return true;
        Atomics.wait(this.#control, Slot.written, written, 1000);
        continue;
      }
      const start = (read >>> 0) % this.#data.length;
      const length = Math.min(used, this.#data.length - start, MAX_READ_LENGTH);
      take(this.#data.subarray(start, start + length));
      Atomics.store(this.#control, Slot.read, (read + length) | 0);
      if (used - length <= this.#data.length / 2 && Atomics.exchange(this.#control, Slot.writerWaits, 0) === 1)
        onRoom();
    }
  }
}
