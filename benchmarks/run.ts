// npm run bench [-- <start of a case's name> …]
//
// Each case runs in a process of its own: what one leaves on the heap would slow the garbage collection of the next, and the
// official SDK is loaded only where it competes.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compareFiles } from './cases/files.ts';
import { measureMemory } from './cases/memory.ts';
import { compareRandomReads } from './cases/random-reads.ts';
import { compareSignedDefaults, compareSignedStreams } from './cases/signed-streams.ts';
import { compareSmallSigned, compareSmallUnsigned } from './cases/small-messages.ts';
import { compareDefaultFrames, compareUnsignedStreams } from './cases/unsigned-streams.ts';
import type { Comparison } from './harness/compare.ts';
import { describeMachine } from './harness/machine.ts';
import { printComparison } from './harness/report.ts';

const megabytes = Number(process.env['WAXSEAL_BENCH_MIB'] ?? 1024);
const cases: Readonly<Record<string, () => Promise<readonly Comparison[]>>> = {
  'unsigned-64k': () => compareUnsignedStreams({ frameLength: 65_536, chunkLength: 262_144 }),
  'unsigned-4k': () => compareUnsignedStreams({ frameLength: 4096, chunkLength: 65_536 }),
  'unsigned-defaults': () => compareDefaultFrames(),
  'signed-64k': () => compareSignedStreams(),
  'signed-defaults': () => compareSignedDefaults(),
  'small-unsigned': () => compareSmallUnsigned(),
  'small-signed': () => compareSmallSigned(1),
  'small-signed-16': () => compareSmallSigned(16),
  files: () => compareFiles(megabytes),
  'random-reads': () => compareRandomReads(megabytes),
  memory: async () => measureMemory([1024, 8 * megabytes]),
};

/** In the case's own process: runs it and writes what it found to a file. */
async function runCase(name: string, path: string): Promise<void> {
  const results = (await cases[name]?.()) ?? [];
  for (const comparison of results) if (comparison.rounds > 1) printComparison(comparison);
  writeFileSync(path, JSON.stringify(results));
}

/** In the first process. */
function runAll(wanted: readonly string[]): void {
  const machine = describeMachine();
  console.log(`Node ${machine.node}, OpenSSL ${machine.openssl}, ${machine.cores} x ${machine.processor}`);
  const folder = mkdtempSync(join(tmpdir(), 'waxseal-bench-'));
  const results: Comparison[] = [];
  for (const name of Object.keys(cases)) {
    if (wanted.length > 0 && !wanted.some((start) => name.startsWith(start))) continue;
    const path = join(folder, `${name}.json`);
    const parameters = [...process.execArgv, fileURLToPath(import.meta.url), '--case', name, path];
    const { status } = spawnSync(process.execPath, parameters, { stdio: 'inherit' });
    if (status !== 0) throw new Error(`${name} failed`);
    results.push(...(JSON.parse(readFileSync(path, 'utf8')) as Comparison[]));
  }
  rmSync(folder, { recursive: true });
  if (wanted.length > 0) return;
  // Only a whole run is kept.
  const kept = new URL('results/', import.meta.url);
  mkdirSync(kept, { recursive: true });
  const major = machine.node.split('.', 1)[0];
  writeFileSync(new URL(`node-${major}.json`, kept), `${JSON.stringify({ machine, results }, null, 2)}\n`);
}

const [first, name = '', path = ''] = process.argv.slice(2);
if (first === '--case') await runCase(name, path);
else runAll(process.argv.slice(2));
