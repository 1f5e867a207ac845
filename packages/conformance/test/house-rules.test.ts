// The rules of CONTRIBUTING.md that a program can check.

import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SourceFile } from '../src/sources/source-file.ts';
import { filesBelow, ROOT, readText } from '../src/sources/workspace.ts';

const MAX_FILE_LINES = 300;
const MAX_TEST_LINES = 600;
const MAX_FUNCTION_LINES = 50;
const MAX_MEDIAN_LINES = 12;

/** Where all errors are made in the very copy that tells them; elsewhere they come through ports, from anybody's copy. */
const ONE_COPY = new Set([
  'packages/core/src/node/thread-failure.ts',
  'packages/branch-keys/src/file-storage.ts',
  'packages/branch-keys/src/dynamodb/dynamodb-storage.ts',
  'packages/cli/src/commands/explain-command.ts',
  'packages/cli/src/describe-error.ts',
  'packages/cli/src/exit-code.ts',
]);

const all = ['packages', 'examples', 'benchmarks'].flatMap((folder) => filesBelow(folder, '.ts'));
const files = all
  .filter((path) => !path.endsWith('.d.ts'))
  .map((path) => ({ path, file: new SourceFile(join(ROOT, path)) }));
const isSource = (path: string): boolean => /^packages\/[\w-]+\/(?:src|suites)\//.test(path);
const isProduction = (path: string): boolean => /^packages\/(?!conformance)[\w-]+\/src\//.test(path);
const isTest = (path: string): boolean => /\/(?:test|fuzz|packaging)\/|^benchmarks\//.test(path);

/** `EnvelopeError` and every class below it, by name. */
function envelopeErrors(sources: readonly string[]): ReadonlySet<string> {
  const names = new Set(['EnvelopeError']);
  const classes = sources.flatMap((text) => [...text.matchAll(/\bclass (\w+) extends (\w+)/g)]);
  for (let known = 0; known < names.size; ) {
    known = names.size;
    for (const [, name = '', parent = ''] of classes) if (names.has(parent)) names.add(name);
  }
  return names;
}

/** `path:line` of everything of these types in files that the filter keeps. */
function found(keep: (path: string) => boolean, ...types: string[]): string[] {
  return files
    .filter(({ path }) => keep(path))
    .flatMap(({ path, file }) => file.linesWith(...types).map((line) => `${path}:${line}`));
}

describe('size', () => {
  test(`files have at most ${MAX_FILE_LINES} lines, those of tests ${MAX_TEST_LINES}`, () => {
    // A test file is named after one source file and holds all that is said of it, so it may be longer.
    const long = files.filter(({ path, file }) => file.lines > (isTest(path) ? MAX_TEST_LINES : MAX_FILE_LINES));
    expect(long.map(({ path, file }) => `${path}: ${file.lines}`)).toEqual([]);
  });

  test(`functions have at most ${MAX_FUNCTION_LINES} lines`, () => {
    // The callback of a `describe` holds tests and is no function in this sense: tests are held to the size of a file.
    const long = files
      .filter(({ path }) => !isTest(path) && !path.includes('/suites/'))
      .flatMap(({ path, file }) =>
        file.functions
          .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
          .map(({ line, lines }) => `${path}:${line}: ${lines}`),
      );
    expect(long).toEqual([]);
  });

  test(`half of the functions have at most ${MAX_MEDIAN_LINES} lines, in every package`, () => {
    const sources = files.filter(({ path }) => isSource(path));
    const names = new Set(sources.map(({ path }) => path.split('/')[1]));
    expect(names.size).toBeGreaterThanOrEqual(8);
    for (const name of names) {
      const own = sources.filter(({ path }) => path.split('/')[1] === name);
      const lengths = own.flatMap(({ file }) => file.functions.map(({ lines }) => lines));
      lengths.sort((left, right) => left - right);
      expect(lengths[lengths.length >> 1] ?? 0, name).toBeLessThanOrEqual(MAX_MEDIAN_LINES);
    }
  });
});

