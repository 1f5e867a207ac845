import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BranchKeyRecordError, BranchKeyStorageError, BranchKeyStore, FileStorage } from '../src/index.ts';
import { ARN, FakeKms } from './fake-kms.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-storage-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function storeIn(path: string, lockTimeoutMs?: number): BranchKeyStore {
  const storage = new FileStorage({ path, lockTimeoutMs });
  return new BranchKeyStore({ storage, kms: new FakeKms(), logicalName: 'keys', kmsKey: { arn: ARN } });
}

async function filesIn(path: string): Promise<string[]> {
  const names = await readdir(path, { recursive: true });
  return names.filter((name) => name.includes('.'));
}

async function recordFile(): Promise<string> {
  const [name = ''] = (await filesIn(folder)).filter((each) => each.endsWith('.json'));
  return join(folder, name);
}

/** A process id that no process has. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid ?? 0;
}

describe('files', () => {
  it('are one for each branch key, readable by the owner alone, with nothing left beside them', async () => {
    const path = join(folder, 'new', 'folder');
    const store = storeIn(path);
    await store.createStore();
    const { branchKeyId } = await store.createKey();
    await store.versionKey(branchKeyId);
    await store.createKey();
    const files = await filesIn(path);
    expect(files).toHaveLength(2);
    for (const name of files) {
      expect(name).toMatch(/^([0-9a-f]{2})[/\\]\1[0-9a-f]{62}\.json$/);
      expect((await stat(join(path, name))).mode & 0o077).toBe(0);
    }
  });

  it('hold no branch key in the clear', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    const { key } = await store.getActiveBranchKey(branchKeyId);
    expect(await readFile(await recordFile(), 'utf8')).not.toContain(Buffer.from(key).toString('base64'));
  });

  it('are refused when they are not ours: no JSON, another format, an attribute that is no text, bad base64', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    const path = await recordFile();
    const text = await readFile(path, 'utf8');
    const broken = [
      '',
      text.slice(0, -3),
      text.replace('"format": 1', '"format": 2'),
      text.replace('"hierarchy-version": "1"', '"hierarchy-version": 1'),
      text.replace('"enc": "', '"enc": "*'),
      '{"format":1,"records":[null]}',
      '[]',
    ];
    for (const content of broken) {
      await writeFile(path, content);
      const reading = store.getActiveBranchKey(branchKeyId);
      await expect(reading).rejects.toThrow(BranchKeyStorageError);
      await expect(reading).rejects.toMatchObject({ category: 'invalid' });
    }
    await writeFile(path, text);
    await store.getActiveBranchKey(branchKeyId);
  });

  it('with a changed attribute are refused naming it', async () => {
    const store = storeIn(folder);
    const { version } = await store.createKey({ branchKeyId: 't1', encryptionContext: { tenant: 'one' } });
    const path = await recordFile();
    const text = await readFile(path, 'utf8');
    const [before = '', after = ''] = text.split('"type": "branch:ACTIVE"');
    const changed = after.replace('"aws-crypto-ec:tenant": "one"', '"aws-crypto-ec:tenant": "two"');
    await writeFile(path, `${before}"type": "branch:ACTIVE"${changed}`);
    await store.getBranchKeyVersion('t1', version);
    const reading = store.getActiveBranchKey('t1');
    await expect(reading).rejects.toThrow(BranchKeyRecordError);
    await expect(reading).rejects.toMatchObject({ attributes: ['aws-crypto-ec:tenant'] });
  });

  it('need a directory that was made ready', async () => {
    await expect(storeIn(join(folder, 'none')).createKey()).rejects.toThrow(/createStore/);
  });
});

describe('locks', () => {
  async function lockFile(): Promise<string> {
    return `${await recordFile()}.lock`;
  }

  const versionScript = fileURLToPath(new URL('version-keys.script.ts', import.meta.url));

  it('keep two processes that version one key at once from losing a version', async () => {
    const store = storeIn(folder);
    const { branchKeyId, version } = await store.createKey();
    const parameters = ['--import', 'tsx', '--conditions=@waxseal/source', versionScript, folder, branchKeyId, '10'];
    const outputs = await Promise.all([run(parameters), run(parameters)]);
    const made = outputs.flatMap((output) => output.trim().split('\n'));
    expect(new Set(made).size).toBe(20);
    for (const each of [version, ...made]) await store.getBranchKeyVersion(branchKeyId, each);
    expect(made).toContain((await store.getActiveBranchKey(branchKeyId)).version);
    expect(await filesIn(folder)).toHaveLength(1);
  });

  it('of a process that is gone are taken over, by one of many', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    const path = await lockFile();
    for (let round = 0; round < 10; round += 1) {
      await writeFile(path, JSON.stringify({ pid: await deadProcess(), host: hostname(), token: `${round}` }));
      const made = await Promise.all(Array.from({ length: 4 }, () => store.versionKey(branchKeyId)));
      expect(new Set(made.map(({ version }) => version)).size).toBe(4);
    }
    let count = 0;
    for await (const record of new FileStorage({ path: folder }).list(branchKeyId)) {
      if (record instanceof BranchKeyRecordError) throw record;
      count += 1;
    }
    expect(count).toBe(3 + 40);
  });

  it('of a living process, of another machine or without a holder are waited for, then the error names the file', async () => {
    const store = storeIn(folder, 60);
    const { branchKeyId } = await store.createKey();
    const path = await lockFile();
    const holders = [
      JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' }),
      JSON.stringify({ pid: await deadProcess(), host: 'elsewhere', token: 'x' }),
      'not a lock of ours',
    ];
    for (const holder of holders) {
      await writeFile(path, holder);
      const attempt = store.versionKey(branchKeyId);
      await expect(attempt).rejects.toMatchObject({ code: 'ERR_BRANCH_KEY_STORAGE', category: 'transient' });
      await expect(attempt).rejects.toThrow(path);
      expect(await readFile(path, 'utf8')).toBe(holder);
      await rm(path);
    }
    await store.versionKey(branchKeyId);
  });

  it('are broken although a process died while it was taking one over', async () => {
    const store = storeIn(folder, 60);
    const { branchKeyId } = await store.createKey();
    const path = await lockFile();
    const pid = await deadProcess();
    await writeFile(path, JSON.stringify({ pid, host: hostname(), token: 'x' }));
    await writeFile(`${path}.x`, JSON.stringify({ pid, host: hostname(), token: 'y' }));
    await store.versionKey(branchKeyId);
    expect(await filesIn(folder)).toHaveLength(1);
  });

  it('stop waiting when the caller aborts', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    await writeFile(await lockFile(), JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' }));
    const signal = AbortSignal.timeout(30);
    await expect(store.versionKey(branchKeyId, { signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

function run(parameters: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(`exit code ${code}`))));
  });
}

describe('options', () => {
  it('are checked', () => {
    expect(() => new FileStorage({ path: '' })).toThrow(TypeError);
    expect(() => new FileStorage({ path: 'x', lockTimeoutMs: -1 })).toThrow(RangeError);
  });
});
