import { checkCount } from '../message-options.ts';

/** What Node streams take in addition. */
export type StreamOptions = {
  /**
   * Most threads to work with, this one included: 1 to 64, 1 unless given. A second one hashes signed messages of 16 MiB and
   * more, or of unknown length; unsigned ones get none, since moving their bytes costs more than it gains.
   */
  readonly parallelism?: number | undefined;
};

/** @throws TypeError, RangeError */
export function checkParallelism(parallelism: number | undefined): number {
  return checkCount('parallelism', parallelism ?? 1, 1, 64);
}
