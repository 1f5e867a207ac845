import { expect, test } from 'vitest';
import { engine, engineName } from '../../src/crypto/index.ts';
import { engine as nodeEngine } from '../../src/crypto/node-engine.ts';
import { engine as portableEngine } from '../../src/crypto/portable-engine.ts';

test('#engine is the engine that this test project asks for', () => {
  expect(process.env['WAXSEAL_ENGINE']).toMatch(/^(node|portable)$/);
  expect(engineName).toBe(process.env['WAXSEAL_ENGINE']);
  expect(engine).toBe(engineName === 'node' ? nodeEngine : portableEngine);
});
