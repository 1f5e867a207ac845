// node --import tsx benchmarks/figures.ts
//
// Writes the tables of docs/performance.md from the recorded runs in results/. The tests of the documentation ask whether they agree.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Comparison } from './harness/compare.ts';

const NODE_MAJORS = [20, 24] as const;
const PAGE = new URL('../docs/performance.md', import.meta.url);
const BEGIN = '<!-- written by benchmarks/figures.ts -->\n';
const END = '<!-- end of what is written -->\n';

/** What we ask of ourselves: by case, without its direction, then by how the name of whom it is compared with ends. */
const ASKED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'unsigned stream, 64 KiB frames, 256 KiB chunks': {
    'bare node:crypto loop': '0.85',
    'official SDK, same frames': '2.3',
  },
  'unsigned stream, 4 KiB frames, 64 KiB chunks': {
    'bare node:crypto loop': '0.80',
    'official SDK, same frames': '2.5',
  },
  'unsigned stream, default frames against default frames': { 'official SDK, 4 KiB': '7.5' },
  'signed stream, 64 KiB frames': { 'bare AES-GCM loop, then SHA-384': '0.9' },
  'signed stream, parallelism 2': { 'waxseal, serial': '1.15' },
  'signed stream, all defaults against all defaults': { 'official SDK': '3' },
  '1 KiB, unsigned': { 'official SDK': '7' },
  '1 KiB, signed, 1 at a time': { 'official SDK': '1.9 and 3.5' },
  '1 KiB, signed, 16 at a time': { 'bare key pair and signature': '0.85', 'official SDK': '5, decrypting' },
  '1024 MiB file': { 'pipeline of streams': '1.5', 'plain copy, synced': '0.85' },
  '1024 MiB file, parallelism 2': { 'parallelism 1': '1.15' },
};

/** @returns The page, its tables made anew from the recorded runs. */
export function withFigures(page: string): string {
  const start = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (start < 0 || end < start) throw new Error('docs/performance.md has no place for the figures');
  return page.slice(0, start + BEGIN.length) + figures(NODE_MAJORS.map(readResults)) + page.slice(end);
}

type Results = readonly Comparison[];

function readResults(major: number): Results {
  const path = new URL(`results/node-v${major}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { results: Results }).results;
}

function figures(runs: readonly Results[]): string {
  const versions = NODE_MAJORS.map((major) => `Node ${major}`);
  const columns = ['encrypt', 'decrypt'].flatMap((direction) => versions.map((version) => `${direction}, ${version}`));
  const tables = [
    table(['case', 'against', ...columns, 'asked'], ratioRows(runs)),
    table(['random reads of 4 KiB in 1 GiB, reads/s', ...versions], rateRows(runs, 'random 4 KiB reads')),
    table(['encrypt piped into decrypt: peak MiB over idle', ...versions], rateRows(runs, 'peak memory')),
  ];
  return `\n${tables.join('\n')}\n`;
}

function ratioRows(runs: readonly Results[]): string[][] {
  return Object.entries(ASKED).flatMap(([name, bars]) =>
    Object.entries(bars).map(([against, asked]) => {
      const cells = ['encrypt', 'decrypt'].flatMap((direction) =>
        runs.map((results) => medianRatio(results, name, direction, against)),
      );
      return [name, against, ...cells, asked];
    }),
  );
}

function medianRatio(results: Results, name: string, direction: string, against: string): string {
  const found = results.find(({ title }) => title === `${name}: ${direction}`);
  const ratio = Object.entries(found?.ratios ?? {}).find(([other]) => other.endsWith(against));
  return ratio?.[1].median.toFixed(2) ?? '–';
}

/** A row for each contestant of the comparisons whose title starts so. */
function rateRows(runs: readonly Results[], start: string): string[][] {
  const rows = new Map<string, string[]>();
  for (const { title, rates } of runs.flat().filter((comparison) => comparison.title.startsWith(start))) {
    for (const [name, { median }] of Object.entries(rates)) {
      const label = name === 'waxseal' ? title : name;
      rows.set(label, [...(rows.get(label) ?? [label]), Math.round(median).toLocaleString('en')]);
    }
  }
  return [...rows.values()];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8')));
