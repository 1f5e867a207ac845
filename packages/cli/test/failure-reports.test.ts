// How failures are told: which input, in whose words, and what goes without saying.

import { writeFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Workplace } from './run-cli.ts';

let place: Workplace;
const raw = ['--raw-aes-key', './my.key', '--namespace', 'app', '--name', 'k1'];

beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
  await writeFile(place.file('cut.wax'), Buffer.from([2, 5, 0x78]));
  await place.run(['keygen', '-q', './my.key']);
  await place.run(['encrypt', '-q', ...raw, './notes.txt']);
});
afterEach(() => place.remove());

const ends = 'the message ends inside its header';
const goneStream = () =>
  new Writable({
    write: (_chunk, _encoding, callback) =>
      callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })),
  });

describe('the input that failed', () => {
  const commands = [
    ['decrypt', ...raw, './cut.wax', '-o', './out'],
    ['decrypt', ...raw, './cut.wax', '-o', '-'],
    ['reencrypt', ...raw, '--in-place', './cut.wax'],
    ['inspect', './cut.wax'],
    ['inspect', '--verify', ...raw, './cut.wax'],
    ['cat', ...raw, './cut.wax'],
    ['explain', ...raw, './cut.wax'],
  ];

  test.each(commands)('is named by %s %s %s', async (...argv) => {
    expect(await place.run(argv)).toMatchObject({ code: 3, stderr: `waxseal: ./cut.wax: ${ends}\n` });
    const { stdout, stderr } = await place.run([...argv, '--json']);
    expect(JSON.parse(stdout + stderr)).toEqual({
      input: './cut.wax',
      error: { code: 'ERR_MESSAGE_MALFORMED', message: ends, exitCode: 3 },
    });
  });

  test('may be standard input', async () => {
    const stdin = Buffer.from([2, 5, 0x78]);
    expect(await place.run(['decrypt', ...raw], { stdin })).toMatchObject({
      code: 3,
      stderr: `waxseal: standard input: ${ends}\n`,
    });
    const { stderr } = await place.run(['decrypt', '--json', ...raw], { stdin });
    expect(JSON.parse(stderr)).toMatchObject({ input: '-', error: { exitCode: 3 } });
  });

  test('may be missing, and is then named once', async () => {
    for (const argv of [['encrypt'], ['cat'], ['explain']]) {
      const missing = await place.run([...argv, ...raw, './nothing']);
      expect(missing).toMatchObject({ code: 7, stderr: 'waxseal: ./nothing: no such file or directory\n' });
      const { stdout, stderr } = await place.run([...argv, '--json', ...raw, './nothing']);
      expect(JSON.parse(stdout + stderr)).toMatchObject({ input: './nothing', error: { code: 'ENOENT' } });
    }
  });

  test('is not blamed for the command line', async () => {
    const { stdout } = await place.run(['decrypt', '--json', './notes.txt.wax']);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'UsageError', message: expect.any(String), exitCode: 2 } });
  });

  test('gives way to the output, where that is what failed', async () => {
    await writeFile(place.file('out'), '');
    const { stderr } = await place.run(['encrypt', ...raw, './notes.txt', '-o', './out']);
    expect(stderr).toBe('waxseal: ./out: exists already (--force overwrites it)\n');
  });

  test('has its control characters spelt out', async () => {
    await writeFile(place.file('bad\nname'), 'x');
    const { stderr } = await place.run(['encrypt', ...raw, './bad\nname']);
    expect(stderr).toMatch(/^encrypted \.\/bad\\u\{a\}name to .+\n$/);
    expect((await place.run(['inspect', './bad\nname.wax'])).stdout).toMatch(/^\.\/bad\\u\{a\}name\.wax\n/);
    expect((await place.run(['explain', ...raw, './bad\nname.wax'])).stdout).toMatch(/^\.\/bad\\u\{a\}name\.wax\n/);
  });
});

describe('a folder that is not there', () => {
  test.each([
    [['encrypt', ...raw, './notes.txt', '-o', './nodir/x.wax']],
    [['decrypt', ...raw, './notes.txt.wax', '-o', './nodir/x']],
    [['encrypt', ...raw, '-o', './nodir/x.wax']],
    [['keygen', './nodir/x.key']],
  ])('is named by %j, not the temporary file', async (argv) => {
    const result = await place.run(argv, { stdin: 'x' });
    expect(result).toMatchObject({ code: 7, stderr: 'waxseal: ./nodir: no such directory\n' });
  });

  test('and one that is a file: nothing can overwrite it', async () => {
    const both = ['encrypt', '-q', ...raw, './notes.txt', './cut.wax', '-o', './my.key'];
    expect((await place.run(both)).stderr).toBe(
      './my.key/notes.txt.wax ./my.key/cut.wax.wax '.replaceAll(
        /(\S+) /g,
        'waxseal: $1: a part of the path is not a directory\n',
      ),
    );
    const { code, stderr } = await place.run(['encrypt', '--local', '--local-state', './my.key/state', './notes.txt']);
    expect([code, stderr]).toEqual([
      7,
      expect.stringMatching(/\.\/my\.key\/state: a part of the path is not a dir.+\n$/),
    ]);
  });

  test('a path of no characters can be seen', async () => {
    expect((await place.run(['encrypt', ...raw, ''])).stderr).toBe('waxseal: "": no such file or directory\n');
  });
});

