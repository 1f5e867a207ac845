// npm run bench [-- <part of a case's name> …]

import { mkdirSync, writeFileSync } from 'node:fs';
import { compareUnsignedStreams } from './cases/unsigned-streams.ts';
import type { Comparison } from './harness/compare.ts';
import { describeMachine } from './harness/machine.ts';
import { printComparison } from './harness/report.ts';

const cases: Readonly<Record<string, () => Promise<readonly Comparison[]>>> = {
  'unsigned-stream-64k': () => compareUnsignedStreams(65_536, 262_144),
  'unsigned-stream-4k': () => compareUnsignedStreams(4096, 65_536),
};

const wanted = process.argv.slice(2);
const machine = describeMachine();
console.log(`Node ${machine.node}, OpenSSL ${machine.openssl}, ${machine.cores} x ${machine.processor}`);
const results: Comparison[] = [];
for (const [name, run] of Object.entries(cases)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  for (const comparison of await run()) {
    printComparison(comparison);
    results.push(comparison);
  }
}
const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
const major = machine.node.split('.', 1)[0];
writeFileSync(new URL(`node-${major}.json`, folder), `${JSON.stringify({ machine, results }, null, 2)}\n`);
