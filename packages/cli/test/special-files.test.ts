// Inputs, keys and outputs that are no ordinary files, or not what they should be.

import { execFileSync } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { appendFile, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ExitCode, InterruptedError } from '../src/index.ts';
import { refuseSpecialTarget } from '../src/target-path.ts';
import { Workplace } from './run-cli.ts';

let place: Workplace;
const raw = ['--raw-aes-key', './my.key', '--namespace', 'app', '--name', 'k1'];
const keyIn = (path: string) => ['--raw-aes-key', path, '--namespace', 'app', '--name', 'k1'];

beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
  await mkdir(place.file('folder'));
  await place.run(['keygen', '-q', './my.key']);
  await place.run(['encrypt', '-q', ...raw, './notes.txt']);
});
afterEach(() => place.remove());

/** A named pipe that gives these bytes to whoever opens it. */
function pipeWith(name: string, bytes: Uint8Array): string {
  execFileSync('mkfifo', [place.file(name)]);
  createWriteStream(place.file(name)).end(bytes);
  return `./${name}`;
}

describe('a file with a key or a configuration', () => {
  test('may be a pipe', async () => {
    const pipe = pipeWith('key-pipe', await readFile(place.file('my.key')));
    expect((await place.run(['decrypt', ...keyIn(pipe), './notes.txt.wax', '-o', '-'])).stdout).toBe('hello world\n');
  });

  test.each<[string[], string]>([
    [keyIn('./folder'), './folder: is a directory'],
    [['--config', './folder'], './folder: is a directory'],
  ])('is no directory: %j', async (options, words) => {
    expect(await place.run(['decrypt', ...options, './notes.txt.wax', '-o', '-'])).toMatchObject({
      code: 7,
      stderr: `waxseal: ${words}\n`,
    });
  });

  test('comes to an end', async () => {
    const endless = await place.run(['decrypt', ...keyIn('/dev/zero'), './notes.txt.wax', '-o', '-']);
    expect(endless).toMatchObject({ code: 2, stderr: expect.stringContaining('it has more than 32 bytes') });
    expect(await place.run(['decrypt', '--config', '/dev/zero', './notes.txt.wax', '-o', '-'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: /dev/zero is too long for a configuration\n',
    });
  });

  test('is text in UTF-8, with or without a byte order mark', async () => {
    const fields = { rawAesKey: place.file('my.key'), namespace: 'app', name: 'k1' };
    await writeFile(place.file('marked.json'), `\ufeff${JSON.stringify(fields)}`);
    const marked = await place.run(['decrypt', '--config', './marked.json', './notes.txt.wax', '-o', '-']);
    expect(marked).toMatchObject({ code: 0, stdout: 'hello world\n' });
    await writeFile(place.file('latin1.json'), Buffer.from('{"name":"\xe9"}', 'latin1'));
    expect(await place.run(['decrypt', '--config', './latin1.json', './notes.txt.wax', '-o', '-'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: ./latin1.json is not text in UTF-8\n',
    });
  });

  test('of --local is a state file, and of --key-store a directory', async () => {
    expect(await place.run(['encrypt', '-q', '--local', '--local-state', './my.key', './notes.txt'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: --local-state: ./my.key is not a state file of memory-kms; it is left as it is\n',
    });
    const branchKey = ['--local', '-q', '--branch-key', 'b', '--key-store-name', 'n', '--key-store'];
    const kmsKey = ['--branch-kms-key', 'arn:aws:kms:us-east-1:111122223333:key/k'];
    expect(await place.run(['encrypt', ...branchKey, './my.key', ...kmsKey, './notes.txt'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: --key-store: ./my.key is not a directory\n',
    });
    expect(await place.run(['encrypt', ...branchKey, './nowhere', ...kmsKey, './notes.txt'])).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./nowhere: no such file or directory\n',
    });
  });
});

describe('an input', () => {
  test('that is a pipe can be inspected, but not read here and there', async () => {
    const message = await readFile(place.file('notes.txt.wax'));
    const inspected = await place.run(['inspect', pipeWith('pipe', message)]);
    expect(inspected).toMatchObject({ code: 0, stdout: expect.stringContaining('frames of 65,536 bytes') });
    for (const command of ['cat', 'explain']) {
      const refused = await place.run([command, ...raw, './pipe']);
      expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('./pipe is no regular file') });
    }
  });

  test.runIf(existsSync('/proc/cpuinfo'))('of /proc, which claims to be empty, is read to its end', async () => {
    for (const output of ['./cpu.wax', '-']) {
      const sealed = await place.run(['encrypt', '-q', ...raw, '/proc/cpuinfo', '-o', output]);
      expect(sealed.code).toBe(0);
      if (output === '-') await writeFile(place.file('cpu.wax'), sealed.bytes);
      const opened = await place.run(['decrypt', '-q', ...raw, './cpu.wax', '-o', '-']);
      expect(opened.stdout).toContain('processor');
    }
  });

  test('that cannot be opened is told in words, and its output goes', async () => {
    const server = createServer().listen(place.file('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const before = await readdir(place.path);
      for (const argv of [
        ['encrypt', ...raw, './socket'],
        ['reencrypt', ...raw, './socket', '-o', './out'],
        ['inspect', './socket'],
        ['inspect', '--verify', ...raw, './socket'],
      ]) {
        expect(await place.run(argv)).toMatchObject({
          code: 7,
          stderr: expect.stringMatching(/^waxseal: \.\/socket: .+\n$/),
        });
      }
      expect(await readdir(place.path)).toEqual(before);
    } finally {
      server.close();
    }
  });

  test('that is written to meanwhile: a matter of the file, not a defect', async () => {
    await writeFile(place.file('log'), Buffer.alloc(30_000_000));
    const writer = new AbortController();
    const writing = (async () => {
      while (!writer.signal.aborted) {
        await appendFile(place.file('log'), 'x');
        await delay(1);
      }
    })();
    const result = await place.run(['encrypt', ...raw, './log']);
    writer.abort();
    await writing;
    expect(result).toMatchObject({ code: ExitCode.FILE, stderr: expect.stringContaining('changed while it was read') });
    expect(await readdir(place.path)).not.toContain('log.wax');
  });

  test('that never comes can be interrupted', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new InterruptedError('SIGINT', 2)), 50);
    const stdin = new Readable({ read() {} });
    const start = performance.now();
    expect((await place.run(['inspect'], { stdin, signal: controller.signal })).code).toBe(130);
    // At once, and not only when nobody waits for the cleaning up any more.
    expect(performance.now() - start).toBeLessThan(1_900);
  });
});

