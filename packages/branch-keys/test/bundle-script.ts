import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type Esbuild = { buildSync(options: Readonly<Record<string, unknown>>): unknown };

/**
 * Bundles a script of this folder with all it needs, so that a plain node starts it in some tens of milliseconds.
 *
 * @returns Its path in the folder given.
 */
export function bundleScript(name: string, folder: string): string {
  const require = createRequire(import.meta.url);
  const esbuild = createRequire(require.resolve('tsup'))('esbuild') as Esbuild;
  const outfile = join(folder, `${name}.mjs`);
  esbuild.buildSync({
    entryPoints: [fileURLToPath(new URL(`${name}.script.ts`, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@waxseal/source'],
  });
  return outfile;
}
