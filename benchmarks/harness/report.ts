import type { Comparison, Spread } from './compare.ts';

/** Prints one comparison as lines of text. */
export function printComparison(comparison: Comparison): void {
  const { title, unit, rounds, otherLoad, rates, ratios } = comparison;
  console.log(`\n${title}  (${rounds} rounds, min / median / max; others used ${otherLoad.toFixed(2)} cores)`);
  for (const [name, rate] of Object.entries(rates)) {
    const ratio = ratios[name];
    const text = ratio === undefined ? '' : `   ours is ${show(ratio, 2)} x`;
    console.log(`  ${name.padEnd(34)} ${show(rate, rate.median < 100 ? 1 : 0).padStart(24)} ${unit}${text}`);
  }
}

function show({ min, median, max }: Spread, digits: number): string {
  return [min, median, max].map((value) => value.toFixed(digits)).join(' / ');
}
