// Where the output of an input goes.

import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type InputFile, STANDARD } from './input-files.ts';
import { UsageError } from './usage-error.ts';

/** An input with the path of its output; `-` is standard output. */
export type Job = {
  readonly input: InputFile;
  readonly target: string;
  /** Whether the output's directory may have to be made. */
  readonly makesFolder: boolean;
};

/** What decides on output paths. */
export type TargetOptions = {
  /** `--output`: a file for one input; a directory, made where it is missing, for several or for `--recursive`. */
  readonly output?: string | undefined;
  readonly recursive?: boolean | undefined;
  /** From the name of an input to that of its output; undefined when there is no rule for it. */
  readonly rename: (name: string) => string | undefined;
};

/**
 * Gives each input its output.
 *
 * @throws UsageError when a name has no output, two inputs would have the same, or several would go to standard output.
 */
export async function assignTargets(inputs: readonly InputFile[], options: TargetOptions): Promise<Job[]> {
  const { output } = options;
  const intoDirectory =
    output !== undefined &&
    output !== STANDARD &&
    (inputs.length > 1 || options.recursive === true || (await isDirectory(output)));
  if (output === STANDARD && inputs.length > 1)
    throw new UsageError("several inputs can't go to standard output: give --output DIRECTORY");
  const jobs = inputs.map((input) => ({
    input,
    target: targetOf(input, options, intoDirectory),
    makesFolder: intoDirectory,
  }));
  assertDistinct(jobs);
  return jobs;
}

function targetOf(input: InputFile, { output, rename }: TargetOptions, intoDirectory: boolean): string {
  if (output !== undefined && !intoDirectory) return output;
  if (input.path === STANDARD) {
    if (intoDirectory) throw new UsageError('standard input has no name: give --output FILE');
    return STANDARD;
  }
  const from = intoDirectory ? input.relativePath : input.path;
  const renamed = rename(from);
  if (renamed === undefined)
    throw new UsageError(`${input.path}: how is the output to be named? Give --output FILE or --suffix`);
  return intoDirectory ? join(output ?? '', renamed) : renamed;
}

function assertDistinct(jobs: readonly Job[]): void {
  const taken = new Map<string, string>();
  for (const { input, target } of jobs) {
    const other = taken.get(target);
    if (other !== undefined) throw new UsageError(`${other} and ${input.path} would both be written to ${target}`);
    taken.set(target, input.path);
  }
}

/** Where devices live; also `/dev/stdout`, a link to what may well be a regular file. Memory for files is below `shm`. */
const DEVICES = /^\/dev\/(?!shm\/)/;

/**
 * Outputs replace what has their name, which for a device or pipe is never meant: `-o /dev/null` would put a file there.
 *
 * @throws UsageError for a target that is neither file nor directory.
 */
export async function refuseSpecialTarget(target: string): Promise<void> {
  if (target === STANDARD) return;
  const stats = await stat(target).catch(() => undefined);
  const isUsual = stats === undefined || stats.isFile() || stats.isDirectory();
  if (isUsual && !DEVICES.test(resolve(target))) return;
  throw new UsageError(`${target} is no regular file: to write to it, send standard output there (-o -)`);
}

async function isDirectory(path: string): Promise<boolean> {
  if (path.endsWith('/')) return true;
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

/** @throws UsageError for a suffix that would name the input itself, or another directory. */
export function checkSuffix(suffix: string): string {
  if (suffix !== '' && !suffix.includes('/')) return suffix;
  throw new UsageError('--suffix must not be empty or contain "/"');
}
