// npm run bench [-- <start of a case's name> …]

import { mkdirSync, writeFileSync } from 'node:fs';
import { compareFiles } from './cases/files.ts';
import { measureMemory } from './cases/memory.ts';
import { compareRandomReads } from './cases/random-reads.ts';
import { compareSignedStreams } from './cases/signed-streams.ts';
import { compareSmallSigned, compareSmallUnsigned } from './cases/small-messages.ts';
import { compareDefaultFrames, compareUnsignedStreams } from './cases/unsigned-streams.ts';
import type { Comparison } from './harness/compare.ts';
import { describeMachine } from './harness/machine.ts';
import { printComparison } from './harness/report.ts';

const megabytes = Number(process.env['WAXSEAL_BENCH_MIB'] ?? 1024);
const cases: Readonly<Record<string, () => Promise<readonly Comparison[]>>> = {
  'unsigned-64k': () => compareUnsignedStreams(65_536, 262_144, 64),
  'unsigned-4k': () => compareUnsignedStreams(4096, 65_536, 32),
  'unsigned-defaults': () => compareDefaultFrames(),
  'signed-stream': () => compareSignedStreams(),
  'small-unsigned': () => compareSmallUnsigned(),
  'small-signed': async () => [...(await compareSmallSigned(1)), ...(await compareSmallSigned(16))],
  files: () => compareFiles(megabytes),
  'random-reads': () => compareRandomReads(megabytes),
  memory: async () => measureMemory([1024, 8 * megabytes]),
};

const wanted = process.argv.slice(2);
const machine = describeMachine();
console.log(`Node ${machine.node}, OpenSSL ${machine.openssl}, ${machine.cores} x ${machine.processor}`);
const results: Comparison[] = [];
for (const [name, run] of Object.entries(cases)) {
  if (wanted.length > 0 && !wanted.some((part) => name.startsWith(part))) continue;
  for (const comparison of await run()) {
    if (comparison.rounds > 1) printComparison(comparison);
    results.push(comparison);
  }
}
if (wanted.length === 0) writeResults();

/** Only a whole run is kept. */
function writeResults(): void {
  const folder = new URL('results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const major = machine.node.split('.', 1)[0];
  writeFileSync(new URL(`node-${major}.json`, folder), `${JSON.stringify({ machine, results }, null, 2)}\n`);
}
