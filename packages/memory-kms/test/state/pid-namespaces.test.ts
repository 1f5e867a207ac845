// State files shared by processes that count process ids each from 1, as containers of one pod with a folder in common.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { KeyStore } from '../../src/engine/key-store.ts';
import { acquireFileLock } from '../../src/state/file-lock.ts';
import { decodeState } from '../../src/state/state-document.ts';
import { StateFile } from '../../src/state/state-file.ts';
import { bundleChild } from './bundle-child.ts';
import { newPidNamespace } from './pid-namespace.ts';

const script = bundleChild('state-writer');
const container = newPidNamespace(true);
const KEYS = 40;

/** Skips the test, saying why, where the system gives no namespace. */
function containerCommand({ skip }: TestContext): readonly string[] {
  if ('command' in container) return container.command;
  console.warn(`skipped: ${container.impossible}`);
  return skip(container.impossible);
}

function startWriter(command: readonly string[], ...writerParameters: string[]) {
  const [program = '', ...parameters] = [...command, process.execPath, script, ...writerParameters];
  return spawn(program, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Lets a writer finish. @returns What it complained of. */
async function written(command: readonly string[], path: string, name: string, timeoutMs = 10_000): Promise<string> {
  const child = startWriter(command, path, name, `${KEYS}`, `${timeoutMs}`);
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  child.stdout.resume();
  await once(child, 'close');
  return complaint;
}

describe('a state file', () => {
  it('keeps every key of writers in two PID namespaces and one outside', async (test) => {
    const command = containerCommand(test);
    const path = join(mkdtempSync(join(tmpdir(), 'kms-pid-')), 'state');
    const complaints = await Promise.all([
      written(command, path, 'first'),
      written(command, path, 'second'),
      written([], path, 'outside'),
    ]);
    expect(complaints).toEqual(['', '', '']);
    expect(decodeState(readFileSync(path)).snapshot.keys).toHaveLength(3 * KEYS);
  });

  it('is locked to a process of another PID namespace, to which no such process is known', async (test) => {
    const command = containerCommand(test);
    const path = join(mkdtempSync(join(tmpdir(), 'kms-pid-')), 'state');
    const lock = await acquireFileLock(`${path}.lock`);
    const complaint = await written(command, path, 'inside', 100);
    lock.release();
    expect(complaint).toContain(`${path}.lock is held by process ${process.pid} on "${hostname()}" (pid:[`);
    expect(complaint).toContain('of which cannot be told from here whether it still runs');
  });

  it('names process 1 of a container that was killed while it held the lock', async (test) => {
    const command = containerCommand(test);
    const path = join(mkdtempSync(join(tmpdir(), 'kms-pid-')), 'state');
    const told = await lockLeftBehind(command, path);
    const opened = StateFile.open(path, new KeyStore(), 50);
    await expect(opened).rejects.toThrow(`${path}.lock is held by process 1 on "${hostname()}" (${told}, boot `);
  });
});

/** Kills writers until one of them dies as holder of the lock. @returns The namespaces that it was in. */
async function lockLeftBehind(command: readonly string[], path: string): Promise<string> {
  for (;;) {
    const child = startWriter(command, path, 'killed', '0');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const lock = textOf(`${path}.lock`);
    if (lock !== '') return JSON.parse(lock).namespaces;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
