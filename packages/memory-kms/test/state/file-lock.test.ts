import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { acquireFileLock, FileLockError } from '../../src/state/file-lock.ts';
import { systemFacts } from '../../src/state/process-identity.ts';

const newPath = () => join(mkdtempSync(join(tmpdir(), 'kms-lock-')), 'lock');
/** No process has this id: it is above the highest that Linux gives. */
const DEAD = { ...systemFacts().self, nonce: 'dead', pid: 2 ** 22 + 1, started: '1' };

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
    await expect(acquireFileLock(path, 30)).rejects.toThrow(`${path} is held by process ${process.pid} on `);
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

  it.runIf(process.platform === 'linux')('takes over the lock of an earlier process with the same id', async () => {
    const path = newPath();
    writeFileSync(path, JSON.stringify({ ...DEAD, pid: process.pid }));
    (await acquireFileLock(path, 200)).release();
  });

  it.runIf(process.platform === 'linux')(
    'leaves a lock of a former version alone, which tells too little',
    async () => {
      const path = newPath();
      const { nonce, pid, started, host } = DEAD;
      writeFileSync(path, JSON.stringify({ nonce, pid, started, host }));
      const told = `${path} is held by process ${pid} on "${host}", of which cannot be told from here`;
      await expect(acquireFileLock(path, 30)).rejects.toThrow(told);
      rmSync(path);
      (await acquireFileLock(path, 30)).release();
    },
  );

  it('leaves the lock of another machine, namespace or boot alone: nobody here can tell whether it is dead', async () => {
    for (const other of [{ host: 'elsewhere' }, { namespaces: 'pid:[1] time:[1]' }, { boot: 'earlier' }]) {
      const path = newPath();
      const lock = JSON.stringify({ ...DEAD, ...other });
      writeFileSync(path, lock);
      const attempt = acquireFileLock(path, 30);
      await expect(attempt).rejects.toThrow(FileLockError);
      await expect(attempt).rejects.toThrow('once it is certain that no process uses it, remove the file');
      await expect(attempt).rejects.toThrow(Object.values(other)[0] ?? '');
      expect(readFileSync(path, 'utf8')).toBe(lock);
    }
  });

  it('leaves a file alone that names no process, or leads out of the folder', async () => {
    for (const content of ['', 'null', '{}', JSON.stringify({ ...DEAD, nonce: '/../x' })]) {
      const path = newPath();
      writeFileSync(path, content);
      await expect(acquireFileLock(path, 30)).rejects.toThrow(`${path} is held by nobody that can be named`);
      expect(readdirSync(dirname(path))).toEqual(['lock']);
    }
  });

  it('starts anew when its draft is cleared away by one who opens the state file', async () => {
    const path = newPath();
    const lock = await acquireFileLock(path);
    const waiting = acquireFileLock(path);
    let cleared = 0;
    const link = vi.spyOn(fs, 'linkSync').mockImplementation((draft, target) => {
      if (cleared++ === 0) rmSync(draft);
      link.mockRestore();
      syncBuiltinESMExports();
      fs.linkSync(draft, target);
    });
    syncBuiltinESMExports();
    lock.release();
    (await waiting).release();
    expect(cleared).toBe(1);
    expect(readdirSync(dirname(path))).toEqual([]);
  });
});
