import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { expect, test } from 'vitest';

const source = resolve(import.meta.dirname, '../../src');
const portableEngine = resolve(source, 'crypto/portable-engine.ts');

/** Every module that an entry loads where `#engine` is the portable one: its file, or its name if it is no file. */
function loadedBy(entry: string): { files: Set<string>; packages: Set<string> } {
  const [files, packages] = [new Set<string>(), new Set<string>()];
  const pending = [entry];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)) {
      if (specifier === '#engine') pending.push(portableEngine);
      else if (specifier.startsWith('.')) pending.push(resolve(dirname(file), specifier));
      else packages.add(specifier);
    }
  }
  return { files, packages };
}

/** Whether a file's code, without its comments and texts, calls on a global of Node. */
function usesNodeGlobals(file: string): boolean {
  const commentsAndTexts = /\/\*[\s\S]*?\*\/|\/\/.*|"[^"\n]*"|`[^`]*`|'[^'\n]*'/g;
  return /\b(Buffer|process|setImmediate)[.(]/.test(readFileSync(file, 'utf8').replaceAll(commentsAndTexts, ''));
}

test.each(['index.ts', 'crypto/index.ts', 'crypto/portable-engine.ts'])('%s loads nothing of Node', (entry) => {
  const { files, packages } = loadedBy(resolve(source, entry));
  expect(files).toContain(portableEngine);
  expect([...packages].filter((name) => !name.startsWith('@noble/'))).toEqual([]);
  expect([...files].filter(usesNodeGlobals)).toEqual([]);
});

test('the search for Node finds it where it is', () => {
  const { packages } = loadedBy(resolve(source, 'crypto/node-engine.ts'));
  expect(packages).toContain('node:crypto');
  expect(usesNodeGlobals(resolve(source, 'crypto/node-engine.ts'))).toBe(true);
});
