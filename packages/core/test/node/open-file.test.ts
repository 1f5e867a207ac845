import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encrypt, MalformedMessageError } from '../../src/index.ts';
import { openFile } from '../../src/node/index.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { patternBytes } from '../stream/pattern-bytes.ts';

describe('openFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'open-file-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('reads ranges of a file, many at once, and closes it', async () => {
    const plaintext = patternBytes(500_000);
    const path = join(folder, 'message');
    const options = { algorithmSuite: 0x0478, frameLength: 4096 };
    await writeFile(path, (await encrypt(new FakeKeyring(), plaintext, options)).message);
    const reader = await openFile(new FakeKeyring(), path);
    const starts = Array.from({ length: 100 }, (_, index) => index * 4999);
    const parts = await Promise.all(starts.map((start) => reader.read(start, start + 5000)));
    parts.forEach((part, index) => {
      expect(part).toEqual(plaintext.subarray(index * 4999, index * 4999 + 5000));
    });
    await reader.close();
    await reader.close();
    await expect(reader.read(0, 1)).rejects.toThrow('closed');
  });

  it('refuses a missing file, a directory and a file that is no message', async () => {
    await expect(openFile(new FakeKeyring(), join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(openFile(new FakeKeyring(), folder)).rejects.toMatchObject({ code: 'EISDIR' });
    await writeFile(join(folder, 'empty'), '');
    await expect(openFile(new FakeKeyring(), join(folder, 'empty'))).rejects.toBeInstanceOf(MalformedMessageError);
  });
});
