import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('memory-child.ts', import.meta.url));

it('streams of 384 MiB into a slow sink hold little of it in memory', () => {
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--conditions=@waxseal/source', script, '384'], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  expect(child.stderr).toBe('');
  // Buffers of frames are garbage that Node collects late: up to 60 MiB on Node 20, 150 MiB on Node 24.
  expect(Number(child.stdout)).toBeLessThan(200);
});
