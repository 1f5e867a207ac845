import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Workplace } from './run-cli.ts';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
  await place.run(['keygen', '-q', './my.key']);
});
afterEach(() => place.remove());

const write = (content: unknown) =>
  writeFile(place.file('waxseal.json'), typeof content === 'string' ? content : JSON.stringify(content));

describe('--config', () => {
  test('stands for the options of its fields', async () => {
    await write({
      rawAesKey: place.file('my.key'),
      namespace: 'app',
      name: 'k1',
      context: { tenant: 'acme', __proto__: undefined },
      require: { shard: '7' },
      suite: '0x0478',
      suffix: '.sealed',
    });
    expect(await place.run(['encrypt', '-q', '--config', './waxseal.json', './notes.txt'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const facts = JSON.parse((await place.run(['inspect', '--json', './notes.txt.sealed'])).stdout);
    expect(facts).toMatchObject({ suite: '0x0478', encryptionContext: { tenant: 'acme' } });
    expect(
      await place.run(['decrypt', '-q', '--config', './waxseal.json', './notes.txt.sealed', '-o', '-']),
    ).toMatchObject({
      code: 0,
      stdout: 'hello world\n',
    });
  });

  test('gives way to options of the command line', async () => {
    await write({ rawAesKey: place.file('my.key'), namespace: 'app', name: 'k1', suite: '0x0478' });
    await place.run([
      'encrypt',
      '-q',
      '--config',
      './waxseal.json',
      '--name',
      'k2',
      '--suite',
      '0x0578',
      './notes.txt',
    ]);
    const facts = JSON.parse((await place.run(['inspect', '--json', './notes.txt.wax'])).stdout);
    expect(facts).toMatchObject({ suite: '0x0578', encryptedDataKeys: [{ key: 'k2' }] });
  });

  test('serves encrypting and decrypting, with --discovery in it', async () => {
    await write({ local: true, discovery: true, discoveryAccount: '111122223333' });
    const sealed = await place.run(['encrypt', '-q', '--config', './waxseal.json', './notes.txt']);
    expect(sealed).toMatchObject({ code: 0, stderr: '' });
    const opened = await place.run(['decrypt', '-q', '--config', './waxseal.json', './notes.txt.wax', '-o', '-']);
    expect(opened).toMatchObject({ code: 0, stdout: 'hello world\n' });
  });

  test.each<[unknown, string]>([
    ['{ "context": { "a": "secret" }', './waxseal.json is not JSON'],
    ['[]', './waxseal.json must hold a JSON object'],
    [{ kmskey: 'x' }, './waxseal.json: unknown field "kmskey"; it may have kmsKey, '],
    [{ kmsKey: 5 }, './waxseal.json: "kmsKey" must be a string or an array of strings'],
    [{ local: 'yes' }, './waxseal.json: "local" must be true or false'],
    [{ context: { a: 5 } }, './waxseal.json: "context" must be an object whose values are strings'],
    [{ frameLength: -1 }, './waxseal.json: "frameLength" must be a number, 0 or more'],
    [{ suite: '0x1' }, '--suite: no such suite'],
  ])('%j: code 2 and the field', async (content, words) => {
    await write(content);
    const result = await place.run(['encrypt', '--config', './waxseal.json', './notes.txt']);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(`waxseal: ${words}`);
    expect(result.stderr).not.toContain('secret');
  });
});

describe('--local', () => {
  test('keeps its state where --local-state says', async () => {
    const local = ['--local', '--local-state', './elsewhere/kms.state'];
    const { stderr } = await place.run(['encrypt', ...local, './notes.txt']);
    expect(stderr).toContain('its keys lie unprotected in ./elsewhere/kms.state');
    expect((await place.run(['decrypt', '--local', '-q', './notes.txt.wax', '-o', '-'])).code).toBe(4);
    expect((await place.run(['decrypt', ...local, '-q', './notes.txt.wax', '-o', '-'])).code).toBe(0);
  });

  test('refuses a state file that is not its own, and leaves it alone', async () => {
    const result = await place.run(['encrypt', '-q', '--local', '--local-state', './notes.txt', './my.key']);
    expect(result.code).not.toBe(0);
    expect(result.stderr).toContain('is not a state file of memory-kms');
  });

  test('makes one key however many start at once', async () => {
    await Promise.all(
      [1, 2, 3, 4].map((n) => place.run(['encrypt', '-q', '--local', './notes.txt', '-o', `./${n}.wax`])),
    );
    for (const n of [1, 2, 3, 4]) {
      expect(await place.run(['decrypt', '-q', '--local', `./${n}.wax`, '-o', '-'])).toMatchObject({
        stdout: 'hello world\n',
      });
    }
  });
});

describe('help', () => {
  test('of the program lists the commands and where to begin', async () => {
    const { code, stdout, stderr } = await place.run(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    for (const name of ['encrypt', 'decrypt', 'reencrypt', 'inspect', 'cat', 'explain', 'keygen']) {
      expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(stdout).toContain('waxseal encrypt --local notes.txt');
  });

  test.each(['encrypt', 'decrypt', 'reencrypt', 'inspect', 'cat', 'explain', 'keygen'])(
    'of %s has an example',
    async (name) => {
      const { code, stdout } = await place.run([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Examples?:\n {2}\$ waxseal/m);
    },
  );

  test('--version prints the version', async () => {
    expect((await place.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
