import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { defineConfig, type Options } from 'tsup';

type Configuration = ReturnType<typeof defineConfig>;

/**
 * Bundles one package to ESM and CJS, with one copy of every class across its subpaths.
 *
 * tsup splits ESM into shared pieces; its way to split CJS would rewrite optional chaining and class fields as well, which
 * costs speed and the names of classes. So each piece of ESM is turned into its CJS twin here. Declarations come from
 * `tsc -b`; their `.d.cts` twins are made here too.
 *
 * @param entries - Paths below `src`, without ending.
 */
export function bundle(entries: readonly string[], options: Options = {}): Configuration {
  return defineConfig({
    entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
    format: ['esm'],
    target: 'node20',
    platform: 'node',
    dts: false,
    // Old JavaScript goes; declarations stay, since `tsc -b` believes that they are there.
    clean: ['!**/*.d.ts', '!**/*.d.cts', '!**/*.d.ts.map', '!**/*.tsbuildinfo'],
    splitting: true,
    shims: true,
    sourcemap: false,
    removeNodeProtocol: false,
    external: [/^#/],
    onSuccess: async () => {
      await Promise.all([writeCommonJs('dist'), finishDeclarations('dist')]);
    },
    ...options,
  });
}

/** Writes the `.cjs` twin of each `.js`. */
async function writeCommonJs(folder: string): Promise<void> {
  await forEachFile(folder, '.js', async (path, module) => {
    await writeFile(path.replace(/\.js$/, '.cjs'), await toCommonJs(module));
  });
}

async function toCommonJs(module: string): Promise<string> {
  const fileUrl = 'const fileUrl = require("node:url").pathToFileURL(__filename).href;';
  const { code } = await transform(module, {
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    define: { 'import.meta.url': 'fileUrl' },
    banner: `"use strict";${module.includes('import.meta.url') ? `\n${fileUrl}` : ''}`,
  });
  return code.replace(/((?:require|import)\("\.[^"]*)\.js("\))/g, '$1.cjs$2');
}

/** Gives the relative imports of each `.d.ts` their published endings, and writes its `.d.cts` twin. */
async function finishDeclarations(folder: string): Promise<void> {
  await forEachFile(folder, '.d.ts', async (path, text) => {
    await writeFile(path, withEnding(text, 'js'));
    await writeFile(
      path.replace(/\.d\.ts$/, '.d.cts'),
      withEnding(text, 'cjs').replace(/\n\/\/# sourceMappingURL.*/, ''),
    );
  });
}

async function forEachFile(
  folder: string,
  ending: string,
  work: (path: string, text: string) => Promise<void>,
): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(ending));
  await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      await work(path, await readFile(path, 'utf8'));
    }),
  );
}

function withEnding(declarations: string, ending: string): string {
  return declarations.replace(/((?:from |import\()['"]\.[^'"]*)\.(?:ts|js)(['"])/g, `$1.${ending}$2`);
}
