import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InterruptedError, main } from '../src/index.ts';
import { flipBit, Workplace } from './run-cli.ts';

let place: Workplace;
const raw = ['--raw-aes-key', './my.key', '--namespace', 'app', '--name', 'k1'];

beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
  await place.run(['keygen', '-q', './my.key']);
  await place.run(['encrypt', '-q', ...raw, './notes.txt']);
});
afterEach(() => place.remove());

const names = () => readdir(place.path);

/** Enough for several frames, so that some of it is put out before the end. */
async function sealLong(): Promise<Buffer> {
  await writeFile(place.file('long.bin'), Buffer.alloc(3_000_000, 'x'));
  await place.run(['encrypt', '-q', ...raw, './long.bin']);
  return readFile(place.file('long.bin.wax'));
}

describe('usage', () => {
  test.each<[string[], string]>([
    [[], 'waxseal: which command? See waxseal --help\n'],
    [['encript'], "waxseal: unknown command 'encript' (Did you mean encrypt?) (waxseal --help)\n"],
    [['encrypt', '--frobnicate'], "waxseal: unknown option '--frobnicate' (waxseal --help)\n"],
    [['cat'], "waxseal: missing required argument 'file' (waxseal --help)\n"],
    [
      ['encrypt', '--suite', '0x9999', './notes.txt'],
      expect.stringMatching(/^waxseal: --suite: no such suite; there are 0x0014/),
    ],
    [['encrypt', '--frame-length', '0', ...raw, './notes.txt', '-f'], expect.stringContaining('--frame-length 0')],
    [['encrypt', './notes.txt', '-f'], expect.stringMatching(/^waxseal: no keys: give --kms-key ARN/)],
    [['encrypt', '--raw-aes-key', './my.key', './notes.txt'], 'waxseal: --raw-aes-key needs --namespace and --name\n'],
    [['decrypt', '--discovery', './notes.txt.wax'], expect.stringContaining('--discovery-account')],
    [
      ['encrypt', '--discovery', '--discovery-any', './notes.txt'],
      expect.stringContaining('--discovery only decrypts'),
    ],
    [['cat', ...raw, '--range', '5', './notes.txt.wax'], expect.stringContaining('--range takes START-END')],
    [['cat', ...raw, '--range', '5-2', './notes.txt.wax'], 'waxseal: --range ends before it starts\n'],
    [['encrypt', ...raw, '-', './notes.txt'], expect.stringContaining('can only be the one input')],
    [['encrypt', ...raw, './notes.txt', './my.key', '-o', '-'], expect.stringContaining("can't go to standard output")],
    [['keygen', '-'], 'waxseal: a key is not printed: name a file\n'],
    [
      ['encrypt', '--raw-aes-key', './notes.txt', '--namespace', 'a', '--name', 'b', './notes.txt'],
      expect.stringContaining('is no AES key'),
    ],
    [
      ['encrypt', '--raw-aes-key', './my.key', '--namespace', 'aws-kms', '--name', 'b', './notes.txt', '-f'],
      expect.stringContaining('aws-kms'),
    ],
    [
      ['encrypt', '--local', '--kms-endpoint', 'http://127.0.0.1:1', './notes.txt'],
      expect.stringContaining('exclude each other'),
    ],
  ])('%j: code 2 and a line that says what to write', async (argv, stderr) => {
    const result = await place.run(argv);
    expect(result).toMatchObject({ code: 2, stdout: '', stderr });
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('never reads or prints bytes of a terminal', async () => {
    const typed = await place.run(['encrypt', ...raw], { stdinIsTerminal: true });
    expect(typed).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to encrypt') });
    const printed = await place.run(['encrypt', ...raw, './notes.txt', '-o', '-'], { stdoutIsTerminal: true });
    expect(printed).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('a message is binary') });
  });
});

