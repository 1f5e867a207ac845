import { readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flipBit, Workplace } from './run-cli.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
});
afterEach(() => place.remove());

describe('reencrypt', () => {
  const raw = (name: string) => ['--raw-aes-key', `./${name}.key`, '--namespace', 'app', '--name', name];
  const toRaw = (name: string) => ['--to-raw-aes-key', `./${name}.key`, '--to-namespace', 'app', '--to-name', name];

  beforeEach(async () => {
    await place.run(['keygen', '-q', './old.key']);
    await place.run(['keygen', '-q', './new.key', '--bits', '128']);
    await place.run(['encrypt', '-q', ...raw('old'), '--context', 'a=b', '--require', 'c=d', './notes.txt']);
  });

  test('moves a message to other keys, with its context', async () => {
    const moved = await place.run([
      'reencrypt',
      ...raw('old'),
      ...toRaw('new'),
      '--require',
      'c=d',
      '--suite',
      '0x0478',
      './notes.txt.wax',
      '-o',
      './moved',
    ]);
    expect(moved).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^encrypted .* anew to \.\/moved: \d+ bytes\n$/),
    });
    expect((await place.run(['decrypt', '-q', ...raw('old'), '--require', 'c=d', './moved', '-o', '-'])).code).toBe(4);
    expect((await place.run(['decrypt', '-q', ...raw('new'), './moved', '-o', '-'])).code).toBe(4);
    const opened = await place.run([
      'decrypt',
      '-q',
      ...raw('new'),
      '--context',
      'a=b',
      '--require',
      'c=d',
      './moved',
      '-o',
      '-',
    ]);
    expect(opened).toMatchObject({ code: 0, stdout: 'hello world\n' });
  });

  test('replaces a message --in-place, with another data key and the same permissions', async () => {
    const before = await readFile(place.file('notes.txt.wax'));
    const done = await place.run([
      'reencrypt',
      '-q',
      ...raw('old'),
      '--require',
      'c=d',
      '--in-place',
      './notes.txt.wax',
    ]);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    const after = await readFile(place.file('notes.txt.wax'));
    expect(after.subarray(0, 40).equals(before.subarray(0, 40))).toBe(false);
    expect(
      await place.run(['decrypt', '-q', ...raw('old'), '--require', 'c=d', './notes.txt.wax', '-o', '-']),
    ).toMatchObject({
      stdout: 'hello world\n',
    });
  });

  test('leaves the message alone when it is not authentic', async () => {
    const message = await readFile(place.file('notes.txt.wax'));
    flipBit(message, message.length - 150);
    await writeFile(place.file('notes.txt.wax'), message);
    const done = await place.run([
      'reencrypt',
      '-q',
      ...raw('old'),
      '--require',
      'c=d',
      '--in-place',
      './notes.txt.wax',
    ]);
    expect(done).toMatchObject({ code: 4, stderr: expect.stringContaining('not authentic') });
    expect((await readFile(place.file('notes.txt.wax'))).equals(message)).toBe(true);
    expect(await readdir(place.path)).not.toContainEqual(expect.stringMatching(/tmp$/));
  });

  test('asks where to', async () => {
    expect(await place.run(['reencrypt', ...raw('old'), './notes.txt.wax'])).toMatchObject({
      code: 2,
      stderr: 'waxseal: where to? Give --in-place to replace each message, or --output\n',
    });
  });

  test('works from standard input to standard output', async () => {
    const stdin = await readFile(place.file('notes.txt.wax'));
    const moved = await place.run(['reencrypt', '-q', ...raw('old'), ...toRaw('new'), '--require', 'c=d'], { stdin });
    expect(moved.code).toBe(0);
    const opened = await place.run(['decrypt', '-q', ...raw('new'), '--require', 'c=d'], { stdin: moved.bytes });
    expect(opened).toMatchObject({ code: 0, stdout: 'hello world\n' });
  });
});
