import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { decryptFile, encryptFile, openFile } from '../../src/node/index.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';

const folder = mkdtempSync(join(tmpdir(), 'waxseal-pipe-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.skipIf(process.platform === 'win32')('refuses a named pipe at once, without waiting for its writer', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const keys = new FakeKeyring();
  await expect(encryptFile(keys, pipe, join(folder, 'target'))).rejects.toThrow(/not a regular file/);
  await expect(decryptFile(keys, pipe, join(folder, 'target'))).rejects.toThrow(/not a regular file/);
  await expect(openFile(keys, pipe)).rejects.toThrow(/not a regular file/);
});
