// A temporary place with the packed packages, in which projects are made, installed and run.

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../src/sources/workspace.ts';

/** The packages that are published, by their folders. */
export const PUBLISHED = ['core', 'keyring', 'data-key-cache', 'memory-kms', 'branch-keys', 'waxseal', 'cli'] as const;

/** Packed packages: the path of the tarball by the package's name. */
export type Tarballs = Readonly<Record<string, string>>;

/** The project's own version of pnpm, without installing it. */
const PNPM = ['npx', '--yes', 'pnpm@10.34.8'] as const;

/** How a program is run. */
export type RunOptions = {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly input?: string | undefined;
};

/** Runs a program to its end; fails with all it said, unless it ends with 0. @returns What it wrote to standard output. */
export function run(program: string, argv: readonly string[], options: RunOptions): string {
  const { status, stdout, stderr } = tryRun(program, argv, options);
  if (status !== 0) throw new Error(`${program} ${argv.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

/** Runs a program to its end, however that is. */
export function tryRun(program: string, argv: readonly string[], options: RunOptions): SpawnSyncReturns<string> {
  const env = cleanEnvironment(options.env);
  return spawnSync(program, argv, { ...options, env, encoding: 'utf8', timeout: 240_000, maxBuffer: 2 ** 26 });
}

/** A test runner's own settings must not reach what it starts. */
function cleanEnvironment(added: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const foreign = /^(?:npm_|NODE_|VITEST|TEST$|WAXSEAL_)/;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(inherited), ...added };
}

/** Packs every published package as pnpm publishes it. @param folder - Where the tarballs go. */
export async function packPackages(folder: string): Promise<Tarballs> {
  const tarballs: Record<string, string> = {};
  for (const name of PUBLISHED) {
    const cwd = join(ROOT, 'packages', name);
    const [npx, ...before] = PNPM;
    run(npx, [...before, 'pack', '--pack-destination', folder], { cwd });
    const manifest: { name: string; version: string } = JSON.parse(await readFile(join(cwd, 'package.json'), 'utf8'));
    const base = manifest.name.replace('@', '').replace('/', '-');
    tarballs[manifest.name] = join(folder, `${base}-${manifest.version}.tgz`);
  }
  const packed = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  if (packed.length !== PUBLISHED.length) throw new Error(`packed ${packed.join(', ')}`);
  return tarballs;
}

/** A project of its own, in a temporary folder. */
export class Project {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @param files - Texts by path; `package.json` may be among them. */
  static async create(files: Readonly<Record<string, string>> = {}): Promise<Project> {
    const project = new Project(await mkdtemp(join(tmpdir(), 'waxseal-packaging-')));
    await project.write(files);
    return project;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.path, name)), { recursive: true });
      await writeFile(join(this.path, name), text);
    }
  }

  /** Installs with npm. @param what - Names, `name@version`, or paths of tarballs. */
  installWithNpm(what: readonly string[]): void {
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...what], {
      cwd: this.path,
    });
  }

  /** Installs what the manifest names, with pnpm. */
  installWithPnpm(): void {
    const [npx, ...before] = PNPM;
    run(npx, [...before, 'install', '--prefer-offline', '--ignore-workspace', '--reporter=silent'], { cwd: this.path });
  }

  /** Runs a program in the project. */
  run(program: string, ...argv: readonly string[]): string {
    return run(program, argv, { cwd: this.path });
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
