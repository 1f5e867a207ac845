// `create-time`: UTC with microseconds, as other implementations write and expect it.

/** Above this difference the wall clock was set while the process ran, and counts alone. */
const MAX_DRIFT_MS = 1000;

/**
 * Formats a time as `YYYY-MM-DDTHH:mm:ss.ssssssZ`.
 *
 * @param timeMs - Milliseconds since 1970; the fraction gives the microseconds.
 */
export function formatCreateTime(timeMs: number): string {
  const wholeMs = Math.floor(timeMs);
  const micros = Math.min(999, Math.floor((timeMs - wholeMs) * 1000));
  return new Date(wholeMs).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

/** The time now in milliseconds, with a fraction of microseconds where the machine's clocks agree. */
export function preciseNow(): number {
  const wall = Date.now();
  const precise = performance.timeOrigin + performance.now();
  return Math.abs(precise - wall) < MAX_DRIFT_MS ? precise : wall;
}
