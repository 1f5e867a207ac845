import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { describeError } from '../src/describe-error.ts';
import { PendingOutput } from '../src/pending-output.ts';

vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof fs>();
  return { ...real, link: vi.fn(real.link), open: vi.fn(real.open) };
});

let folder: string;
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'waxseal-pending-'));
});
afterEach(async () => {
  vi.mocked(fs.link).mockReset();
  vi.mocked(fs.open).mockReset();
  await fs.rm(folder, { recursive: true });
});

const target = () => join(folder, 'out');

test('takes its name when it is whole, for its owner alone', async () => {
  const pending = await PendingOutput.create(target(), false);
  await pending.file.write('all of it');
  expect(await fs.readdir(folder)).toEqual([expect.stringMatching(/^\.waxseal-[0-9a-f]{16}\.tmp$/)]);
  await pending.publish();
  await pending.discard();
  expect(await fs.readdir(folder)).toEqual(['out']);
  expect(await fs.readFile(target(), 'utf8')).toBe('all of it');
  expect((await fs.stat(target())).mode & 0o777).toBe(0o600);
});

test('leaves a name that somebody else took meanwhile', async () => {
  const pending = await PendingOutput.create(target(), false);
  await fs.writeFile(target(), 'mine');
  await expect(pending.publish()).rejects.toMatchObject({ code: 'EEXIST' });
  await pending.discard();
  expect(await fs.readdir(folder)).toEqual(['out']);
  expect(await fs.readFile(target(), 'utf8')).toBe('mine');
});

test('says what helps where there are no hard links', async () => {
  vi.mocked(fs.link).mockRejectedValueOnce(
    Object.assign(new Error('EPERM'), { code: 'EPERM', syscall: 'link', dest: target() }),
  );
  const pending = await PendingOutput.create(target(), false);
  const error = await pending.publish().catch((reason: unknown) => reason);
  expect(describeError(error)).toBe(
    `${target()}: this file system has no hard links, which not overwriting needs: give --force`,
  );
  await pending.discard();
  expect(await fs.readdir(folder)).toEqual([]);
});

test('leaves nothing behind where its permissions cannot be set', async () => {
  const { open } = await vi.importActual<typeof fs>('node:fs/promises');
  vi.mocked(fs.open).mockImplementationOnce(async (...given) => {
    const file = await open(...given);
    return Object.assign(file, { chmod: () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' })) });
  });
  await expect(PendingOutput.create(target(), false, 0o644)).rejects.toMatchObject({ code: 'EPERM' });
  expect(await fs.readdir(folder)).toEqual([]);
});

test('tells when the disk did not take the name', async () => {
  const pending = await PendingOutput.create(target(), true);
  const { open } = await vi.importActual<typeof fs>('node:fs/promises');
  vi.mocked(fs.open).mockImplementationOnce(async (...given) => {
    const file = await open(...given);
    return Object.assign(file, { sync: () => Promise.reject(Object.assign(new Error('EIO'), { code: 'EIO' })) });
  });
  await expect(pending.publish()).rejects.toMatchObject({ code: 'EIO' });
});
