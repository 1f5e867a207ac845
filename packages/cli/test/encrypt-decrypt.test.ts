import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_NOTICE, Workplace } from './run-cli.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
});
afterEach(() => place.remove());

const sizeOf = async (name: string) => (await stat(place.file(name))).size;

describe('encrypt and decrypt files', () => {
  test('make FILE.wax, and FILE again', async () => {
    const sealed = await place.run(['encrypt', '--local', '--suite', '0x0478', './notes.txt']);
    expect(sealed).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `${LOCAL_NOTICE}encrypted ./notes.txt to ./notes.txt.wax: 12 bytes became ${await sizeOf('notes.txt.wax')} bytes\n`,
    });
    expect(await place.run(['decrypt', '--local', './notes.txt.wax', '-o', './out.txt'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `${LOCAL_NOTICE}decrypted ./notes.txt.wax to ./out.txt: 12 bytes\n`,
    });
    expect(await readFile(place.file('out.txt'), 'utf8')).toBe('hello world\n');
  });

  test('give outputs to their owner alone', async () => {
    await place.run(['encrypt', '--local', './notes.txt']);
    await place.run(['decrypt', '--local', './notes.txt.wax', '-o', './out.txt']);
    for (const name of ['notes.txt.wax', 'out.txt', 'state/waxseal/local-kms.state']) {
      expect((await stat(place.file(name))).mode & 0o777, name).toBe(0o600);
    }
  });

  test('pass standard input to standard output', async () => {
    const sealed = await place.run(['encrypt', '--local', '--quiet'], { stdin: 'from a pipe' });
    expect(sealed).toMatchObject({ code: 0, stderr: '' });
    const opened = await place.run(['decrypt', '--local', '--quiet', '-'], { stdin: sealed.bytes });
    expect(opened).toMatchObject({ code: 0, stdout: 'from a pipe', stderr: '' });
  });

  test('pass standard input to a file, and a file to standard output', async () => {
    await place.run(['encrypt', '--local', '-o', './piped.wax'], { stdin: 'from a pipe' });
    const opened = await place.run(['decrypt', '--local', './piped.wax', '--output', '-']);
    expect(opened).toMatchObject({ code: 0, stdout: 'from a pipe', stderr: LOCAL_NOTICE });
  });

  test('give the same bytes with and without --buffer', async () => {
    await place.run(['encrypt', '--local', './notes.txt']);
    const opened = await place.run(['decrypt', '--local', '-q', '--buffer', './notes.txt.wax', '-o', '-']);
    expect(opened).toMatchObject({ code: 0, stdout: 'hello world\n' });
  });

  test('take an empty file', async () => {
    await writeFile(place.file('empty'), '');
    expect((await place.run(['encrypt', '--local', './empty'])).code).toBe(0);
    expect((await place.run(['decrypt', '--local', './empty.wax', '-o', './again'])).code).toBe(0);
    expect((await stat(place.file('again'))).size).toBe(0);
  });

  test('name outputs by --suffix', async () => {
    await place.run(['encrypt', '--local', '--suffix', '.sealed', './notes.txt']);
    expect(await readdir(place.path)).toContain('notes.txt.sealed');
    expect(await place.run(['decrypt', '--local', '-q', './notes.txt.sealed'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: ./notes.txt.sealed: how is the output to be named? Give --output FILE or --suffix\n',
    });
  });

  test('say as JSON what was done', async () => {
    const { stdout } = await place.run(['encrypt', '--local', '-q', '--json', './notes.txt', '--context', 'a=b']);
    expect(JSON.parse(stdout)).toEqual({
      command: 'encrypt',
      input: './notes.txt',
      output: './notes.txt.wax',
      bytesRead: 12,
      bytesWritten: (await stat(place.file('notes.txt.wax'))).size,
      suite: '0x0578',
      messageId: '<message id>',
      encryptedDataKeys: 1,
    });
    const opened = await place.run(['decrypt', '--local', '-q', '--json', './notes.txt.wax', '-o', '-']);
    expect(opened.stdout).toBe('hello world\n');
    expect(JSON.parse(opened.stderr)).toMatchObject({
      command: 'decrypt',
      signed: true,
      encryptionContext: { a: 'b' },
    });
  });
});

