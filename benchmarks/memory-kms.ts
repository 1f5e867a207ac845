// What the in-memory KMS costs: start-up, memory, calls per second by front.
//
//   node --import tsx --conditions=@waxseal/source benchmarks/memory-kms.ts
//
// Start-up and memory are those of the built command (packages/memory-kms/dist); they are left out before a build.

import { mkdirSync, writeFileSync } from 'node:fs';
import { describeMachine, watchOthers } from './harness/machine.ts';
import { measureCallRates } from './memory-kms/calls-per-second.ts';
import { measureStartUp } from './memory-kms/start-up.ts';

const ROUNDS = 7;
const CALLS = 2000;

const machine = describeMachine();
console.log(`Node ${machine.node}, ${machine.cores} x ${machine.processor}`);

const others = watchOthers();
const startUp = await measureStartUp(ROUNDS);
const callRates = await measureCallRates(ROUNDS, CALLS);
const otherLoad = others();

if (startUp === undefined) console.log('the command has not been built: start-up and memory are left out');
else printStartUp(startUp);
console.log(
  `\ncalls per second, one after the other (median of ${ROUNDS} rounds of ${CALLS}; other processes: ${otherLoad.toFixed(2)} cores)`,
);
console.table(
  Object.fromEntries(
    Object.entries(callRates).flatMap(([front, rates]) =>
      Object.entries(rates).map(([operation, { perSecond, processorUs }]) => [
        `${front}: ${operation}`,
        {
          median: Math.round(perSecond.median),
          best: Math.round(perSecond.max),
          'CPU us/call': Math.round(processorUs.median),
        },
      ]),
    ),
  ),
);

const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
const result = { machine, rounds: ROUNDS, calls: CALLS, otherLoad, startUp, callRates };
writeFileSync(new URL('memory-kms.json', folder), `${JSON.stringify(result, null, 2)}\n`);

function printStartUp({ readyMs, bareNodeMs, residentMb }: NonNullable<typeof startUp>): void {
  console.log('\nmilliseconds from spawn to ready (min, median, max)');
  console.table({ 'memory-kms': rounded(readyMs), 'node -e 0': rounded(bareNodeMs) });
  console.log(
    `resident: ${residentMb.idle.toFixed(0)} MB when ready, ${residentMb.loaded.toFixed(0)} MB with 1,000 keys after 3,000 calls`,
  );
}

function rounded({ min, median, max }: { min: number; median: number; max: number }) {
  return { min: Math.round(min), median: Math.round(median), max: Math.round(max) };
}
