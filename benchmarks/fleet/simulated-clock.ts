import type { Clock, Timer } from '@waxseal/data-key-cache';

type Alarm = { readonly at: number; readonly ring: () => void };

/** A clock that stands still until it is moved. Its alarms are kept in a heap: a reader has 10,000 of them. */
export class SimulatedClock implements Clock {
  #now = 0;
  readonly #heap: (Alarm & { cancelled: boolean })[] = [];

  now(): number {
    return this.#now;
  }

  startTimer(callback: () => void, delayMs: number): Timer {
    const alarm = { at: this.#now + delayMs, ring: callback, cancelled: false };
    this.#push(alarm);
    return {
      cancel: () => {
        alarm.cancelled = true;
      },
    };
  }

  /** Moves to a time that is not earlier, and rings what is due, in order. */
  moveTo(time: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= time; next = this.#heap[0]) {
      this.#pop();
      this.#now = next.at;
      if (!next.cancelled) next.ring();
    }
    this.#now = time;
  }

  #push(alarm: Alarm & { cancelled: boolean }): void {
    const heap = this.#heap;
    let index = heap.push(alarm) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.at <= alarm.at) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = alarm;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = index * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1;
      if (heap[child]!.at >= last.at) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}
