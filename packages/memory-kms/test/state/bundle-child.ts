import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Esbuild = { buildSync(options: Readonly<Record<string, unknown>>): unknown };

/** Bundles a script of this folder once, so that a plain node starts it in some tens of milliseconds. */
export function bundleChild(name: string): string {
  const require = createRequire(import.meta.url);
  const esbuild = createRequire(require.resolve('tsup'))('esbuild') as Esbuild;
  // Below the package's node_modules, where its dependencies are found.
  const folder = fileURLToPath(new URL('../../node_modules/.cache/memory-kms-test/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${name}-${process.pid}.mjs`);
  esbuild.buildSync({
    entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  return outfile;
}
