// The files and manifests of this repository.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT: string = fileURLToPath(new URL('../../../../', import.meta.url));

/** One package of the workspace. */
export type WorkspacePackage = {
  /** Name of its folder below `packages`. */
  readonly folder: string;
  /** Name that others import. */
  readonly name: string;
  /** What its users must have installed: dependencies, peers and optional ones. */
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
  /** Folders of the packages that its declarations are built after. */
  readonly references: readonly string[];
};

const IGNORED = new Set(['node_modules', 'dist', '.git', 'coverage', 'results']);

/** All packages below `packages`. */
export function workspacePackages(): WorkspacePackage[] {
  return readdirSync(join(ROOT, 'packages'))
    .filter((folder) => existsSync(join(ROOT, 'packages', folder, 'package.json')))
    .map((folder) => {
      const manifest = readJson(`packages/${folder}/package.json`) as Record<string, Record<string, string>>;
      const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest;
      return {
        folder,
        name: String(manifest['name']),
        dependencies: Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }),
        devDependencies: Object.keys(devDependencies ?? {}),
        references: referencesOf(folder),
      };
    });
}

/** Reads a file of the repository. @param path - From its root. */
export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Lists files below a folder of the repository, installed and built ones left out. @returns Paths from the root. */
export function filesBelow(folder: string, ending = ''): string[] {
  const path = join(ROOT, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const below = relative(ROOT, join(path, entry.name));
    if (IGNORED.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(below, ending);
    return entry.isFile() && entry.name.endsWith(ending) ? [below] : [];
  });
}

function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}

function referencesOf(folder: string): string[] {
  const path = `packages/${folder}/tsconfig.build.json`;
  if (!existsSync(join(ROOT, path))) return [];
  const { references = [] } = readJson(path) as { references?: { path: string }[] };
  return references.map((reference) => reference.path.replace(/^\.\.\//, '').replace(/\/tsconfig\.build\.json$/, ''));
}
