import { expect, it } from 'vitest';
import { MemoryKms } from '../../src/index.ts';

it.each(['Strict', 'none', 'key-policy', '', 1])('refuses %j as authorization, instead of guessing', (mode) => {
  expect(() => new MemoryKms({ authorization: mode as never })).toThrow(TypeError);
});

it.each(['open', 'keyPolicy', 'strict', undefined] as const)('takes %s', (authorization) => {
  expect(() => new MemoryKms({ authorization })).not.toThrow();
});
