import { checkParallelism } from './stream-options.ts';

/** How far a file operation is; bytes are those of the source. */
export type FileProgress = {
  readonly bytesDone: number;
  readonly bytesTotal: number;
};

/** Options of whatever writes a file. */
export type FileOptions = {
  /** Called after each batch of about 1 MiB; what it throws fails the operation. */
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  /** Replaces the target if there is one. False unless given: then an existing target is an error. */
  readonly overwrite?: boolean | undefined;
  /**
   * Most threads to work with: 1 to 64, 1 unless given. Files of 16 MiB and more are then worked off by that many threads of
   * their own, signed ones by this one and another that hashes. The result tells how many worked.
   */
  readonly parallelism?: number | undefined;
};

/** Checked options, defaults filled in. */
export type FileSettings = {
  readonly onProgress: (progress: FileProgress) => void;
  readonly overwrite: boolean;
  readonly parallelism: number;
};

/** @throws TypeError, RangeError */
export function checkFileOptions(options: FileOptions): FileSettings {
  const { onProgress = () => {}, overwrite = false } = options;
  if (typeof onProgress !== 'function') throw new TypeError('onProgress must be a function');
  if (typeof overwrite !== 'boolean') throw new TypeError('overwrite must be true or false');
  return { onProgress, overwrite, parallelism: checkParallelism(options.parallelism) };
}
