// What the documentation says against what there is.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import * as waxseal from 'waxseal';
import { withFigures } from '../../benchmarks/figures.ts';
import * as limits from '../../packages/core/src/limits.ts';
import { codeBlocks } from './code-blocks.ts';

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');

async function markdownBelow(folder: string): Promise<string[]> {
  const names = await readdir(join(root, folder), { recursive: true });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

const packages = (await readdir(join(root, 'packages'))).filter((name) =>
  existsSync(join(root, 'packages', name, 'package.json')),
);
const readmes = packages.map((name) => `packages/${name}/README.md`).filter((path) => existsSync(join(root, path)));
const pages = ['README.md', 'SECURITY.md', 'CONTRIBUTING.md', ...readmes, ...(await markdownBelow('docs'))];

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(markdown: string): Set<string> {
  const headings = withoutCode(markdown).matchAll(/^#{1,6} +(.+)$/gm);
  return new Set(
    [...headings].map(([, text = '']) =>
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

describe.each(pages)('%s', (page) => {
  test('its links lead somewhere', async () => {
    const broken: string[] = [];
    for (const [, target = ''] of withoutCode(await read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const full = path === '' ? join(root, page) : resolve(root, dirname(page), path);
      if (!existsSync(full) || relative(root, full).startsWith('..')) broken.push(target);
      else if (anchor !== undefined && !anchorsOf(await readFile(full, 'utf8')).has(anchor)) broken.push(target);
    }
    expect(broken).toEqual([]);
  });

  test('its TypeScript parses', async () => {
    for (const { code, line } of codeBlocks(await read(page), 'ts')) {
      // "…" stands for what only the reader knows.
      await transform(code.replaceAll('…', '_'), { loader: 'ts', logLevel: 'silent' }).catch((error: Error) => {
        throw new Error(`${page}:${line}: ${error.message}`);
      });
    }
  });

  test('what its TypeScript imports from waxseal is there', async () => {
    const missing = codeBlocks(await read(page), 'ts').flatMap(({ code, line }) =>
      importedNames(code)
        .filter((name) => !(name in waxseal))
        .map((name) => `${page}:${line}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

describe('blocks marked "ts run"', async () => {
  const marked = (await Promise.all(pages.map(async (page) => ({ page, blocks: codeBlocks(await read(page), 'ts') }))))
    .flatMap(({ page, blocks }) => blocks.map((block) => ({ page, ...block })))
    .filter(({ info }) => info === 'ts run');

  test('are there', () => expect(marked.length).toBeGreaterThan(5));

  test.each(marked)('$page:$line runs', async ({ code }) => {
    // Within examples/, so that imports are resolved as there; what it writes goes to a folder of its own.
    const [source, work] = await Promise.all([
      mkdtemp(join(root, 'examples', '.block-')),
      mkdtemp(join(tmpdir(), 'waxseal-block-')),
    ]);
    try {
      await writeFile(join(source, 'block.mts'), code);
      await writeFile(join(work, 'report.pdf'), Buffer.alloc(300_000, 'report '));
      const argv = ['--no-warnings', '--import', tsx, '--conditions=@waxseal/source'];
      await promisify(execFile)(process.execPath, [...argv, join(source, 'block.mts')], { cwd: work });
    } finally {
      await Promise.all([source, work].map((folder) => rm(folder, { recursive: true })));
    }
  });
});

/** Values that a block imports from `waxseal`. */
function importedNames(code: string): string[] {
  const imports = code.matchAll(/import \{([^}]*)\} from 'waxseal'/g);
  return [...imports]
    .flatMap(([, list = '']) => list.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '));
}

describe('docs/message-format.md', () => {
  test.each(Object.entries(limits))('tells the limit %s with its value', async (name, value) => {
    const row = (await read('docs/message-format.md')).split('\n').find((line) => line.includes(`\`${name}\``));
    expect(row, `a row for ${name}`).toBeDefined();
    expect(row).toMatch(new RegExp(`(?<![\\d,])${value.toLocaleString('en-US')}(?![\\d,])`));
  });
});

test('docs/performance.md shows the figures of the recorded runs', async () => {
  const page = await read('docs/performance.md');
  expect(withFigures(page)).toBe(page);
});

describe('README.md', () => {
  test('names every package that is published, and the number of its links is not short of one', async () => {
    const readme = await read('README.md');
    for (const name of packages) {
      const manifest: { name: string; private?: boolean } = JSON.parse(await read(`packages/${name}/package.json`));
      if (manifest.private !== true) expect(readme).toContain(`[\`${manifest.name}\`](packages/${name})`);
    }
  });

  test('leads to every page of docs/', async () => {
    const readme = await read('README.md');
    const top = (await markdownBelow('docs')).filter((path) => !path.startsWith('docs/decisions/'));
    expect(top.filter((path) => !readme.includes(`(${path})`))).toEqual([]);
  });
});

test('docs/architecture.md and README.md show the same picture', async () => {
  const pictures = await Promise.all(
    ['README.md', 'docs/architecture.md'].map(async (page) => {
      return codeBlocks(await read(page)).find(({ code }) => code.includes('packages/core'))?.code;
    }),
  );
  expect(pictures[0]).toBeDefined();
  expect(pictures[0]).toBe(pictures[1]);
});
