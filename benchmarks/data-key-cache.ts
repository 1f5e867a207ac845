// What the data-key cache costs and what it saves.
//
//   node --import tsx --conditions=@waxseal/source benchmarks/data-key-cache.ts [hits] [stall] [quota] [--write-docs]
//
// --write-docs: puts the plot of `quota` into docs/.

import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compareHits } from './data-key-cache/cost-of-a-hit.ts';
import { plotQuota } from './data-key-cache/plot-quota.ts';
import { type QuotaSecond, simulateQuota } from './data-key-cache/quota-simulation.ts';
import { type Latencies, measureStall } from './data-key-cache/stall-at-expiry.ts';
import { describeMachine } from './harness/machine.ts';
import { printComparison } from './harness/report.ts';

const QUOTA_SECONDS = 30;

const parts = { hits: printHits, stall: printStall, quota: printQuota } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'write-docs': { type: 'boolean', default: false } },
});
const machine = describeMachine();
console.log(`Node ${machine.node}, ${machine.cores} x ${machine.processor}`);
for (const [name, run] of Object.entries(parts)) {
  if (positionals.length === 0 || positionals.includes(name)) await run();
}

async function printHits(): Promise<void> {
  for (const comparison of await compareHits()) printComparison(comparison);
}

async function printStall(): Promise<void> {
  const { withExpiry, withoutExpiry, ratio, refreshes, waited } = await measureStall();
  const row = ({ calls, p50, p999, max }: Latencies) => ({ calls, p50, 'p99.9': p999, max });
  console.log('\nlatency of warm calls in ms while KMS takes 300 ms');
  console.table({ 'with expiry': row(withExpiry), 'without expiry': row(withoutExpiry) });
  console.log(`p99.9 ratio ${ratio.toFixed(2)}; ${refreshes} renewals in the background; ${waited} callers waited`);
}

async function printQuota(): Promise<void> {
  const uncached = await simulateQuota(false, QUOTA_SECONDS);
  const cached = await simulateQuota(true, QUOTA_SECONDS);
  console.log(`\n${QUOTA_SECONDS} s under a quota of 100 requests/s, 2,000 messages/s offered`);
  console.table({ 'without a cache': total(uncached), 'with the cache': total(cached) });
  if (values['write-docs']) {
    await writeFile(new URL('../docs/caching-quota.svg', import.meta.url), plotQuota(uncached, cached));
  }
}

function total(rows: readonly QuotaSecond[]) {
  const sum = (field: keyof QuotaSecond) => rows.reduce((all, row) => all + row[field], 0);
  const most = Math.max(...rows.map(({ requests }) => requests));
  return {
    sealed: sum('sealed'),
    failed: sum('failed'),
    'KMS requests': sum('requests'),
    throttled: sum('throttled'),
    'most in a second': most,
  };
}
