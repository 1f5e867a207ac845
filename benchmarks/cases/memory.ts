// Peak memory of a message of many gigabytes on its way through encryption and decryption into a slow sink. Measured in
// a process of its own, over that process before the run.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Comparison } from '../harness/compare.ts';

/** What one run's process says. */
export type MemoryResult = { readonly megabytes: number; readonly peakOverIdleMiB: number };

/** @param lengths - Lengths of plaintext in MiB: growth between them would show a leak. */
export function measureMemory(lengths: readonly number[]): readonly Comparison[] {
  const script = fileURLToPath(new URL('memory-process.ts', import.meta.url));
  const results = lengths.map((megabytes): MemoryResult => {
    const child = spawnSync(process.execPath, [...process.execArgv, script, String(megabytes)], { encoding: 'utf8' });
    if (child.status !== 0) throw new Error(child.stderr);
    return JSON.parse(child.stdout) as MemoryResult;
  });
  console.log('\npeak memory over the idle process, encrypt piped into decrypt, slow sink');
  for (const { megabytes, peakOverIdleMiB } of results) {
    console.log(`  ${String(megabytes).padStart(6)} MiB of plaintext: ${peakOverIdleMiB.toFixed(0)} MiB`);
  }
  return results.map(({ megabytes, peakOverIdleMiB: value }) => ({
    title: `peak memory over idle, ${megabytes} MiB`,
    unit: 'MiB',
    rounds: 1,
    otherLoad: 0,
    rates: { waxseal: { min: value, median: value, max: value } },
    ratios: {},
  }));
}
