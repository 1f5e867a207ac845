import { defineConfig } from 'vitest/config';

/** Tests run from source: the condition `@waxseal/source` of every package's `exports` and `imports`. */
function project(name: string, include: string[], engine: 'node' | 'portable') {
  const own = ['@waxseal/source', ...(engine === 'portable' ? ['@waxseal/portable'] : [])];
  const conditions = [...own, 'node', 'import', 'default'];
  // Node adds 'import' or 'require' by itself, by who asks; given here, it would mislead CommonJS dependencies.
  const externalConditions = [...own, 'node'];
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions } },
    test: {
      name,
      include,
      env: { WAXSEAL_ENGINE: engine },
      testTimeout: 60_000,
      hookTimeout: 60_000,
    },
  };
}

/** For people; and, where CI asks for it, a file that it counts the tests in. */
function reporters(): ('default' | ['json', { outputFile: string }])[] {
  const outputFile = process.env['WAXSEAL_TEST_REPORT'];
  return outputFile === undefined ? ['default'] : ['default', ['json', { outputFile }]];
}

const packages = ['core', 'keyring', 'data-key-cache', 'memory-kms', 'branch-keys', 'waxseal', 'cli', 'conformance'];

export default defineConfig({
  test: {
    maxWorkers: 2,
    reporters: reporters(),
    projects: [
      ...packages.map((name) => project(name, [`packages/${name}/test/**/*.test.ts`], 'node')),
      project('examples', ['examples/test/**/*.test.ts'], 'node'),
      project(
        'core-portable',
        ['packages/core/test/**/*.engine.test.ts', 'packages/core/test/**/*.property.test.ts'],
        'portable',
      ),
      project('conformance-portable', ['packages/conformance/test/**/*.engine.test.ts'], 'portable'),
    ],
  },
});