describe('files', () => {
  test('an existing target stays', async () => {
    await writeFile(place.file('out.txt'), 'mine');
    expect(await place.run(['decrypt', ...raw, './notes.txt.wax', '-o', './out.txt'])).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./out.txt: exists already (--force overwrites it)\n',
    });
    expect(await readFile(place.file('out.txt'), 'utf8')).toBe('mine');
    expect((await place.run(['decrypt', ...raw, './notes.txt.wax', '-o', './out.txt', '--force'])).code).toBe(0);
    expect(await readFile(place.file('out.txt'), 'utf8')).toBe('hello world\n');
  });

  test('an existing target stays, where input comes from a pipe', async () => {
    expect(await place.run(['encrypt', ...raw, '-o', './notes.txt'], { stdin: 'x' })).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./notes.txt: exists already (--force overwrites it)\n',
    });
  });

  test('a missing input', async () => {
    expect(await place.run(['encrypt', ...raw, './nothing.txt'])).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./nothing.txt: no such file or directory\n',
    });
  });

  test('a key file that is missing', async () => {
    const missing = ['--raw-aes-key', './no.key', '--namespace', 'app', '--name', 'k1'];
    expect(await place.run(['decrypt', ...missing, './notes.txt.wax', '-o', '-'])).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./no.key: no such file or directory\n',
    });
  });

  test('a directory in place of a file', async () => {
    await mkdir(place.file('out'));
    await mkdir(place.file('out/notes.txt'));
    expect(await place.run(['decrypt', ...raw, './notes.txt.wax', '-o', './out'])).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./out/notes.txt: is a directory\n',
    });
    expect(await place.run(['inspect', './out', '-r'])).toMatchObject({ code: 0, stdout: '' });
    expect(await place.run(['explain', ...raw, './out'])).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./out: is a directory\n',
    });
  });

  // Root passes every permission bit, so this takes a folder in which nobody can make files.
  test('a folder in which nothing can be written', async () => {
    const written = await place.run(['encrypt', ...raw, './notes.txt', '-o', '/proc/self/notes.wax']);
    expect(written.code).toBe(7);
    expect(written.stderr).toMatch(/^waxseal: \/proc\/self: (no such directory|permission denied)\n$/);
  });

  test('input and output being the same file', async () => {
    const same = await place.run(['encrypt', ...raw, './notes.txt', '-o', './notes.txt', '--force']);
    expect(same).toMatchObject({ code: 2, stderr: expect.stringContaining('same file') });
    expect(await readFile(place.file('notes.txt'), 'utf8')).toBe('hello world\n');
  });

  test('a full disk behind standard output: said, with nothing claimed to be whole', async () => {
    await sealLong();
    const stdout = createWriteStream('/dev/full');
    const full = await place.run(['decrypt', '-q', ...raw, './long.bin.wax', '-o', '-'], { stdout });
    expect(full).toMatchObject({
      code: 8,
      stderr: 'waxseal: ./long.bin.wax: the output was partly written: discard it: no space left on the device\n',
    });
  });

  test('a full disk behind an answer', async () => {
    const full = await place.run(['inspect', './notes.txt.wax'], { stdout: createWriteStream('/dev/full') });
    expect(full).toMatchObject({ code: 7, stderr: 'waxseal: no space left on the device\n' });
  });

  test('a reader that has gone', async () => {
    const message = await sealLong();
    const stdout = new Writable({
      write: (_chunk, _encoding, callback) =>
        callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })),
    });
    const gone = await place.run(['decrypt', '-q', ...raw], { stdin: message, stdout });
    expect(gone).toMatchObject({ code: 8, stderr: expect.stringContaining('the reader of the output has gone') });
  });
});