describe('an output', () => {
  test('that is a device or a pipe is never replaced', async () => {
    execFileSync('mkfifo', [place.file('pipe')]);
    // By a link: should this ever fail, the machine keeps its own.
    await symlink('/dev/null', place.file('null'));
    for (const target of ['./pipe', './null']) {
      for (const argv of [
        ['encrypt', ...raw, './notes.txt', '-f', '-o', target],
        ['encrypt', ...raw, '-f', '-o', target],
        ['keygen', '-f', target],
      ]) {
        expect(await place.run(argv, { stdin: 'x' })).toMatchObject({
          code: 2,
          stderr: `waxseal: ${target} is no regular file: to write to it, send standard output there (-o -)\n`,
        });
      }
    }
    expect((await lstat(place.file('pipe'))).isFIFO()).toBe(true);
    expect((await lstat(place.file('null'))).isSymbolicLink()).toBe(true);
  });

  test('below /dev is none, whatever stands behind the name', async () => {
    for (const path of ['/dev/stdout', '/dev/fd/1', '/dev/none']) {
      await expect(refuseSpecialTarget(path), path).rejects.toThrow('no regular file');
    }
    for (const path of ['/dev/shm/x', '-', place.file('notes.txt'), place.file('new')]) await refuseSpecialTarget(path);
  });
});
