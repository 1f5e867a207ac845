// Sources and targets that are no ordinary files, and frames of no ordinary length.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decrypt } from '../../src/index.ts';
import { decryptFile, encryptFile } from '../../src/node/index.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { patternBytes } from '../stream/pattern-bytes.ts';

const keys = new FakeKeyring();
const unsigned = { algorithmSuite: 0x0478 };
let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'odd-files-'));
  await writeFile(at('plain'), patternBytes(1000));
});

afterEach(() => rm(folder, { recursive: true }));

describe('targets', () => {
  it('a named pipe is not replaced, also with overwrite', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    for (const overwrite of [true, false]) {
      const writing = encryptFile(keys, at('plain'), at('pipe'), { overwrite });
      await expect(writing).rejects.toThrow('is not a regular file: use the streams');
    }
    expect((await lstat(at('pipe'))).isFIFO()).toBe(true);
  });

  it('a device is not replaced', async () => {
    await expect(encryptFile(keys, at('plain'), '/dev/null', { overwrite: true })).rejects.toThrow(TypeError);
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it.each([
    ['to itself', 'loop'],
    ['through a file', 'plain/x'],
    ['to nothing', 'none'],
  ])('a symbolic link %s is replaced, not followed', async (_what, to) => {
    await symlink(at(to), at('loop'));
    await encryptFile(keys, at('plain'), at('loop'), { overwrite: true });
    expect((await lstat(at('loop'))).isFile()).toBe(true);
  });
});

describe('sources', () => {
  it.skipIf(!existsSync('/proc/version'))('one that has bytes but tells no length is refused', async () => {
    await expect(encryptFile(keys, '/proc/version', at('sealed'))).rejects.toThrow('is longer than its length says');
    expect(existsSync(at('sealed'))).toBe(false);
  });
});

describe('very short frames', () => {
  it('are worked off in small batches: an abort need not wait for a million of them', async () => {
    await writeFile(at('plain'), patternBytes(100_000));
    let batches = 0;
    const count = (): void => {
      batches += 1;
    };
    await encryptFile(keys, at('plain'), at('sealed'), { ...unsigned, frameLength: 1, onProgress: count });
    expect(batches).toBeGreaterThan(90);
    batches = 0;
    await decryptFile(keys, at('sealed'), at('opened'), { onProgress: count });
    expect(batches).toBeGreaterThan(90);
    expect(Buffer.compare(await readFile(at('opened')), await readFile(at('plain')))).toBe(0);
    const { plaintext } = await decrypt(keys, await readFile(at('sealed')));
    expect(Buffer.compare(plaintext, await readFile(at('plain')))).toBe(0);
  });
});