describe('messages', () => {
  test('a wrong key', async () => {
    await place.run(['keygen', '-q', './other.key']);
    const wrong = ['--raw-aes-key', './other.key', '--namespace', 'app', '--name', 'k1'];
    const result = await place.run(['decrypt', ...wrong, './notes.txt.wax', '-o', './out.txt']);
    expect(result).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^waxseal: .*waxseal explain says more\)\n$/),
    });
    expect(await names()).toEqual(['my.key', 'notes.txt', 'notes.txt.wax', 'other.key']);
  });

  test('no message at all', async () => {
    const result = await place.run(['decrypt', ...raw, './notes.txt', '-o', './out.txt']);
    expect(result.code).toBe(3);
    expect(await names()).not.toContain('out.txt');
  });

  test('cut short: no file, whatever was right before', async () => {
    await sealLong();
    await truncate(place.file('long.bin.wax'), 2_000_000);
    const before = await names();
    const result = await place.run(['decrypt', ...raw, './long.bin.wax', '-o', './out.bin']);
    expect([3, 4]).toContain(result.code);
    expect(await names()).toEqual(before);
  });

  test('cut short, to standard output: what was put out is said to be worthless', async () => {
    const message = (await sealLong()).subarray(0, 2_000_000);
    const result = await place.run(['decrypt', ...raw], { stdin: message });
    expect(result.code).toBe(8);
    expect(result.stderr).toMatch(/^waxseal: standard input: the output was partly written: discard it: .+\n$/);
    expect(result.bytes.length).toBeGreaterThan(0);
    expect(result.bytes.every((byte) => byte === 0x78)).toBe(true);
  });

  test('cut short, to standard output with --buffer: nothing is put out', async () => {
    const message = (await sealLong()).subarray(0, 2_000_000);
    const result = await place.run(['decrypt', ...raw, '--buffer'], { stdin: message });
    expect([3, 4]).toContain(result.code);
    expect(result.bytes).toHaveLength(0);
  });

  test('changed in the middle', async () => {
    const message = await sealLong();
    flipBit(message, 1_500_000);
    const result = await place.run(['decrypt', ...raw, '--buffer'], { stdin: message });
    expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('not authentic') });
  });

  test('without key commitment: refused unless the policy allows it', async () => {
    const policy = ['--commitment-policy', 'forbid-encrypt-allow-decrypt'];
    await place.run(['encrypt', '-q', ...raw, ...policy, '--suite', '0x0178', './notes.txt', '-f']);
    const refused = await place.run(['decrypt', ...raw, './notes.txt.wax', '-o', '-']);
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('commitment') });
    const allowed = ['--commitment-policy', 'REQUIRE_ENCRYPT_ALLOW_DECRYPT'];
    expect(await place.run(['decrypt', '-q', ...raw, ...allowed, './notes.txt.wax', '-o', '-'])).toMatchObject({
      code: 0,
      stdout: 'hello world\n',
    });
  });

  test.each([
    [['--unsigned-only'], 4],
    [['--max-plaintext-length', '5'], 3],
    [['--max-header-length', '100'], 3],
  ])('beyond a limit: %j', async (limit, code) => {
    const result = await place.run(['decrypt', '-q', ...raw, ...limit, './notes.txt.wax', '-o', '-']);
    expect(result).toMatchObject({ code, stdout: '' });
  });

  test('whose names hold control characters: spelt out, so that no line can be forged', async () => {
    const pair = ['--context', 'a\u001b[2J=1'];
    await place.run(['encrypt', '-q', ...raw, ...pair, './notes.txt', '-f']);
    const { stderr } = await place.run(['decrypt', ...raw, '--context', 'a\u001b[2J=2', './notes.txt.wax', '-o', '-']);
    expect(stderr).toContain('expected for: a\\u{1b}[2J');
    expect(stderr).not.toContain('\u001b');
  });

  test('as JSON: input, code, message and exit code', async () => {
    const result = await place.run(['decrypt', '--json', ...raw, './notes.txt', '-o', './out.txt']);
    expect(JSON.parse(result.stdout)).toEqual({
      input: './notes.txt',
      error: { code: 'ERR_MESSAGE_UNSUPPORTED', message: expect.stringContaining('version'), exitCode: 3 },
    });
  });
});

describe('interruption', () => {
  test('ends with 130 and leaves no half file', async () => {
    await sealLong();
    const controller = new AbortController();
    controller.abort(new InterruptedError('SIGINT', 2));
    const before = await names();
    const result = await place.run(['decrypt', ...raw, './long.bin.wax', '-o', './out.bin'], {
      signal: controller.signal,
    });
    expect(result).toMatchObject({ code: 130, stderr: 'waxseal: interrupted by SIGINT\n' });
    expect(await names()).toEqual(before);
  });

  test('in the middle of a stream: the file that was begun goes', async () => {
    const controller = new AbortController();
    const before = await names();
    async function* endless() {
      for (let count = 0; ; count++) {
        if (count === 20) controller.abort(new InterruptedError('SIGTERM', 15));
        yield Buffer.alloc(100_000);
      }
    }
    const stderr: string[] = [];
    const code = await main({
      argv: ['encrypt', ...raw, '-o', './piped.wax'].map((word) => word.replace('./', `${place.path}/`)),
      stdin: Readable.from(endless()),
      stdout: new Writable({ write: (_chunk, _encoding, callback) => callback() }),
      stderr: new Writable({
        write(chunk, _encoding, callback) {
          stderr.push(String(chunk));
          callback();
        },
      }),
      env: {},
      signal: controller.signal,
    });
    expect([code, stderr.join('')]).toEqual([143, 'waxseal: interrupted by SIGTERM\n']);
    expect(await names()).toEqual(before);
  });
});
