// How often a fleet calls KMS, by what keeps it from calling: measured on the real code, beside what the formulas say.
//
//   node --import tsx --conditions=@waxseal/source benchmarks/kms-calls-of-a-fleet.ts [--sample 2] [--write-docs]
//
// --sample: processes of each role that are run, of 200; the others behave alike. 200 runs them all (about two hours).
// --write-docs: puts table and plot into docs/.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CallRate, expectedCalls, type Fleet, type Strategy } from './fleet/fleet.ts';
import { type PlottedPoint, plotCalls } from './fleet/plot-calls.ts';
import { simulateFleet } from './fleet/simulate-fleet.ts';

const fleet: Fleet = { writers: 200, readers: 200, tenants: 50, messagesPerSecond: 20_000, seconds: 300 };
const strategies: readonly Strategy[] = ['no cache', 'data-key cache', 'branch key per tenant', 'one branch key'];
/** Rates for the plot, besides the fleet's own. */
const otherRates = [500, 2000];

const { values } = parseArgs({
  options: { sample: { type: 'string', default: '2' }, 'write-docs': { type: 'boolean', default: false } },
});
const sample = Number(values.sample);
if (!(Number.isInteger(sample) && sample > 0)) throw new RangeError('--sample must be a positive integer');

const rows: string[] = [];
const points: PlottedPoint[] = [];
for (const strategy of strategies) {
  const started = performance.now();
  const measured = await simulateFleet({ strategy, fleet, sample });
  const expected = expectedCalls(strategy, fleet);
  rows.push(row(strategy, measured, expected));
  points.push({ strategy, messagesPerSecond: fleet.messagesPerSecond, calls: total(measured) });
  console.error(`${strategy}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
  for (const messagesPerSecond of values['write-docs'] ? otherRates : []) {
    const calls = total(await simulateFleet({ strategy, fleet: { ...fleet, messagesPerSecond }, sample }));
    points.push({ strategy, messagesPerSecond, calls });
  }
}

const table = [
  '| strategy | writing | reading | KMS calls/s, measured | formula | deviation |',
  '|---|--:|--:|--:|--:|--:|',
  ...rows,
].join('\n');
console.log(table);
if (values['write-docs']) await writeDocs();

function total({ writing, reading }: CallRate): number {
  return writing + reading;
}

function row(strategy: Strategy, measured: CallRate, expected: CallRate): string {
  const deviation = (100 * (total(measured) - total(expected))) / total(expected);
  const cells = [measured.writing, measured.reading, total(measured), total(expected)].map(digits);
  return `| ${[strategy, ...cells, `${deviation >= 0 ? '+' : '−'}${Math.abs(deviation).toFixed(1)} %`].join(' | ')} |`;
}

function digits(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 1 : 0 });
}

async function writeDocs(): Promise<void> {
  const page = fileURLToPath(new URL('../docs/hierarchical-keyring.md', import.meta.url));
  const [start, end] = ['<!-- kms-calls-of-a-fleet: start -->', '<!-- kms-calls-of-a-fleet: end -->'];
  const text = await readFile(page, 'utf8');
  const [before = '', rest = ''] = text.split(start);
  const after = rest.split(end)[1];
  if (after === undefined) throw new Error('docs/hierarchical-keyring.md has lost the marks around the table');
  const note = `Sample: ${sample} of ${fleet.writers} writers and ${sample} of ${fleet.readers} readers, Node ${process.versions.node}.`;
  await writeFile(page, `${before}${start}\n${table}\n\n${note}\n${end}${after}`);
  const plot = fileURLToPath(new URL('../docs/kms-calls-of-a-fleet.svg', import.meta.url));
  await writeFile(plot, plotCalls(fleet, strategies, points));
}
