// Installed into empty projects, the packages work: npm and pnpm, ESM and CJS, TypeScript 5 and 7.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  AWS_ENTRY_POINTS,
  CJS_PROGRAM,
  ESM_PROGRAM,
  STRICT_TSCONFIG,
  TS_CJS_PROGRAM,
  TS_MEMORY_KMS_PROGRAM,
  TS_PROGRAM,
} from './import-all.ts';
import { Project } from './workshop.ts';

const tarballs = inject('tarballs');

describe('an empty project, npm, every package', () => {
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

  test('installs no AWS SDK unasked', () => {
    const tree = project.run('npm', 'ls', '--all', '--parseable');
    expect(tree).not.toContain('@aws-sdk');
    expect(tree).not.toContain('@aws-crypto/client');
  });

  test('ES modules: every entry point, one copy of every class', () => {
    expect(project.run('node', 'esm.mjs')).toBe('ok\n');
  });

  test('CommonJS: the same, and each knows the errors of the other', () => {
    expect(project.run('node', 'cjs.cjs')).toBe('ok\n');
  });

  test('the condition @waxseal/portable chooses the other engine', () => {
    const program = "const { engineName } = await import('@waxseal/core/crypto'); console.log(engineName);";
    expect(project.run('node', '--input-type=module', '--conditions=@waxseal/portable', '-e', program)).toBe(
      'portable\n',
    );
  });

  test('the programs run from node_modules/.bin', async () => {
    await project.write({ 'notes.txt': 'hello world\n' });
    const local = ['--local', '--local-state', 'kms.state', '--quiet'];
    project.run('npx', 'waxseal', 'encrypt', ...local, 'notes.txt');
    expect(project.run('npx', 'waxseal', 'decrypt', ...local, 'notes.txt.wax', '-o', '-')).toBe('hello world\n');
    expect(project.run('npx', 'memory-kms', '--help')).toContain('memory-kms');
  });

  test('KMS keys without the AWS SDK: a line that says what to install', () => {
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(() => project.run('npx', 'waxseal', 'encrypt', '--kms-key', key, 'notes.txt', '-f')).toThrow(
      'waxseal: KMS keys need the AWS SDK: npm install @aws-sdk/client-kms',
    );
  });

  test('with the AWS SDK installed: the entry points that need it, ESM and CJS', () => {
    project.installWithNpm(['@aws-sdk/client-kms@3', '@aws-sdk/client-dynamodb@3']);
    const list = JSON.stringify(AWS_ENTRY_POINTS);
    const esm = `for (const name of ${list}) console.log(Object.keys(await import(name)).length > 0);`;
    expect(project.run('node', '--no-warnings', '--input-type=module', '-e', esm)).toBe('true\ntrue\ntrue\n');
    const cjs = `for (const name of ${list}) console.log(Object.keys(require(name)).length > 0);`;
    expect(project.run('node', '--no-warnings', '-e', cjs)).toBe('true\ntrue\ntrue\n');
  });
});

describe('an empty project, pnpm, only waxseal named', () => {
  let project: Project;
  beforeAll(async () => {
    const overrides = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
    const manifest = {
      private: true,
      dependencies: { waxseal: `file:${tarballs['waxseal']}` },
      devDependencies: { '@types/node': '^20', typescript: '7.0.2' },
      pnpm: { overrides },
    };
    project = await Project.create({
      'package.json': JSON.stringify(manifest),
      'tsconfig.json': STRICT_TSCONFIG,
      'service.mts': TS_PROGRAM,
      'legacy.cts': TS_CJS_PROGRAM,
    });
    project.installWithPnpm();
  });
  afterAll(() => project.remove());

  test('compiles with TypeScript 7 under strict flags, declarations of dependencies included, and runs', () => {
    project.run('npx', 'tsc', '-p', '.');
    expect(project.run('node', 'out/service.mjs')).toBe('ok 2 true tenant function\n');
    expect(project.run('node', 'out/legacy.cjs')).toBe('ok\n');
  });

  test('finds no package that was not named', () => {
    const program = "import('@waxseal/core').then(() => console.log('found'), () => console.log('hidden'))";
    expect(project.run('node', '-e', program)).toBe('hidden\n');
  });
});

describe('an empty project, npm, TypeScript 5', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.create({
      'package.json': '{ "private": true }',
      'tsconfig.json': STRICT_TSCONFIG,
      'service.mts': TS_PROGRAM,
      'legacy.cts': TS_CJS_PROGRAM,
    });
    const without = new Set(['@waxseal/cli', '@waxseal/memory-kms']);
    const needed = Object.entries(tarballs).filter(([name]) => !without.has(name));
    project.installWithNpm([...needed.map(([, path]) => path), 'typescript@5', '@types/node@20']);
  });
  afterAll(() => project.remove());

  test('compiles under strict flags, declarations of dependencies included, and runs', () => {
    project.run('npx', 'tsc', '-p', '.');
    expect(project.run('node', 'out/service.mjs')).toBe('ok 2 true tenant function\n');
    expect(project.run('node', 'out/legacy.cjs')).toBe('ok\n');
  });

  test('compiles with moduleResolution bundler too', () => {
    const { compilerOptions } = JSON.parse(STRICT_TSCONFIG);
    const options = { ...compilerOptions, module: 'esnext', moduleResolution: 'bundler', noEmit: true };
    writeFileSync(
      join(project.path, 'tsconfig.bundler.json'),
      JSON.stringify({ compilerOptions: options, include: ['*.mts'] }),
    );
    project.run('npx', 'tsc', '-p', 'tsconfig.bundler.json');
  });

  test("a test of one's own service compiles: MemoryKms in place of the SDK's KMS", async () => {
    project.installWithNpm([tarballs['@waxseal/memory-kms'] ?? '', '@aws-sdk/client-kms@3']);
    await project.write({ 'service-test.mts': TS_MEMORY_KMS_PROGRAM });
    const { compilerOptions } = JSON.parse(STRICT_TSCONFIG);
    // The declarations of the SDK do not pass these flags themselves.
    const options = { ...compilerOptions, skipLibCheck: true };
    writeFileSync(
      join(project.path, 'tsconfig.kms.json'),
      JSON.stringify({ compilerOptions: options, include: ['service-test.mts'] }),
    );
    project.run('npx', 'tsc', '-p', 'tsconfig.kms.json');
    expect(project.run('node', '--no-warnings', 'out/service-test.mjs')).toBe('ok 1\n');
  });
});
