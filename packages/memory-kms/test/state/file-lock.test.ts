import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acquireFileLock } from '../../src/state/file-lock.ts';

const newPath = () => join(mkdtempSync(join(tmpdir(), 'kms-lock-')), 'lock');
/** No process has this id: it is above the highest that Linux gives. */
const DEAD = { nonce: 'dead', pid: 2 ** 22 + 1, started: '1', host: hostname() };

describe('acquireFileLock', () => {
  it('lets one holder in at a time', async () => {
    const path = newPath();
    let inside = 0;
    let most = 0;
    const work = async () => {
      const lock = await acquireFileLock(path);
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 2));
      inside -= 1;
      lock.release();
    };
    await Promise.all(Array.from({ length: 12 }, work));
    expect(most).toBe(1);
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('gives up after its time, naming the file and the holder', async () => {
    const path = newPath();
    const lock = await acquireFileLock(path);
    await expect(acquireFileLock(path, 30)).rejects.toThrow(`held by process ${process.pid}`);
    lock.release();
    (await acquireFileLock(path, 30)).release();
  });

  it('takes over the lock of a dead process, once among many who find it', async () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify(DEAD));
    let holders = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        const lock = await acquireFileLock(path);
        holders += 1;
        expect(holders).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        holders -= 1;
        lock.release();
      }),
    );
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('takes over although the one who was taking over died as well', async () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify(DEAD));
    writeFileSync(`${path}.${DEAD.nonce}`, JSON.stringify({ ...DEAD, nonce: 'dead2' }));
    (await acquireFileLock(path)).release();
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('takes over the lock of an earlier process with the same id', async () => {
    if (!existsSync('/proc/self/stat')) return;
    const path = newPath();
    writeFileSync(path, JSON.stringify({ ...DEAD, pid: process.pid }));
    (await acquireFileLock(path, 200)).release();
  });

  it('leaves the lock of another machine alone: nobody here can tell whether it is dead', async () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify({ ...DEAD, host: 'elsewhere' }));
    await expect(acquireFileLock(path, 30)).rejects.toThrow('on elsewhere; if that is gone, remove the file');
    expect(readFileSync(path, 'utf8')).toContain('elsewhere');
  });
});
