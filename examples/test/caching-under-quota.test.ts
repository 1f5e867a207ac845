import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const example = fileURLToPath(new URL('../06-caching-under-quota.ts', import.meta.url));

it('seals every message under the quota with a cache, and 100 of 2,000 a second without', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    '--conditions=@waxseal/source',
    example,
  ]);
  const rows = stdout
    .split('\n')
    .filter((line) => line.includes(', second '))
    .map((line) => line.split('│').map((cell) => cell.trim()));
  const figures = rows.map(([, name, ...cells]) => [name, ...cells.slice(0, 4).map(Number)]);
  expect(figures).toEqual([
    ['without, second 1', 2000, 100, 1900, 2000],
    ['without, second 2', 2000, 100, 1900, 2000],
    ['without, second 3', 2000, 100, 1900, 2000],
    ['cached, second 1', 2000, 2000, 0, 20],
    ['cached, second 2', 2000, 2000, 0, 0],
    ['cached, second 3', 2000, 2000, 0, 0],
  ]);
});
