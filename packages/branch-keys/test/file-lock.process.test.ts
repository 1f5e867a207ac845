// The lock among processes that are really killed, in the middle of everything it does.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BranchKeyRecordError, FileStorage } from '../src/index.ts';
import { systemFacts } from '../src/process-identity.ts';
import { bundleScript } from './bundle-script.ts';

const KILLS = 200;
const LANES = 3;
/** The file operations at which writers die: 4 to 11 break a stale lock, 50 is in a later write; 0 leaves it to us. */
const LATEST_STEPS = [0, 12, 12, 50];
/** No process has this id: it is above the highest that Linux gives. */
const DEAD_PID = 2 ** 22 + 1;

let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-lock-'));
  script = bundleScript('write-records', folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function newDirectory(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  return path;
}

/** Runs a writer until it has killed itself, or is killed soon after its first record. @returns Records it reported. */
async function runKilled(path: string, name: string, step: number): Promise<{ pid: number; reported: number }> {
  const child = spawn(process.execPath, [script, path, name, `${step}`], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output === '' && step === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 10);
    output += text;
  });
  expect(await once(child, 'close')).toEqual([null, 'SIGKILL']);
  return { pid: child.pid ?? 0, reported: output.split('\n').length - 1 };
}

/** What a process left behind: it died as holder of the lock, or of the right to break one. */
async function leftBy(pid: number, path: string): Promise<{ lock: boolean; claim: boolean }> {
  const names = await readdir(path, { recursive: true });
  const left = { lock: false, claim: false };
  for (const name of names.filter((each) => /\.lock(\.[\w-]+)?$/.test(each))) {
    const text = await readFile(join(path, name), 'utf8').catch(() => '');
    if (!text.includes(`"pid":${pid},`)) continue;
    left[name.endsWith('.lock') ? 'lock' : 'claim'] = true;
  }
  return left;
}

/** The numbers each writer has in the store. */
async function numbersByWriter(storage: FileStorage): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  for await (const record of storage.list('shared')) {
    if (record instanceof BranchKeyRecordError) throw record;
    const [name = '', number] = record.attributes['type']?.split('/') ?? [];
    found.set(name, [...(found.get(name) ?? []), Number(number)]);
  }
  return found;
}

async function writeOne(storage: FileStorage, type: string): Promise<void> {
  const attributes = { 'branch-key-id': 'shared', type };
  await storage.write([{ record: { attributes, ciphertext: new Uint8Array(8) }, condition: 'absent' }]);
}

/** Leaves a lock behind as a dead process would. */
async function abandon(file: string, token: string): Promise<void> {
  await writeFile(file, JSON.stringify({ ...systemFacts().self, pid: DEAD_PID, token }));
}

async function lockFile(path: string): Promise<string> {
  const names = await readdir(path, { recursive: true });
  return join(path, `${names.find((name) => name.endsWith('.json'))}.lock`);
}

it(`goes on and loses no record when writers are killed ${KILLS} times, also while they break a lock`, async () => {
  const path = await newDirectory('killed');
  const reportedBy = new Map<string, number>();
  const died = { lock: 0, claim: 0 };
  let started = 0;
  const lanes = Array.from({ length: LANES }, async () => {
    while (started < KILLS) {
      started += 1;
      const name = `writer-${started}`;
      const step = Math.ceil(Math.random() * (LATEST_STEPS[started % LATEST_STEPS.length] ?? 0));
      const { pid, reported } = await runKilled(path, name, step);
      reportedBy.set(name, reported);
      const left = await leftBy(pid, path);
      died.lock += Number(left.lock);
      died.claim += Number(left.claim);
    }
  });
  await Promise.all(lanes);
  expect(reportedBy.size).toBe(KILLS);
  expect(died.lock).toBeGreaterThan(10);
  expect(died.claim).toBeGreaterThan(5);

  const storage = new FileStorage({ path, lockTimeoutMs: 2000 });
  await writeOne(storage, 'afterwards/0');
  // Whoever takes over a lock clears everything away that was left, however it was left.
  await abandon(await lockFile(path), 'last');
  await writeOne(storage, 'afterwards/1');
  const found = await numbersByWriter(storage);
  expect(found.get('afterwards')).toEqual([0, 1]);
  for (const [name, reported] of reportedBy) {
    const numbers = found.get(name) ?? [];
    // The last one may have been written without having been reported.
    expect(numbers.length - reported, name).toBeOneOf([0, 1]);
    expect(numbers).toEqual(numbers.map((_, index) => index));
  }
  expect((await readdir(path, { recursive: true })).filter((name) => name.includes('.json.'))).toEqual([]);
}, 180_000);

it('takes over although those who were taking over died as well, one after the other', async () => {
  const path = await newDirectory('chain');
  const storage = new FileStorage({ path, lockTimeoutMs: 0 });
  await writeOne(storage, 'first');
  const lock = await lockFile(path);
  for (const length of [1, 2, 20]) {
    await abandon(lock, `${length}-0`);
    for (let link = 1; link <= length; link += 1) await abandon(`${lock}.${length}-${link - 1}`, `${length}-${link}`);
    await writeFile(`${lock}.${length}-0.other.draft`, '');
    await writeOne(storage, `length ${length}`);
    expect((await readdir(path, { recursive: true })).filter((name) => name.includes('.json.'))).toEqual([]);
  }
});

it('waits for a living process that is breaking a lock, and names its file', async () => {
  const path = await newDirectory('living');
  const storage = new FileStorage({ path, lockTimeoutMs: 30 });
  await writeOne(storage, 'first');
  const lock = await lockFile(path);
  await abandon(lock, 'dead');
  await writeFile(`${lock}.dead`, JSON.stringify({ ...systemFacts().self, token: 'alive' }));
  await expect(writeOne(storage, 'second')).rejects.toThrow(`remove ${lock}.dead`);
  expect(await readFile(lock, 'utf8')).toContain('"dead"');
});

it('does not follow claims in a ring, nor a token that leads out of the folder', async () => {
  const path = await newDirectory('made-by-hand');
  const storage = new FileStorage({ path, lockTimeoutMs: 30 });
  await writeOne(storage, 'first');
  const lock = await lockFile(path);
  await abandon(lock, 'one');
  await abandon(`${lock}.one`, 'one');
  await expect(writeOne(storage, 'second')).rejects.toThrow(`remove ${lock}.one`);
  await rm(`${lock}.one`);
  await abandon(lock, '/../../outside');
  await expect(writeOne(storage, 'second')).rejects.toThrow(`remove ${lock}`);
  expect(await readdir(path)).toHaveLength(1);
});

it('ends a process that a test started when the test is killed', async () => {
  const path = await newDirectory('orphan');
  const parameters = JSON.stringify([script, path, 'orphan', '0']);
  // The output is ignored: writing to a closed pipe would end the process as well.
  const start = `spawn(process.execPath, ${parameters}, { stdio: ['pipe', 'ignore', 'inherit'] })`;
  const parentCode = `console.log(require('node:child_process').${start}.pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['-e', parentCode], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [text] = await once(parent.stdout, 'data');
  const orphan = Number(String(text));
  const storage = new FileStorage({ path });
  const written = async () => (await numbersByWriter(storage)).get('orphan')?.length ?? 0;
  await expect.poll(written, { timeout: 20_000 }).toBeGreaterThan(0);
  expect(await isRunning(orphan)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isRunning(orphan), { timeout: 20_000 }).toBe(false);
});

/** A process that has ended and that nobody has asked about yet counts as ended. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/\) [ZX] /.test(status);
}
