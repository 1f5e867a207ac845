// The lock between processes that count process ids each from 1, as containers of one pod with a folder in common.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { withFileLock } from '../src/file-lock.ts';
import { BranchKeyStore, FileStorage } from '../src/index.ts';
import { type ProcessIdentity, systemFacts } from '../src/process-identity.ts';
import { bundleScript } from './bundle-script.ts';
import { ARN, FakeKms } from './fake-kms.ts';
import { newPidNamespace, type PidNamespace } from './pid-namespace.ts';

type Told = { readonly self?: ProcessIdentity; readonly error?: string };

const CANNOT_BE_TOLD = 'of which cannot be told from here whether it still runs';
const container = newPidNamespace(true);
const started = new Set<ChildProcess>();

let folder: string;
let holdLock: string;
let versionKeys: string;
let locks = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'process-identity-'));
  holdLock = bundleScript('hold-lock', folder);
  versionKeys = bundleScript('version-keys', folder);
});

afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

function newLock(): string {
  locks += 1;
  return join(folder, `${locks}.lock`);
}

/** Skips the test, saying why, where the system gives no namespace. */
function commandIn(namespace: PidNamespace, { skip }: TestContext): readonly string[] {
  if ('command' in namespace) return namespace.command;
  console.warn(`skipped: ${namespace.impossible}`);
  return skip(namespace.impossible);
}

function start(command: readonly string[], ...parameters: string[]): ChildProcess & { stdout: NodeJS.ReadableStream } {
  const [program = '', ...rest] = [...command, process.execPath, ...parameters];
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  started.add(child);
  return child;
}

/** What a process of its own says of the lock: that it holds it now, or why not. */
async function tryLock(command: readonly string[], lock: string): Promise<Told & { readonly child: ChildProcess }> {
  const child = start(command, holdLock, lock, '100');
  const [text] = await once(child.stdout, 'data');
  return { ...(JSON.parse(String(text)) as Told), child };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe('a lock', () => {
  it('held here is not broken by a process of another PID namespace, to which no such process is known', async (test) => {
    const command = commandIn(container, test);
    const lock = newLock();
    const { error } = await withFileLock(lock, 100, undefined, () => tryLock(command, lock));
    expect(error).toContain(`process ${process.pid} on "${hostname()}" (${systemFacts().self.namespaces}, boot `);
    expect(error).toContain(`${CANNOT_BE_TOLD}: once it is certain that no writer holds the lock, remove ${lock}`);
  });

  it('held in another PID namespace counts as held here, also after its process was killed, until it is removed', async (test) => {
    const lock = newLock();
    const { self, child } = await tryLock(commandIn(container, test), lock);
    expect(self?.pid).toBe(1);
    const told = `locked by process 1 on "${hostname()}" (${self?.namespaces}, boot ${self?.boot}), ${CANNOT_BE_TOLD}`;
    await expect(withFileLock(lock, 50, undefined, async () => 'in')).rejects.toThrow(told);
    await kill(child);
    await expect(withFileLock(lock, 50, undefined, async () => 'in')).rejects.toThrow(told);
    await rm(lock);
    expect(await withFileLock(lock, 50, undefined, async () => 'in')).toBe('in');
  });

  it('held by process 1 of another container counts as held, though the own process 1 is alive or is oneself', async (test) => {
    const command = commandIn(container, test);
    const lock = newLock();
    const { self } = await tryLock(command, lock);
    const { error } = await tryLock(command, lock);
    expect(error).toContain(`process 1 on "${hostname()}" (${self?.namespaces}, `);
    expect(error).toContain(CANNOT_BE_TOLD);
  });

  it('is taken over within one namespace from a process that was killed', async () => {
    const lock = newLock();
    const { child } = await tryLock([], lock);
    await expect(withFileLock(lock, 50, undefined, async () => 'in')).rejects.toThrow('which is running');
    await kill(child);
    expect(await withFileLock(lock, 50, undefined, async () => 'in')).toBe('in');
  });

  it('is judged by no process that sees the /proc of another namespace', async (test) => {
    const lock = newLock();
    const { self } = await tryLock(commandIn(newPidNamespace(false), test), lock);
    expect(self).toMatchObject({ pid: 1, namespaces: '' });
  });
});

it('keeps writers of two PID namespaces and one outside from losing a version', async (test) => {
  const command = commandIn(container, test);
  const storage = new FileStorage({ path: join(folder, 'keys') });
  const store = new BranchKeyStore({ storage, kms: new FakeKms(), logicalName: 'keys', kmsKey: { arn: ARN } });
  await store.createStore();
  const { branchKeyId } = await store.createKey();
  const versions = async (prefix: readonly string[]): Promise<string[]> => {
    const child = start(prefix, versionKeys, join(folder, 'keys'), branchKeyId, '30');
    let output = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    return output.trim().split('\n');
  };
  const made = (await Promise.all([versions(command), versions(command), versions([])])).flat();
  expect(new Set(made).size).toBe(90);
  for (const version of made) await store.getBranchKeyVersion(branchKeyId, version);
});