describe('names', () => {
  test('files are kebab-case, ASCII, and named after what they hold', () => {
    const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*\.ts$/;
    expect(files.map(({ path }) => path).filter((path) => !kebab.test(basename(path)))).toEqual([]);
  });

  test('no file or folder is called utils, helpers, common, types, misc, shared or lib', () => {
    const vague = /(?:^|\/)(?:utils?|helpers?|common|types?|misc|shared|lib)(?:\/|\.|$)/;
    expect(all.filter((path) => vague.test(path))).toEqual([]);
  });
});

describe('language', () => {
  const everywhere = (): boolean => true;

  test('no any', () => {
    expect(found(everywhere, 'TSAnyKeyword')).toEqual([]);
  });

  test('no default exports, but for the configuration of tools', () => {
    expect(found((path) => !/\.config\.ts$/.test(path), 'ExportDefaultDeclaration')).toEqual([]);
  });

  test('no enums, namespaces or parameter properties', () => {
    expect(found(everywhere, 'TSEnumDeclaration', 'TSParameterProperty')).toEqual([]);
    expect(files.filter(({ file }) => file.namespaces.length > 0).map(({ path }) => path)).toEqual([]);
  });

  test('no non-null assertions in sources', () => {
    expect(found((path) => !isTest(path) && !path.includes('/suites/'), 'TSNonNullExpression')).toEqual([]);
  });

  test('no export of everything', () => {
    expect(found(everywhere, 'ExportAllDeclaration')).toEqual([]);
  });

  test('no instanceof with a class of our errors: a package may be there twice, as ESM and as CommonJS', () => {
    const sources = files.filter(({ path }) => /^packages\/[\w-]+\/src\//.test(path));
    const errors = envelopeErrors(sources.map(({ file }) => file.text));
    expect(errors.size).toBeGreaterThanOrEqual(14);
    const telling = sources.flatMap(({ path, file }) =>
      [...file.text.matchAll(/\binstanceof\s+(?:\w+\.)*(\w+)/g)]
        .filter(([, name = '']) => errors.has(name) && !ONE_COPY.has(path))
        .map(({ index }) => `${path}:${file.lineOf(index)}`),
    );
    expect(telling).toEqual([]);
  });

  test('relative imports end in .ts', () => {
    const others = files.flatMap(({ path, file }) =>
      file.imports
        .filter(({ specifier }) => /^\.\.?\//.test(specifier) && !specifier.endsWith('.ts'))
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(others).toEqual([]);
  });
});

describe('documentation', () => {
  test('every exported declaration of production code has a doc comment', () => {
    const undocumented = files
      .filter(({ path }) => isProduction(path))
      .flatMap(({ path, file }) =>
        file.exports.filter(({ isDocumented }) => !isDocumented).map(({ name, line }) => `${path}:${line}: ${name}`),
      );
    expect(undocumented).toEqual([]);
  });
});

describe('the repository', () => {
  const texts = filesBelow('.').filter((path) => !/\.(?:png|svg|ico|woff2?|bin|gz|tgz)$/.test(path));

  test('names no registry: dependencies come from wherever the user’s npm is set up to look', () => {
    const host =
      /\bregistry\s*[=:]\s*["']?https?:|https?:\/\/[^\s"'/]*\bregistry\b|\/\/[\w.-]*(?:npmjs\.org|yarnpkg\.com|jfrog\.io|nexus[\w.-]*\/)|_authToken/i;
    const naming = texts.filter(
      (path) => path !== 'packages/conformance/test/house-rules.test.ts' && host.test(readText(path)),
    );
    expect(naming).toEqual([]);
  });

  test('names no machine: no home folder, no temporary folder of somebody', () => {
    const place = /(?:^|[\s"'`(=])\/(?:home|Users|root)\/[\w.-]/m;
    expect(texts.filter((path) => path.endsWith('.ts') && place.test(readText(path)))).toEqual([]);
  });
});
