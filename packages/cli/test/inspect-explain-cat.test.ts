import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { flipBit, LOCAL_NOTICE, Workplace } from './run-cli.ts';

let place: Workplace;
const raw = ['--raw-aes-key', './my.key', '--namespace', 'app', '--name', 'k1'];
const text = Array.from({ length: 5000 }, (_, index) => `line ${index}\n`).join('');

beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('lines.txt'), text);
  await place.run(['keygen', '-q', './my.key']);
});
afterEach(() => place.remove());

describe('keygen', () => {
  test('makes a key that only its owner can read, and never replaces one unasked', async () => {
    expect(await place.run(['keygen', './k2.key', '--bits', '192'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'made ./k2.key: an AES key of 192 bits\n',
    });
    expect(await readFile(place.file('k2.key'))).toHaveLength(24);
    expect(await place.run(['keygen', './k2.key'])).toMatchObject({
      code: 7,
      stderr: 'waxseal: ./k2.key: exists already (--force overwrites it)\n',
    });
  });
});

describe('inspect', () => {
  test('shows an unsigned message, and that nobody vouches for it', async () => {
    await place.run([
      'encrypt',
      '-q',
      ...raw,
      '--suite',
      '478',
      '--frame-length',
      '1000',
      '--context',
      'a=b',
      './lines.txt',
    ]);
    expect(await place.run(['inspect', './lines.txt.wax'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: [
        './lines.txt.wax',
        '  verified    no: anybody could have written this (--verify checks it with your keys)',
        '  format      version 2, frames of 1,000 bytes',
        '  suite       0x0478 ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY',
        '              commits to its key, not signed',
        '  message id  <message id>',
        '  context     a = b',
        '  data key 1  app k1 (48 bytes)',
        '  sizes       message 50,645 bytes: header 179, 49 frames',
        '              plaintext 48,890 bytes',
        '',
      ].join('\n'),
    });
  });

  test('shows a signed message, as JSON', async () => {
    await place.run(['encrypt', '-q', ...raw, './lines.txt']);
    const { stdout } = await place.run(['inspect', '--json', './lines.txt.wax']);
    const message = await readFile(place.file('lines.txt.wax'));
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'inspect',
      verified: false,
      version: 2,
      suite: '0x0578',
      committing: true,
      signed: true,
      contentType: 'framed',
      frameLength: 65_536,
      encryptedDataKeys: [{ providerId: 'app', key: 'k1', wrappedLength: 48 }],
      complete: true,
      size: { messageLength: message.length, frames: 1, plaintextLength: text.length },
    });
  });

  test.each([0, 1, 999, 1000, 1001, 2000])('measures %i bytes of plaintext, signed', async (length) => {
    await writeFile(place.file('data'), Buffer.alloc(length));
    await place.run(['encrypt', '-q', ...raw, '--frame-length', '1000', './data']);
    const { stdout } = await place.run(['inspect', '--json', './data.wax']);
    expect(JSON.parse(stdout)).toMatchObject({ complete: true, size: { plaintextLength: length } });
  });

  test('notices a message that was cut or lengthened', async () => {
    await place.run(['encrypt', '-q', ...raw, '--frame-length', '1000', './lines.txt']);
    await truncate(place.file('lines.txt.wax'), 30_000);
    const cut = await place.run(['inspect', './lines.txt.wax']);
    expect(cut.stdout).toContain('the parts do not fit together');
    await place.run(['encrypt', '-q', ...raw, '--frame-length', '1000', './lines.txt', '-f']);
    await appendFile(place.file('lines.txt.wax'), 'junk');
    const { stdout } = await place.run(['inspect', '--json', './lines.txt.wax']);
    expect(JSON.parse(stdout)).toMatchObject({ complete: false });
  });

  test('verifies with keys on demand', async () => {
    await place.run(['encrypt', '-q', ...raw, './lines.txt']);
    const { stdout, code } = await place.run(['inspect', '--verify', ...raw, './lines.txt.wax']);
    expect(code).toBe(0);
    expect(stdout).toContain('verified    yes: every frame is authentic under your keys, and the signature is right');
    const message = await readFile(place.file('lines.txt.wax'));
    flipBit(message, 20_000);
    await writeFile(place.file('lines.txt.wax'), message);
    expect(await place.run(['inspect', '--verify', ...raw, './lines.txt.wax'])).toMatchObject({
      code: 4,
      stdout: '',
      stderr: 'waxseal: ./lines.txt.wax: decryption failed: the message is not authentic under this key\n',
    });
    expect((await place.run(['inspect', './lines.txt.wax'])).code).toBe(0);
  });

  test('reads standard input', async () => {
    await place.run(['encrypt', '-q', ...raw, './lines.txt']);
    const stdin = await readFile(place.file('lines.txt.wax'));
    const { stdout, code } = await place.run(['inspect'], { stdin });
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'standard input']);
    expect((await place.run(['inspect', '--verify', ...raw], { stdin })).stdout).toContain('verified    yes');
    expect((await place.run(['inspect'], { stdin: stdin.subarray(0, 50) })).code).toBe(3);
  });

  test('spells out control characters of a hostile message', async () => {
    const hostile = 'evil=\u001b[2J\nverified    yes\u202e';
    await place.run(['encrypt', '-q', ...raw, '--context', hostile, './lines.txt']);
    const { stdout } = await place.run(['inspect', './lines.txt.wax']);
    expect(stdout).toContain('evil = \\u{1b}[2J\\u{a}verified    yes\\u{202e}');
    for (const sign of ['\u001b', '\u202e']) expect(stdout).not.toContain(sign);
  });

  test('refuses what is no message', async () => {
    expect((await place.run(['inspect', './lines.txt'])).code).toBe(3);
    await writeFile(place.file('empty'), '');
    expect((await place.run(['inspect', './empty'])).code).toBe(3);
  });
});

