import { defineConfig } from 'vitest/config';

const outputFile = process.env['WAXSEAL_TEST_REPORT'];

/** Tests of the packages as they are published: packed, installed into empty projects, and run. They need a build. */
export default defineConfig({
  test: {
    include: ['packages/conformance/packaging/**/*.test.ts'],
    globalSetup: ['packages/conformance/packaging/pack-once.ts'],
    maxWorkers: 1,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    reporters: outputFile === undefined ? ['default'] : ['default', ['json', { outputFile }]],
  },
});
