import { readdir, readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';

const folder = new URL('../keyrings/', import.meta.url);
const names = (await readdir(folder)).filter((name) => name.endsWith('.ts'));

/** What each example has to say at the least. */
const lines: Readonly<Record<string, readonly string[]>> = {
  'kms-discovery.ts': ['opened: hello', 'refused: could not unwrap the data key'],
  'kms-ecdh.ts': ['Bob reads: hello Bob', 'calls: 3 GetPublicKey, 2 DeriveSharedSecret'],
  'kms-governor.ts': ['at least 0.2 s: true', 'slower since: true'],
  'kms-mrk-discovery.ts': ['opened in Ireland: from Virginia (eu-west-1)'],
  'kms-mrk.ts': ['Ireland opens: sealed in Virginia', 'wrapped by eu-west-1', 'and opened: sealed while'],
  'kms-rsa.ts': ['encrypting: 0 calls', 'opened: from the edge, by 1 Decrypt'],
  'kms.ts': [
    'encrypting: 1 GenerateDataKey, 1 Encrypt',
    'opened in Ireland: invoice 4711',
    'KmsKeyring: ERR_KMS_KEY_DISABLED',
  ],
  'multi.ts': ['wrapped for: aws-kms, escrow', 'without KMS: ERR_DATA_KEY_UNAVAILABLE', 'from the safe: the books'],
  'raw-aes-official-js.ts': ['without the option: ERR_DATA_KEY_UNAVAILABLE', 'with it: written by the official SDK'],
  'raw-aes.ts': ['wrapped by my-vault', 'opened: hello', 'refused: could not unwrap the data key'],
  'raw-ecdh.ts': ['Bob reads: hello Bob', "the drop box can't read it: ERR_DATA_KEY_UNAVAILABLE", 'Bob reads: a tip'],
  'raw-rsa.ts': ["the sender can't read it: ERR_DATA_KEY_UNAVAILABLE", 'the archive reads: a recording'],
};

afterEach(() => vi.restoreAllMocks());

describe('examples of keyrings', () => {
  test('each is listed here', () => expect(names.sort()).toEqual(Object.keys(lines).sort()));

  test.each(names)('%s runs offline and says what it should', async (name) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await import(new URL(name, folder).href);
    const said = log.mock.calls.map(([line]) => String(line)).join('\n');
    for (const line of lines[name] ?? []) expect(said).toContain(line);
  });

  test.each(names)('%s is short', async (name) => {
    expect((await readFile(new URL(name, folder), 'utf8')).split('\n').length).toBeLessThanOrEqual(60);
  });
});