describe('directories', () => {
  beforeEach(async () => {
    await mkdir(place.file('tree/deep'), { recursive: true });
    await writeFile(place.file('tree/a.txt'), 'a');
    await writeFile(place.file('tree/deep/b.txt'), 'b');
  });

  test('are worked on with --recursive alone', async () => {
    expect(await place.run(['encrypt', '--local', './tree'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: ./tree is a directory: give --recursive to work on what is in it\n',
    });
  });

  test('are mirrored below --output', async () => {
    const sealed = await place.run(['encrypt', '--local', '-q', '-r', './tree', '-o', './sealed']);
    expect(sealed).toMatchObject({ code: 0, stderr: '' });
    expect((await readdir(place.file('sealed'), { recursive: true })).sort()).toEqual([
      'a.txt.wax',
      'deep',
      'deep/b.txt.wax',
    ]);
    await place.run(['decrypt', '--local', '-q', '-r', './sealed', '-o', './opened']);
    expect(await readFile(place.file('opened/deep/b.txt'), 'utf8')).toBe('b');
  });

  test('are not encrypted twice', async () => {
    await place.run(['encrypt', '--local', '-q', '-r', './tree']);
    expect(await place.run(['encrypt', '--local', '-q', '-r', './tree', '-o', './again'])).toMatchObject({ code: 0 });
    expect((await readdir(place.file('again'), { recursive: true })).sort()).toEqual([
      'a.txt.wax',
      'deep',
      'deep/b.txt.wax',
    ]);
  });

  test('share a data key with --cache-max-age', async () => {
    await place.run(['encrypt', '--local', '-q', '-r', './tree', '--cache-max-age', '60', '--suite', '0x0478']);
    const keyOf = async (name: string) => {
      const { stdout } = await place.run(['inspect', '--json', name]);
      return JSON.parse(stdout).messageId as string;
    };
    expect(await keyOf('./tree/a.txt.wax')).toBe('<message id>');
    const messages = await Promise.all(
      ['a.txt.wax', 'deep/b.txt.wax'].map((name) => readFile(place.file(`tree/${name}`))),
    );
    const wrapped = messages.map((message) => message.subarray(38, 300).toString('hex'));
    expect(wrapped[0]).toBe(wrapped[1]);
  });

  test('go on after a failure, and end with its exit code', async () => {
    await place.run(['encrypt', '--local', '-q', '-r', './tree']);
    await writeFile(place.file('tree/broken.txt.wax'), 'this is no message');
    const opened = await place.run(['decrypt', '--local', '-q', '-r', './tree', '-o', './opened']);
    expect(opened.code).toBe(3);
    expect(opened.stderr).toMatch(/^waxseal: \.\/tree\/broken\.txt\.wax: .*\n$/);
    expect((await readdir(place.file('opened'), { recursive: true })).sort()).toEqual(['a.txt', 'deep', 'deep/b.txt']);
  });

  test('may not give two inputs one output', async () => {
    await mkdir(place.file('other'));
    await writeFile(place.file('other/a.txt'), 'another');
    const result = await place.run([
      'encrypt',
      '--local',
      '-q',
      './tree/a.txt',
      './other/a.txt',
      '-o',
      './out',
      '--force',
    ]);
    expect(result).toMatchObject({
      code: 2,
      stderr: 'waxseal: ./tree/a.txt and ./other/a.txt would both be written to ./out/a.txt.wax\n',
    });
  });
});

describe('context', () => {
  test('is checked when decrypting, and its values are never repeated', async () => {
    await place.run(['encrypt', '--local', '-q', '--context', 'tenant=acme-value', './notes.txt']);
    expect(
      await place.run(['decrypt', '--local', '-q', '--context', 'tenant=evil-value', './notes.txt.wax', '-o', '-']),
    ).toEqual({
      code: 4,
      stdout: '',
      stderr: 'waxseal: ./notes.txt.wax: the message stores other values than expected for: tenant\n',
      bytes: Buffer.alloc(0),
    });
    expect(
      await place.run(['decrypt', '--local', '-q', '--context', 'tenant=acme-value', './notes.txt.wax', '-o', '-']),
    ).toMatchObject({
      code: 0,
      stdout: 'hello world\n',
    });
  });

  test('of --require is not stored, and must be given again', async () => {
    await place.run(['encrypt', '--local', '-q', '--require', 'shard=7', '--context', 'a=b', './notes.txt']);
    const { stdout } = await place.run(['inspect', '--json', './notes.txt.wax']);
    expect(Object.keys(JSON.parse(stdout).encryptionContext).sort()).toEqual(['a', 'aws-crypto-public-key']);
    expect((await place.run(['decrypt', '--local', '-q', './notes.txt.wax', '-o', '-'])).code).toBe(4);
    expect(
      await place.run(['decrypt', '--local', '-q', '--require', 'shard=7', './notes.txt.wax', '-o', '-']),
    ).toMatchObject({
      code: 0,
      stdout: 'hello world\n',
    });
  });

  test('takes __proto__ and values with "="', async () => {
    await place.run(['encrypt', '--local', '-q', '--context', '__proto__=x=y', './notes.txt']);
    const { stdout } = await place.run(['inspect', './notes.txt.wax']);
    expect(stdout).toContain('__proto__ = x=y');
  });

  test.each([
    [['--context', 'no-equals-sign'], 'waxseal: --context takes KEY=VALUE: there is no "=" in what was given\n'],
    [['--context', 'a=1', '--context', 'a=2'], 'waxseal: --context gives "a" twice\n'],
    [['--context', 'a=1', '--require', 'a=1'], 'waxseal: "a" is given by --context and by --require: choose one\n'],
  ])('refuses %j', async (options, stderr) => {
    expect(await place.run(['encrypt', '--local', '-q', ...options, './notes.txt'])).toMatchObject({ code: 2, stderr });
  });
});
