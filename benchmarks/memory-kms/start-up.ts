// How long the command takes until it is ready, and how much memory it holds then and under load.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KMS } from '@aws-sdk/client-kms';
import { type Spread, spread } from '../harness/compare.ts';

const BIN = fileURLToPath(new URL('../../packages/memory-kms/dist/bin.js', import.meta.url));

/** Milliseconds and megabytes. */
export type StartUp = {
  /** From spawning the process to `Ready.`, by which time it listens. */
  readonly readyMs: Spread;
  /** `node` with nothing to run: what no program can undercut. */
  readonly bareNodeMs: Spread;
  /** Resident set when ready, and after 1,000 keys and 2,000 calls. */
  readonly residentMb: { readonly idle: number; readonly loaded: number };
};

/** Measures the built command; undefined where it has not been built. */
export async function measureStartUp(rounds: number): Promise<StartUp | undefined> {
  if (!existsSync(BIN)) return undefined;
  const ready: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    bare.push(await runBareNode());
    const { child, ms } = await startCommand();
    ready.push(ms);
    await stop(child);
  }
  return { readyMs: spread(ready), bareNodeMs: spread(bare), residentMb: await measureMemory() };
}

async function runBareNode(): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, ['-e', '0']);
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - start;
}

async function startCommand(): Promise<{ child: ChildProcess; ms: number; url: string }> {
  const start = performance.now();
  const child = spawn(process.execPath, [BIN, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    if (printed.includes('Ready.')) break;
  }
  return { child, ms: performance.now() - start, url: /http:\/\/\S+/.exec(printed)?.[0] ?? '' };
}

function stop(child: ChildProcess): Promise<unknown> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  return exit;
}

async function measureMemory(): Promise<{ idle: number; loaded: number }> {
  const { child, url } = await startCommand();
  const idle = residentMb(child);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new KMS({ endpoint: url, region: 'us-east-1', credentials });
  for (let count = 0; count < 1000; count++) {
    const { KeyMetadata } = await client.createKey();
    const { CiphertextBlob } = await client.generateDataKey({ KeyId: KeyMetadata?.KeyId, KeySpec: 'AES_256' });
    await client.decrypt({ CiphertextBlob });
  }
  const loaded = residentMb(child);
  client.destroy();
  await stop(child);
  return { idle, loaded };
}

/** From Linux's /proc; NaN elsewhere. */
function residentMb({ pid }: ChildProcess): number {
  try {
    const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
