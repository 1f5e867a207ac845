// Threads that do one task at a time and wait for another for a while. None keeps the process alive.

import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { createRing, resetRing, type SharedRing } from './byte-ring.ts';
import { encodeThreadFailure } from './thread-failure.ts';
import type { ThreadAnswer, ThreadTask } from './thread-task.ts';

/** How long an idle thread waits for work: starting one takes about 50 ms. */
const IDLE_MS = 10_000;

/** A ring of 8 MiB hashes 1.1 times as fast as one of 2 MiB: the writer hardly ever waits. */
const RING_LENGTH = 8_388_608;

/** Shorter plaintexts are done before a thread has started. */
export const LEAST_LENGTH_FOR_THREADS = 16_777_216;

const idle: Thread[] = [];

/** One thread, lent to one task. */
export class Thread {
  readonly #worker: Worker;
  #onAnswer: (answer: ThreadAnswer) => void = () => {};
  #idleTimer: NodeJS.Timeout | undefined;
  #isLost = false;
  #ring: SharedRing | undefined;

  private constructor() {
    this.#worker = new Worker(workerPath());
    this.#worker.on('message', (answer: ThreadAnswer) => this.#onAnswer(answer));
    this.#worker.on('error', (error) => this.#lose(error));
    // It may still work on files: it is lost when it has ended, not before.
    this.#worker.on('messageerror', () => void this.#worker.terminate());
    this.#worker.on('exit', () => this.#lose(new Error('a worker thread ended unexpectedly')));
    // Behind the listeners, which would make the thread count again.
    this.#worker.unref();
  }

  /** @returns An idle thread, or a new one. @throws The system's error when it allows no more threads. */
  static borrow(): Thread {
    const thread = idle.pop() ?? new Thread();
    clearTimeout(thread.#idleTimer);
    return thread;
  }

  /**
   * Starts a task. Never throws.
   *
   * @param onAnswer - Gets every answer up to `done` or `failed`; a thread that is lost, or can't take the task, answers `failed`.
   */
  run(task: ThreadTask, onAnswer: (answer: ThreadAnswer) => void): void {
    this.#onAnswer = (answer) => {
      if (answer.kind === 'done' || answer.kind === 'failed') this.#rest();
      onAnswer(answer);
    };
    try {
      this.#worker.postMessage(task);
    } catch (error) {
      this.#onAnswer({ kind: 'failed', failure: encodeThreadFailure(error) });
    }
  }

  /** @returns An empty ring of the thread's own, kept from task to task: fresh memory would cost a millisecond each time. */
  ring(): SharedRing {
    if (this.#ring === undefined) this.#ring = createRing(RING_LENGTH);
    else resetRing(this.#ring);
    return this.#ring;
  }

  /** Says whether somebody waits for an answer: only then does the thread keep the process alive. */
  awaited(isAwaited: boolean): void {
    if (isAwaited) this.#worker.ref();
    else this.#worker.unref();
  }

  #rest(): void {
    this.#onAnswer = () => {};
    this.#worker.unref();
    if (this.#isLost) return;
    idle.push(this);
    this.#idleTimer = setTimeout(() => this.#retire(), IDLE_MS);
    this.#idleTimer.unref();
  }

  #retire(): void {
    const index = idle.indexOf(this);
    if (index >= 0) idle.splice(index, 1);
    void this.#worker.terminate();
  }

  #lose(error: Error): void {
    if (this.#isLost) return;
    this.#isLost = true;
    clearTimeout(this.#idleTimer);
    const index = idle.indexOf(this);
    if (index >= 0) idle.splice(index, 1);
    this.#onAnswer({ kind: 'failed', failure: encodeThreadFailure(error) });
  }
}

/**
 * The bundled entry, found by name: this code may end up in any file of the package. Also from source, since Node 20 runs no
 * TypeScript in a thread.
 */
function workerPath(): string {
  return createRequire(import.meta.url).resolve('#thread-worker');
}
