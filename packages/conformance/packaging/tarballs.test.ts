// What is in the tarballs, and whether every resolver finds it.

import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { basename } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { ROOT } from '../src/sources/workspace.ts';
import { run, tryRun } from './workshop.ts';

const tarballs = inject('tarballs');
const names = Object.keys(tarballs);

/**
 * Problems that attw may report, with the reason. `node10` resolution (TypeScript's `moduleResolution: node`, Node before 12)
 * knows no `exports` and so no subpaths: no Node that is supported resolves like that.
 */
const ATTW_PROFILE = 'node16';

describe.each(names)('%s', (name) => {
  const tarball = tarballs[name] ?? '';

  test('passes publint --strict', () => {
    const { status, stdout, stderr } = tryRun('npx', ['publint', '--strict', tarball], { cwd: ROOT });
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  });

  test('has types that every resolver finds, ESM and CJS', () => {
    const argv = ['attw', '--profile', ATTW_PROFILE, '--format', 'table-flipped', '--no-emoji', tarball];
    const { status, stdout, stderr } = tryRun('npx', argv, { cwd: ROOT });
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  });

  test('holds what it should and nothing else', () => {
    const { stdout } = spawnSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
    const files = stdout
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''));
    expect(files).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'src/index.ts']),
    );
    const allowed =
      /^(?:package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/[\w-]+\.js|src\/.+\.ts|dist\/.+\.(?:js|cjs|d\.ts|d\.cts|d\.ts\.map))$/;
    expect(files.filter((path) => !allowed.test(path))).toEqual([]);
  });

  test('names no workspace, and every dependency by a range', () => {
    const manifest = JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json'], { cwd: ROOT }));
    const ranges = Object.entries<string>({ ...manifest.dependencies, ...manifest.peerDependencies });
    expect(ranges.filter(([, range]) => !/^\^\d+\.\d+\.\d+$/.test(range))).toEqual([]);
    expect(manifest).toMatchObject({ license: 'Apache-2.0', sideEffects: false, engines: { node: '>=20.19' } });
    expect(manifest.keywords.length).toBeGreaterThan(3);
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
      expect(manifest.peerDependenciesMeta[peer], peer).toEqual({ optional: true });
    }
  });

  test('says nothing of the machine it was made on', () => {
    const text = run('tar', ['-xzOf', tarball], { cwd: ROOT });
    // Not `toContain`: a failure would print all of it.
    expect([ROOT, homedir()].filter((path) => text.includes(path))).toEqual([]);
  });

  test(`has a name to be found by: ${basename(tarball)}`, () => {
    expect(basename(tarball)).toMatch(/^(?:waxseal|waxseal-[a-z-]+)-\d+\.\d+\.\d+\.tgz$/);
  });
});