describe('cat', () => {
  test('prints a range of an unsigned message', async () => {
    await place.run(['encrypt', '-q', ...raw, '--suite', '0x0478', '--frame-length', '1000', './lines.txt']);
    const range = async (of: string) => (await place.run(['cat', ...raw, '--range', of, './lines.txt.wax'])).stdout;
    expect(await range('0-7')).toBe('line 0\n');
    expect(await range('990-2010')).toBe(text.slice(990, 2010));
    expect(await range('48880-')).toBe(text.slice(48_880));
    expect(await range('5-5')).toBe('');
    expect((await place.run(['cat', ...raw, './lines.txt.wax'])).stdout).toBe(text);
  });

  test('refuses a range beyond the end', async () => {
    await place.run(['encrypt', '-q', ...raw, '--suite', '0x0478', './lines.txt']);
    expect(await place.run(['cat', ...raw, '--range', '0-99999', './lines.txt.wax'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'waxseal: ./lines.txt.wax: the range 0 to 99999 is not within the 48890 bytes of plaintext\n',
    });
  });

  test('asks for consent where a signature goes unchecked', async () => {
    await place.run(['encrypt', '-q', ...raw, './lines.txt']);
    const refused = await place.run(['cat', ...raw, '--range', '0-7', './lines.txt.wax']);
    expect(refused).toMatchObject({ code: 4, stdout: '', stderr: expect.stringContaining('signed') });
    const given = await place.run(['cat', ...raw, '--accept-unsigned-ranges', '--range', '0-7', './lines.txt.wax']);
    expect(given).toMatchObject({ code: 0, stdout: 'line 0\n', stderr: '' });
  });

  test('refuses standard input', async () => {
    expect(await place.run(['cat', ...raw, '-'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('use decrypt'),
    });
  });
});

describe('explain', () => {
  test('says that all is well', async () => {
    await place.run(['encrypt', '-q', ...raw, '--context', 'tenant=acme', '--suite', '0x0478', './lines.txt']);
    expect(await place.run(['explain', ...raw, '--context', 'tenant=acme', './lines.txt.wax'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: [
        './lines.txt.wax',
        '  data key 1  app k1 (48 bytes)',
        '              has namespace and name of --raw-aes-key ./my.key',
        '  context     keys stored: tenant',
        '              tenant: stored with this value',
        '  result      the header opens with these keys (inspect --verify checks the rest)',
        '',
      ].join('\n'),
    });
  });

  test('names what differs of a raw key, and the context key that stands in the way', async () => {
    await place.run(['encrypt', '-q', ...raw, '--context', 'tenant=acme', '--suite', '0x0478', './lines.txt']);
    const other = ['--raw-aes-key', './my.key', '--namespace', 'app', '--name', 'k2'];
    const wrongName = await place.run(['explain', ...other, './lines.txt.wax']);
    expect(wrongName.code).toBe(4);
    expect(wrongName.stdout).toContain('✗ is not --raw-aes-key: another name (--name is "k2")');
    const wrongContext = await place.run([
      'explain',
      ...raw,
      '--context',
      'tenant=evil',
      '--context',
      'x=y',
      './lines.txt.wax',
    ]);
    expect(wrongContext.code).toBe(4);
    expect(wrongContext.stdout).toContain('tenant: stored with another value than the one given');
    expect(wrongContext.stdout).toContain(
      'x: not stored: right only if it was bound by --require, with this very value',
    );
    expect(wrongContext.stdout).not.toContain('evil');
  });

  test('names Region, account and key of a KMS key, and what KMS said', async () => {
    await place.run(['encrypt', '-q', '--local', './lines.txt']);
    const stored = JSON.parse((await place.run(['inspect', '--json', './lines.txt.wax'])).stdout);
    expect(stored.encryptedDataKeys).toMatchObject([{ providerId: 'aws-kms', key: '<local key>' }]);
    const elsewhere = 'arn:aws:kms:eu-west-1:444455556666:key/0a0a0a0a-0000-4000-8000-000000000000';
    const wrong = await place.run(['explain', '--local', '--kms-key', elsewhere, './lines.txt.wax']);
    expect(wrong.code).toBe(4);
    expect(wrong.stdout).toContain(`✗ is not ${elsewhere}: another Region (us-east-1, not eu-west-1), another account`);
    const filtered = ['--local', '--kms-key', elsewhere, '--discovery', '--discovery-account', '444455556666'];
    expect((await place.run(['explain', ...filtered, './lines.txt.wax'])).stdout).toContain(
      '--discovery leaves out its account, 111122223333 (--discovery-account)',
    );
    const alias = await place.run(['explain', '--local', '--kms-key', 'alias/waxseal-local', './lines.txt.wax']);
    expect(alias.stdout).toContain("✗ alias/waxseal-local is no key ARN: an alias or bare id can't decrypt");
    const required = await place.run(['explain', '--local', '--require', 'x=y', './lines.txt.wax']);
    expect(required.stderr).toBe(LOCAL_NOTICE);
    expect(required.stdout).toContain('  tried       <local key>: KMS Decrypt with <local key>: ');
  });

  test('notices that the message was cut, though its header opens', async () => {
    await place.run(['encrypt', '-q', ...raw, '--frame-length', '1000', './lines.txt']);
    await truncate(place.file('lines.txt.wax'), 30_000);
    expect(await place.run(['explain', ...raw, './lines.txt.wax'])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(
        "the header opens, but the message was cut, lengthened or is not finished: it can't be opened",
      ),
    });
  });

  test('says it as JSON', async () => {
    await place.run(['encrypt', '-q', ...raw, '--context', 'a=b', './lines.txt']);
    const { stdout } = await place.run(['explain', '--json', ...raw, '--context', 'a=c', './lines.txt.wax']);
    expect(JSON.parse(stdout)).toMatchObject({
      opens: false,
      complete: true,
      encryptedDataKeys: [{ fits: true }],
      context: [{ key: 'a', status: 'differs' }],
      error: { code: 'ERR_CONTEXT_MISMATCH', exitCode: 4 },
    });
  });
});
