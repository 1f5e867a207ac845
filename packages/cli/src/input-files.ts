// Which files a command works on.

import { opendir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { workingOn } from './input-error.ts';
import { systemError } from './system-error.ts';
import { UsageError } from './usage-error.ts';

/** `-`: standard input, or standard output. */
export const STANDARD = '-';

/** One input. */
export type InputFile = {
  /** As given, or found below a directory that was given; `-` is standard input. */
  readonly path: string;
  /** The path below the output directory. */
  readonly relativePath: string;
};

/** How directories are treated. */
export type InputOptions = {
  readonly recursive?: boolean | undefined;
  /** Which files of a directory count, by name; every file that is named itself does. */
  readonly accepts: (name: string) => boolean;
  readonly signal: AbortSignal;
};

/**
 * Lists the inputs. Directories are walked in the order of names; symbolic links in them are not followed.
 *
 * @param paths - None stands for standard input.
 * @throws UsageError for a directory without `--recursive`; the file system's error for a missing path: each within an
 *   InputError that names it.
 */
export async function listInputs(paths: readonly string[], options: InputOptions): Promise<InputFile[]> {
  if (paths.length === 0) return [{ path: STANDARD, relativePath: STANDARD }];
  const inputs: InputFile[] = [];
  for (const path of paths) {
    if (path === STANDARD && paths.length > 1) throw new UsageError('"-" (standard input) can only be the one input');
    inputs.push(...(await workingOn(path, options.signal, () => listInput(path, options))));
  }
  return inputs;
}

async function listInput(path: string, { recursive, accepts }: InputOptions): Promise<InputFile[]> {
  const isDirectory = path !== STANDARD && (await stat(path)).isDirectory();
  if (!isDirectory) return [{ path, relativePath: basename(path) }];
  if (!recursive) throw new UsageError(`${path} is a directory: give --recursive to work on what is in it`);
  return walk(path, '', accepts);
}

async function walk(root: string, below: string, accepts: InputOptions['accepts']): Promise<InputFile[]> {
  const folder = join(root, below);
  const entries = [];
  for await (const entry of await opendir(folder)) entries.push(entry);
  entries.sort((one, other) => (one.name < other.name ? -1 : 1));
  const found: InputFile[] = [];
  for (const entry of entries) {
    const relativePath = join(below, entry.name);
    if (entry.isDirectory()) found.push(...(await walk(root, relativePath, accepts)));
    else if (entry.isFile() && accepts(entry.name)) found.push({ path: join(root, relativePath), relativePath });
  }
  return found;
}

/** @throws The error of a directory where a file is needed. */
export async function assertNoDirectory(path: string): Promise<void> {
  if ((await stat(path)).isDirectory()) throw systemError('EISDIR', path);
}

/**
 * For commands that read here and there in a file.
 *
 * @param advice - What to do instead with a pipe.
 * @throws As `assertNoDirectory`; UsageError for a pipe or device.
 */
export async function assertRegularFile(path: string, advice: string): Promise<void> {
  await assertNoDirectory(path);
  if (!(await stat(path)).isFile()) throw new UsageError(`${path} is no regular file: ${advice}`);
}
