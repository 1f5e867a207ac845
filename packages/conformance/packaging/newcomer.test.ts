// What README, docs/cli.md and docs/getting-started.md tell a newcomer to paste, pasted into an empty directory.

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { ROOT } from '../src/sources/workspace.ts';
import { codeBlocks } from './code-blocks.ts';
import { Project, run } from './workshop.ts';

const tarballs = inject('tarballs');
let project: Project;

beforeAll(async () => {
  project = await Project.create({ 'package.json': '{ "private": true }' });
  project.installWithNpm(Object.values(tarballs));
});
afterAll(() => project.remove());

test("README's first example runs as value.mjs", async () => {
  const [first] = codeBlocks(await readFile(join(ROOT, 'README.md'), 'utf8'), 'ts');
  await project.write({ 'value.mjs': first?.code ?? '' });
  const said = project.run('node', 'value.mjs');
  expect(said).toMatch(/^sealed: \d+ bytes\nopened: 4111 1111 1111 1111\nrefused: .+\n$/);
});

describe.each(['core', 'data-key-cache', 'branch-keys', 'memory-kms', 'waxseal'])('packages/%s/README.md', (name) => {
  test('its example runs', async () => {
    const [first] = codeBlocks(await readFile(join(ROOT, 'packages', name, 'README.md'), 'utf8'), 'ts');
    await project.write({ [`${name}.mjs`]: first?.code ?? '' });
    expect(project.run('node', `${name}.mjs`)).not.toBe('');
  });
});

// Blocks with "…" stand for what only their reader has: an ARN, an account.
describe.each(['docs/cli.md', 'packages/cli/README.md'])('%s', (page) => {
  test('its commands run as they stand', async () => {
    const blocks = codeBlocks(await readFile(join(ROOT, page), 'utf8'), 'sh');
    const commands = blocks.map(({ code }) => code).filter((code) => !/…|npm install|npm run/.test(code));
    expect(commands.length).toBeGreaterThan(0);
    const folder = await Project.create();
    const bin = join(project.path, 'node_modules', '.bin');
    const env = { XDG_STATE_HOME: join(folder.path, 'state'), PATH: `${bin}:${process.env['PATH']}` };
    const script = ['set -e', ...commands].join('\n');
    run('bash', ['-c', script], { cwd: folder.path, env });
    await folder.remove();
  });
});

const steps = codeBlocks(readFileSync(join(ROOT, 'docs/getting-started.md'), 'utf8')).filter(
  ({ info }) => info === 'ts run',
);

test.each(steps)('docs/getting-started.md:$line runs as .mjs', async ({ code, line }) => {
  const name = `step-${line}`;
  await project.write({ [`${name}/step.mjs`]: code, [`${name}/report.pdf`]: 'report '.repeat(50_000) });
  run('node', ['step.mjs'], { cwd: join(project.path, name) });
});

test('the demo seals and opens a real file', () => {
  const argv = ['--import', 'tsx', '--conditions=@waxseal/source', 'examples/demo/demo.ts', 'pnpm-lock.yaml'];
  const said = run('node', argv, { cwd: ROOT });
  expect(said).toContain('the same file');
  expect(said).toContain('1 GenerateDataKey, 1 Decrypt');
});