describe('the hint at explain', () => {
  const other = ['--raw-aes-key', './my.key', '--namespace', 'app', '--name', 'other'];
  const hint = '(waxseal explain says more)';
  const elsewhere = 'arn:aws:kms:us-east-1:111122223333:key/0a0a0a0a-0000-4000-8000-000000000000';

  test('stands where a message could not be opened', async () => {
    for (const command of ['decrypt', 'cat', 'reencrypt']) {
      const output = command === 'cat' ? ['--accept-unsigned-ranges'] : ['-o', './out'];
      expect((await place.run([command, ...other, './notes.txt.wax', ...output])).stderr).toContain(hint);
    }
  });

  test('not where one could not be made, which explain knows nothing of', async () => {
    const encrypting = await place.run(['encrypt', '-q', '--local', '--kms-key', elsewhere, './notes.txt', '-f']);
    expect(encrypting).toMatchObject({ code: 5, stderr: expect.stringContaining('could not wrap the data key') });
    const to = ['--to-local', '--to-kms-key', elsewhere];
    const moving = await place.run(['reencrypt', ...raw, ...to, './notes.txt.wax', '-o', './out']);
    expect(moving).toMatchObject({ code: 5, stderr: expect.stringContaining('could not wrap the data key') });
    for (const { stderr } of [encrypting, moving]) expect(stderr).not.toContain('explain');
  });

  test('nor in what explain itself says, nor for programs', async () => {
    expect((await place.run(['explain', ...other, './notes.txt.wax'])).stdout).not.toContain('says more');
    expect((await place.run(['decrypt', '--json', ...other, './notes.txt.wax', '-o', 'x'])).stdout).not.toContain(hint);
  });
});

describe('options', () => {
  test.each([
    [['decrypt', '--max-header-length', '10', '-o', './x'], '--max-header-length raises the limit, "none" lifts it'],
    [['decrypt', '--max-frame-length', '10', '-o', './x'], '--max-frame-length raises the limit, "none" lifts it'],
    [['decrypt', '--max-plaintext-length', '2', '-o', './x'], 'longer than --max-plaintext-length, 2 bytes'],
    [['decrypt', '--unsigned-only', '-o', './x'], '--unsigned-only was given'],
    [['decrypt', '--parallelism', '0', '-o', './x'], '--parallelism 0 is not a whole number'],
    [['cat'], 'give --accept-unsigned-ranges, or decrypt the whole'],
  ])('have their names of the command line: %j', async ([command = '', ...options], words) => {
    const { stderr } = await place.run([command, ...options, ...raw, './notes.txt.wax']);
    expect(stderr).toContain(words);
  });

  test('of the policy, too', async () => {
    const policy = ['--commitment-policy', 'FORBID_ENCRYPT_ALLOW_DECRYPT'];
    await place.run(['encrypt', '-q', ...raw, ...policy, '--suite', '0x0178', './notes.txt', '-f']);
    const { stderr } = await place.run(['decrypt', ...raw, './notes.txt.wax', '-o', './x']);
    expect(stderr).toContain('give --commitment-policy REQUIRE_ENCRYPT_ALLOW_DECRYPT');
  });
});

describe('a reader that has gone', () => {
  test.each([[['--help']], [['encrypt', '--help']], [['--version']], [['inspect', './notes.txt.wax']]])(
    'has what it wanted of %j',
    async (argv) => {
      expect(await place.run(argv, { stdout: goneStream() })).toMatchObject({ code: 0, stderr: '' });
    },
  );

  test('of data has not', async () => {
    const gone = await place.run(['decrypt', ...raw, './notes.txt.wax', '-o', '-'], { stdout: goneStream() });
    expect(gone).toMatchObject({ code: 8, stderr: expect.stringContaining('the reader of the output has gone') });
  });

  test('of what is said beside the answer stops no work', async () => {
    await writeFile(place.file('more.txt'), 'more');
    const { code } = await place.run(['encrypt', ...raw, './cut.wax', './more.txt'], { stderr: goneStream() });
    expect(code).toBe(0);
    for (const name of ['./cut.wax.wax', './more.txt.wax']) expect((await place.run(['inspect', name])).code).toBe(0);
  });
});
