import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig, type Options } from 'tsup';

type Configuration = ReturnType<typeof defineConfig>;

/**
 * Bundles one package to ESM and CJS, with one copy of every class across its subpaths.
 *
 * Declarations come from `tsc -b`; their `.d.cts` twins are made here.
 *
 * @param entries - Paths below `src`, without ending.
 */
export function bundle(entries: readonly string[], options: Options = {}): Configuration {
  return defineConfig({
    entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    format: ['esm', 'cjs'],
    target: 'node20',
    platform: 'node',
    dts: false,
    clean: false,
    splitting: true,
    shims: true,
    sourcemap: false,
    removeNodeProtocol: false,
    external: [/^#/],
    onSuccess: () => copyDeclarations('dist'),
    ...options,
  });
}

/** Writes a `.d.cts` beside each `.d.ts`, with the relative imports of a CommonJS module. */
async function copyDeclarations(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  await Promise.all(
    names
      .filter((name) => name.endsWith('.d.ts'))
      .map(async (name) => {
        const text = await readFile(join(folder, name), 'utf8');
        const relative = text
          .replace(/((?:from |import\()['"]\.[^'"]*)\.js(['"])/g, '$1.cjs$2')
          .replace(/\n\/\/# sourceMappingURL.*/, '');
        await writeFile(join(folder, name.replace(/\.d\.ts$/, '.d.cts')), relative);
      }),
  );
}
