import { spawn } from 'node:child_process';
import { promises } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BranchKeyRecordError,
  BranchKeyStorageError,
  BranchKeyStore,
  FileStorage,
  rewrapBranchKeys,
} from '../src/index.ts';
import { systemFacts } from '../src/process-identity.ts';
import { ARN, FakeKms, OTHER_ARN } from './fake-kms.ts';

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

/** What a lock file says when this process holds the lock, but for the differences. */
function lockOf(differences: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...systemFacts().self, ...differences });
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

  it('are refused when they are not ours: no JSON, another format, a record that does not tell its address', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    const path = await recordFile();
    const text = await readFile(path, 'utf8');
    const broken = [
      '',
      text.slice(0, -3),
      text.replace('"format": 1', '"format": 2'),
      text.replace('"type": "branch:ACTIVE"', '"type": 1'),
      text.replace('"branch-key-id": ', '"branch-key-id": 1, "was": '),
      '{"format":2,"records":[]}',
      '{"format":1,"records":{}}',
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

describe('damage', () => {
  const address = (branchKeyId: string, recordType: string) => ({ branchKeyId, recordType });
  const isActive = (entry: { attributes: { type: string } }) => entry.attributes.type === 'branch:ACTIVE';

  /** Makes four keys, `key-0` to `key-3`, and changes the file of `key-1`. */
  async function withDamage(damage: (text: string) => string): Promise<{ storage: FileStorage; path: string }> {
    const store = storeIn(folder);
    const encryptionContext = { x: 'y' };
    await store.createKey({ branchKeyId: 'key-1', encryptionContext });
    const path = await recordFile();
    for (const branchKeyId of ['key-0', 'key-2', 'key-3']) await store.createKey({ branchKeyId, encryptionContext });
    await writeFile(path, damage(await readFile(path, 'utf8')));
    return { storage: new FileStorage({ path: folder }), path };
  }

  /** Makes an attribute of the active record what it must not be: a number, and `enc` no base64. */
  function damageActive(attribute: string): (text: string) => string {
    return (text) => {
      const content = JSON.parse(text);
      const active = content.records.find(isActive);
      if (attribute === 'enc') active.enc = '*';
      else active.attributes[attribute] = 1;
      return JSON.stringify(content);
    };
  }

  async function listed(storage: FileStorage, branchKeyId?: string) {
    const found = { good: [] as string[], errors: [] as BranchKeyRecordError[] };
    for await (const entry of storage.list(branchKeyId)) {
      if (entry instanceof BranchKeyRecordError) found.errors.push(entry);
      else found.good.push(`${entry.attributes['branch-key-id']} ${entry.attributes['type']}`);
    }
    return found;
  }

  it.each(['hierarchy-version', 'aws-crypto-ec:x', 'enc'])(
    'of one attribute (%s) is the error of this record; those beside it are read, listed and written',
    async (attribute) => {
      const { storage, path } = await withDamage(damageActive(attribute));
      const error = { code: 'ERR_BRANCH_KEY_RECORD', ...address('key-1', 'branch:ACTIVE'), attributes: [attribute] };
      await expect(storage.read(address('key-1', 'branch:ACTIVE'))).rejects.toMatchObject(error);
      expect(await storage.read(address('key-1', 'beacon:ACTIVE'))).toBeDefined();
      const all = await listed(storage);
      expect(all.errors).toEqual([expect.objectContaining(error)]);
      expect(all.good).toHaveLength(4 * 3 - 1);
      expect((await listed(storage, 'key-1')).errors).toHaveLength(1);

      const before = JSON.parse(await readFile(path, 'utf8')).records;
      const fresh = { attributes: { 'branch-key-id': 'key-1', type: 'new' }, ciphertext: Uint8Array.of(1) };
      await storage.write([{ record: fresh, condition: 'absent' }]);
      expect(await storage.read(address('key-1', 'new'))).toBeDefined();
      const after = JSON.parse(await readFile(path, 'utf8')).records;
      expect(after).toHaveLength(4);
      expect(after).toEqual(expect.arrayContaining(before));
    },
  );

  it('keeps its place: a damaged record is neither absent nor known to have some ciphertext', async () => {
    const { storage, path } = await withDamage(damageActive('hierarchy-version'));
    const before = await readFile(path, 'utf8');
    const attributes = { 'branch-key-id': 'key-1', type: 'branch:ACTIVE' };
    const { enc } = JSON.parse(before).records.find(isActive);
    for (const condition of ['absent', { ciphertext: Uint8Array.from(Buffer.from(enc, 'base64')) }] as const) {
      const writing = storage.write([{ record: { attributes, ciphertext: Uint8Array.of(1) }, condition }]);
      await expect(writing).rejects.toMatchObject({ code: 'ERR_BRANCH_KEY_CONFLICT' });
    }
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it.each([
    ['no JSON', () => '{'],
    ['of another format', (text: string) => text.replace('"format": 1', '"format": 2')],
    ['with a record that does not tell its address', damageActive('type')],
  ])('of a whole file (%s) is one error that names it; the others are listed', async (_, damage) => {
    const { storage, path } = await withDamage(damage);
    const { good, errors } = await listed(storage);
    expect(good).toHaveLength(3 * 3);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(path);
    expect(errors[0]).toMatchObject({ branchKeyId: '', cause: expect.any(BranchKeyStorageError) });
    expect((await listed(storage, 'key-1')).errors).toMatchObject([{ branchKeyId: 'key-1' }]);
    const record = { attributes: { 'branch-key-id': 'key-1', type: 'new' }, ciphertext: Uint8Array.of(1) };
    await expect(storage.write([{ record, condition: 'absent' }])).rejects.toThrow(BranchKeyStorageError);
  });

  it('does not hide the others when a folder has the name of a file, or we may not read one', async () => {
    const { storage, path } = await withDamage((text) => text);
    // Root reads everything.
    if (process.getuid?.() !== 0 && process.platform !== 'win32') {
      await chmod(path, 0);
      expect((await listed(storage)).errors).toHaveLength(1);
    }
    await rm(path);
    await mkdir(path);
    const { good, errors } = await listed(storage);
    expect(good).toHaveLength(3 * 3);
    expect(errors).toHaveLength(1);
  });

  it('does not keep rewrapBranchKeys from moving the others', async () => {
    const { storage } = await withDamage(damageActive('hierarchy-version'));
    const move = { storage, kms: new FakeKms(), logicalName: 'keys', from: ARN, to: OTHER_ARN };
    const result = await rewrapBranchKeys(move);
    expect(result).toMatchObject({ complete: false, rewrapped: 4 * 3 - 1, refused: 1 });
    expect(result.refusals).toMatchObject([address('key-1', 'branch:ACTIVE')]);
  });
});

describe('drafts', () => {
  it('are new files: a link where a former version had its draft is not written through', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    const path = await recordFile();
    const target = join(folder, 'target.txt');
    await writeFile(target, 'mine');
    await symlink(target, `${path}.tmp`);
    await store.versionKey(branchKeyId);
    expect(await readFile(target, 'utf8')).toBe('mine');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('that were left behind are no records, and go when the lock of their writer is taken over', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    const path = await recordFile();
    const left = [`${path}.lock.0b1e5b8c-4a2f-4f0c-9f57-0d6a2f3c4b5d.tmp`, `${path}.tmp`];
    for (const draft of left) await writeFile(draft, await readFile(path));
    let count = 0;
    for await (const _ of new FileStorage({ path: folder }).list(undefined)) count += 1;
    expect(count).toBe(3);
    await writeFile(`${path}.lock`, lockOf({ pid: await deadProcess(), token: 'x' }));
    await store.versionKey(branchKeyId);
    expect((await filesIn(folder)).filter((name) => name.includes('.lock'))).toEqual([]);
  });

  it('are removed when they cannot take the place of the file', async () => {
    const storage = new FileStorage({ path: folder });
    const record = (type: string) => ({
      record: { attributes: { 'branch-key-id': 'a', type }, ciphertext: Uint8Array.of(1) },
      condition: 'absent' as const,
    });
    await storage.write([record('x')]);
    const path = await recordFile();
    await rm(path);
    const rename = vi
      .spyOn(promises, 'rename')
      .mockRejectedValueOnce(Object.assign(new Error('no'), { syscall: 'rename' }));
    syncBuiltinESMExports();
    await expect(storage.write([record('y')])).rejects.toMatchObject({ category: 'transient' });
    rename.mockRestore();
    syncBuiltinESMExports();
    expect(await filesIn(folder)).toEqual([]);
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
      await writeFile(path, lockOf({ pid: await deadProcess(), token: `${round}` }));
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
      lockOf({ token: 'x' }),
      lockOf({ pid: await deadProcess(), host: 'elsewhere', token: 'x' }),
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

  it.runIf(process.platform === 'linux')(
    'of an earlier process with the same id are taken over; those of a former version, which tell too little, are not',
    async () => {
      const store = storeIn(folder, 60);
      const { branchKeyId } = await store.createKey();
      const path = await lockFile();
      await writeFile(path, lockOf({ started: '1', token: 'x' }));
      await store.versionKey(branchKeyId);
      const { host } = systemFacts().self;
      const pid = await deadProcess();
      await writeFile(path, JSON.stringify({ pid, host, token: 'x' }));
      const attempt = store.versionKey(branchKeyId);
      await expect(attempt).rejects.toThrow(`locked by process ${pid} on "${host}", of which cannot be told from here`);
      await expect(attempt).rejects.toThrow(`remove ${path}`);
      await rm(path);
      await store.versionKey(branchKeyId);
    },
  );

  it('are broken although a process died while it was taking one over', async () => {
    const store = storeIn(folder, 60);
    const { branchKeyId } = await store.createKey();
    const path = await lockFile();
    const pid = await deadProcess();
    await writeFile(path, lockOf({ pid, token: 'x' }));
    await writeFile(`${path}.x`, lockOf({ pid, token: 'y' }));
    await store.versionKey(branchKeyId);
    expect(await filesIn(folder)).toHaveLength(1);
  });

  it('stop waiting when the caller aborts', async () => {
    const store = storeIn(folder);
    const { branchKeyId } = await store.createKey();
    await writeFile(await lockFile(), lockOf({ token: 'x' }));
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
