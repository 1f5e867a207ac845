import { SingleBar } from 'cli-progress';
import { formatBytes } from './format-bytes.ts';
import type { Terminal } from './terminal.ts';

const UPDATES_PER_SECOND = 10;
/** The first moments say nothing about the rate. */
const SETTLING_MS = 500;

/** A line on a terminal: what, how much, how fast, how long still. Removed when the work ends. */
export class ProgressBar {
  readonly #bar: SingleBar;
  readonly #total: number | undefined;

  /**
   * @param name - What is being worked on.
   * @param total - Bytes; undefined where nobody knows, and then neither bar nor remaining time is shown.
   */
  constructor(stream: Terminal['stderr'], name: string, total: number | undefined) {
    const start = performance.now();
    this.#total = total;
    this.#bar = new SingleBar({
      stream,
      fps: UPDATES_PER_SECOND,
      hideCursor: true,
      clearOnComplete: true,
      linewrap: false,
      format: (_options, _params, payload: { readonly bytes?: number }) =>
        progressLine(name, payload.bytes ?? 0, total, performance.now() - start),
    });
    this.#bar.start(total ?? 1, 0, { bytes: 0 });
  }

  update(bytes: number): void {
    this.#bar.update(this.#total === undefined ? 0 : Math.min(bytes, this.#total), { bytes });
  }

  stop(): void {
    this.#bar.stop();
  }
}

const BAR_WIDTH = 24;

/** @returns Such as `a.iso [######..................]  25 % 256.0 MB of 1.0 GB, 512.0 MB/s, 1 s left`. */
export function progressLine(name: string, bytes: number, total: number | undefined, elapsedMs: number): string {
  const rate = elapsedMs < SETTLING_MS ? undefined : bytes / (elapsedMs / 1000);
  const speed = rate === undefined ? '' : `, ${formatBytes(rate)}/s`;
  if (total === undefined) return `${name} ${formatBytes(bytes)}${speed}`;
  const done = total === 0 ? 1 : Math.min(1, bytes / total);
  const bar = '#'.repeat(Math.floor(done * BAR_WIDTH)).padEnd(BAR_WIDTH, '.');
  const percent = String(Math.floor(done * 100)).padStart(3);
  const left = rate === undefined || rate === 0 ? '' : `, ${formatSeconds((total - bytes) / rate)} left`;
  return `${name} [${bar}] ${percent} % ${formatBytes(bytes)} of ${formatBytes(total)}${speed}${left}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
