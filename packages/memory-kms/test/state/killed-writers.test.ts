import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyStore } from '../../src/engine/key-store.ts';
import { decodeState } from '../../src/state/state-document.ts';
import { StateFile } from '../../src/state/state-file.ts';
import { bundleChild } from './bundle-child.ts';

const script = bundleChild('state-writer');
const KILLS = 200;

/** Runs a writer and kills it so many milliseconds after its first acknowledged write. Returns what it acknowledged. */
async function killed(path: string, name: string, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [script, path, name, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), delayMs);
    output += text;
  });
  await once(child, 'close');
  return output.split('\n').length - 1;
}

/** How many keys each writer has in the file. The file must be a whole state. */
function keysByWriter(path: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of decodeState(readFileSync(path)).snapshot.keys) {
    const [writer = ''] = key.regions['us-east-1']?.description.split('/') ?? [];
    counts.set(writer, (counts.get(writer) ?? 0) + 1);
  }
  return counts;
}

const keysOf = (path: string, writer: string): number => keysByWriter(path).get(writer) ?? 0;

describe('state files whose writers are killed', () => {
  it(`has the old or the new state after each of ${KILLS} kills, and nothing that was acknowledged is lost`, async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'kms-kill-')), 'state');
    const acknowledged = new Map<string, number>();
    const lanes = [0, 1].map(async (lane) => {
      // The first lane has files of its own, killed once each; the second one file, which every writer inherits.
      for (let kill = 0; kill < KILLS / 2; kill += 1) {
        const file = lane === 0 ? `${path}-${kill}` : path;
        const name = `writer-${lane}-${kill}`;
        const told = await killed(file, name, Math.random() * 12);
        const found = keysOf(file, name);
        expect(found).toBeGreaterThanOrEqual(told);
        expect(found).toBeLessThanOrEqual(told + 1);
        if (lane === 1) acknowledged.set(name, found);
      }
    });
    await Promise.all(lanes);
    expect(acknowledged.size).toBe(KILLS / 2);
    expect(keysByWriter(path)).toEqual(acknowledged);

    // Whoever comes next takes over the dead writer's lock and clears its drafts away.
    await StateFile.open(path, new KeyStore());
    expect(readdirSync(join(path, '..')).filter((each) => /^state(\.|$)/.test(each))).toEqual(['state']);
  }, 300_000);

  it('loses nobody’s key when processes write to one file at the same time, one of them killed', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'kms-two-')), 'state');
    const finish = async (name: string) => {
      const child = spawn(process.execPath, [script, path, name, '40'], { stdio: ['ignore', 'ignore', 'inherit'] });
      expect(await once(child, 'close')).toEqual([0, null]);
    };
    const [told] = await Promise.all([killed(path, 'killed', 60), finish('first'), finish('second')]);
    expect(keysOf(path, 'first')).toBe(40);
    expect(keysOf(path, 'second')).toBe(40);
    expect(keysOf(path, 'killed')).toBeGreaterThanOrEqual(told);
  }, 60_000);
});
