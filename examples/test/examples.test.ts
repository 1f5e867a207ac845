// Every example as its reader runs it: a process of its own, offline.

import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { codeBlocks } from './code-blocks.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'examples');
const MAX_LINES = 60;

const names = (await readdir(folder, { recursive: true }))
  .filter((name) => /^(?:keyrings\/)?[\w-]+\.ts$/.test(name))
  .sort();

/** What an example has to say at the least. Those of other folders and packages have tests of their own for that. */
const lines: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  '01-value.ts': [/^sealed: \d+ bytes$/m, 'opened: 4111 1111 1111 1111', /^refused: .*tenant/m],
  '03-http-upload-service.ts': [
    'uploaded: 201',
    'downloaded the same: true',
    'in the clear on the disk: false',
    'under another name: 500',
    'on the disk: payroll',
  ],
  '07-multi-region-failover.ts': [
    'before the outage: wrapped in us-east-1',
    'during the outage: wrapped in eu-west-1',
    'Virginia opens: before the outage, during the outage',
    'Ireland opens: before the outage, during the outage',
    'with KMS down everywhere: wrapped in eu-west-1',
    'without a cache: transient',
    'disabled in Virginia: denied',
  ],
  '11-testing-your-service.ts': ['# pass 4', '# fail 0'],
  '12-official-sdk-messages.ts': [
    'waxseal opens: from the official SDK',
    'the official SDK opens: from waxseal, tenant acme',
    'refused: ERR_POLICY_VIOLATION',
    'allowed by policy: an old message',
  ],
};

async function run(name: string): Promise<string> {
  const argv = ['--no-warnings', '--import', 'tsx', '--conditions=@waxseal/source', join(folder, name)];
  // What proxies and credentials this machine has is of no use to an example; neither are a test runner's settings.
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'] };
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: root, env });
  return stdout;
}

test('there is an example for each thing that users ask for', () => {
  const subjects = names.filter((name) => /^\d\d-/.test(name)).map((name) => name.slice(0, 2));
  expect(subjects).toEqual(Array.from({ length: 13 }, (_, index) => String(index + 1).padStart(2, '0')));
});

describe.each(names)('examples/%s', (name) => {
  test('runs, ends by itself and says what it should', async () => {
    const said = await run(name);
    expect(said).not.toBe('');
    for (const line of lines[name] ?? []) expect(said).toMatch(line);
  });

  test(`has at most ${MAX_LINES} lines, and begins by saying what it shows`, async () => {
    const text = await readFile(join(folder, name), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(MAX_LINES);
    if (name !== '01-value.ts') expect(text).toMatch(/^\/\/ [A-Z0-9]/);
  });
});

test("README's first block of code is examples/01-value.ts, byte for byte", async () => {
  const [first] = codeBlocks(await readFile(join(root, 'README.md'), 'utf8'), 'ts');
  expect(first?.code).toBe(await readFile(join(folder, '01-value.ts'), 'utf8'));
});
