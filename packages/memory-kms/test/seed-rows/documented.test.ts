import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HELP } from '../../src/server/command-line.ts';

const root = new URL('../../../../', import.meta.url);
const text = readFileSync(new URL('docs/memory-kms.md', root), 'utf8');

describe('docs/memory-kms.md', () => {
  it.each(readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.ts')))(
    'has a command for %s',
    (name) => {
      if (name === 'documented.test.ts') return;
      expect(text).toContain(`npx vitest run --project memory-kms packages/memory-kms/test/seed-rows/${name}`);
    },
  );

  it('names only files that are there', () => {
    const paths = [...text.matchAll(/(?:packages|examples)\/[\w./-]+/g)].map(([path]) => path);
    expect(paths.length).toBeGreaterThan(10);
    for (const path of paths) expect([path, existsSync(new URL(path, root))]).toEqual([path, true]);
  });

  it('has headings for its links', () => {
    const slugs = [...text.matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    );
    for (const [, anchor] of text.matchAll(/\(#([^)]+)\)/g)) expect(slugs).toContain(anchor);
  });

  it('names only options that the command has', () => {
    for (const [, option] of text.matchAll(/`(--[a-z-]+)[ `]/g)) expect(HELP).toContain(option);
  });
});
