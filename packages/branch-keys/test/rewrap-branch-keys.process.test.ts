// Re-wrapping in a process that is really killed, over files. 200 branch keys; 10,000 with SLOW=1.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BranchKeyRecordError, BranchKeyStore, FileStorage, rewrapBranchKeys } from '../src/index.ts';
import { ARN, FakeKms, OTHER_ARN } from './fake-kms.ts';

const COUNT = process.env['SLOW'] === '1' ? 10_000 : 200;
/** The process is killed when it has reported this many records, chosen anew each time. */
const LONGEST_LIFE = COUNT / 2;

const script = fileURLToPath(new URL('rewrap.script.ts', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rewrap-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** @returns Whether it ended by itself. */
function rewrapInProcess(records: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const parameters = ['--import', 'tsx', '--conditions=@waxseal/source', script, folder];
    const child = spawn(process.execPath, parameters, { stdio: ['pipe', 'pipe', 'inherit'] });
    let reported = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      reported += chunk.length;
      if (reported >= records) child.kill('SIGKILL');
    });
    child.once('exit', (code, signal) => {
      if (code === 0 || signal === 'SIGKILL') resolve(code === 0);
      else reject(new Error(`exit code ${code}`));
    });
  });
}

async function keysUnder(kmsArn: string): Promise<Map<string, string>> {
  const kms = new FakeKms();
  kms.disabled.add(kmsArn === ARN ? OTHER_ARN : ARN);
  const storage = new FileStorage({ path: folder });
  const store = new BranchKeyStore({ storage, kms, logicalName: 'keys', kmsKey: { arn: kmsArn } });
  const found = new Map<string, string>();
  for await (const record of storage.list(undefined)) {
    if (record instanceof BranchKeyRecordError) throw record;
    const { 'branch-key-id': id = '', type = '', version } = record.attributes;
    if (type !== 'branch:ACTIVE') continue;
    const [active, beacon] = [await store.getActiveBranchKey(id), await store.getBeaconKey(id)];
    const old = await store.getBranchKeyVersion(id, version?.slice('branch:version:'.length) ?? '');
    const hex = [active, beacon, old].map(({ key }) => Buffer.from(key).toString('hex'));
    found.set(id, `${hex.join(' ')} ${JSON.stringify(active.encryptionContext)}`);
  }
  return found;
}

it(`moves ${COUNT} branch keys though the process is killed again and again`, { timeout: 1_800_000 }, async () => {
  const storage = new FileStorage({ path: folder });
  const store = new BranchKeyStore({ storage, kms: new FakeKms(), logicalName: 'keys', kmsKey: { arn: ARN } });
  for (let index = 0; index < COUNT; index += 1) {
    await store.createKey({ branchKeyId: `tenant-${index}`, encryptionContext: { tenant: `${index}` } });
  }
  const before = await keysUnder(ARN);
  expect(before.size).toBe(COUNT);
  let kills = 0;
  while (!(await rewrapInProcess(1 + Math.floor(Math.random() * LONGEST_LIFE)))) {
    kills += 1;
    if (kills === 8) break;
  }
  expect(kills).toBeGreaterThan(0);
  const last = { storage, kms: new FakeKms(), logicalName: 'keys', from: ARN, to: OTHER_ARN };
  expect(await rewrapBranchKeys(last)).toMatchObject({ complete: true, refused: 0 });
  expect(await keysUnder(OTHER_ARN)).toEqual(before);
});
