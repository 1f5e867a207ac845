// Worker threads run bundled code: these tests need `npm run build`, and fail without it.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('threads-child.ts', import.meta.url));
const worker = fileURLToPath(new URL('../../dist/node/thread-worker.cjs', import.meta.url));

async function run(name: string, maxFileKiB?: number): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'threads-'));
  try {
    const limit = maxFileKiB === undefined ? '' : `ulimit -f ${maxFileKiB}; `;
    const command = `${limit}exec "${process.execPath}" --import tsx "$0" "$1" "$2"`;
    const child = spawnSync('bash', ['-c', command, script, name, folder], { encoding: 'utf8', timeout: 50_000 });
    expect(child.stderr).toBe('');
    expect(child.status).toBe(0);
    return JSON.parse(child.stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('threads', () => {
  it('are bundled', () => {
    expect(existsSync(worker), 'run `npm run build` first').toBe(true);
  });

  it('hash the signature of both streams beside the frames', async () => {
    expect(await run('streams')).toEqual({ parallelism: [2, 2], encryptWorkers: 1, equal: true });
  });

  it('stay out of unsigned streams, which say so', async () => {
    expect(await run('unsigned streams')).toEqual({ parallelism: [1, 1], equal: true });
  });

  it('refuse a broken signature with the final frame withheld', async () => {
    const failed = 'DecryptionFailedError: decryption failed: the message is not authentic under this key';
    expect(await run('broken signature')).toEqual({ error: failed, finalFrameWithheld: true });
  });

  it('let a destroyed stream and the process end', async () => {
    expect(await run('destroyed stream')).toEqual({ error: 'Error: enough' });
    expect(await run('forgotten stream')).toEqual({ parallelism: 2 });
  });

  it('fail the stream when they are lost', async () => {
    expect(await run('lost thread of a stream')).toEqual({ error: 'Error: a worker thread ended unexpectedly' });
  });

  it('work files off, unsigned ones by two of their own, signed ones by this thread and another', async () => {
    const one = { parallelism: [2, 2], equal: true };
    expect(await run('files')).toEqual({ seen: [one, one], workers: 2 });
  });

  it('that can not be had fail the operation once the others have stopped', async () => {
    expect(await run('no thread to be had')).toEqual({ error: 'Error: EAGAIN', calls: 4, equal: true });
  });

  it('are not started for small files', async () => {
    expect(await run('small file')).toEqual({ parallelism: 1, workers: 0 });
  });

  it('tell the code of a refused write, as this thread does', async () => {
    expect(await run('full disk', 16_602)).toEqual({ codes: ['EFBIG', 'EFBIG'], left: ['plain'] });
  });

  it('leave no target of a broken, an aborted or a lost operation', async () => {
    const failed = 'DecryptionFailedError: decryption failed: the message is not authentic under this key';
    expect(await run('broken file')).toEqual({ error: failed, left: ['plain', 'sealed'] });
    expect(await run('aborted file')).toEqual({ error: 'Error: enough', left: ['plain'] });
    const lost = 'Error: a worker thread ended unexpectedly';
    expect(await run('lost thread of a file')).toEqual({ error: lost, left: ['plain'] });
  });
});
