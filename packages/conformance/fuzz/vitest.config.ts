import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const conditions = ['@waxseal/source', 'node', 'import', 'default'];

/** Fuzzing at length, from source: `FUZZ=1 npm run fuzz` in packages/conformance; `FUZZ_SECONDS` for each target. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['**/*.fuzz.test.ts'], maxWorkers: 2, testTimeout: 86_400_000 },
});
