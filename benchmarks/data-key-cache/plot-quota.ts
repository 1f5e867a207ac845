// Requests to KMS in each second, logarithmic, with and without the cache, under the line of the quota.

import { OFFERED, QUOTA, type QuotaSecond } from './quota-simulation.ts';

const WIDTH = 760;
const HEIGHT = 360;
const LEFT = 60;
const RIGHT = 150;
const TOP = 34;
const BOTTOM = 50;
/** Values of the vertical axis; nothing at all stands on the base line. */
const TICKS = [1, 10, 100, 1_000, 10_000] as const;

/** @returns An SVG document. */
export function plotQuota(uncached: readonly QuotaSecond[], cached: readonly QuotaSecond[]): string {
  const seconds = uncached.length;
  const x = (second: number) => round(LEFT + (second / seconds) * (WIDTH - LEFT - RIGHT));
  const curves = [
    curve(uncached, x, '#8a8a8a', 'without a cache'),
    curve(cached, x, '#1f6f8b', 'with the cache'),
    label(y(QUOTA), `quota, ${QUOTA}/s`, '#b3541e'),
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(QUOTA)}" y2="${y(QUOTA)}" stroke="#b3541e" stroke-dasharray="6 4"/>`,
  ];
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...grid(seconds, x),
    ...curves,
    text(LEFT, 18, `Requests to KMS per second, ${OFFERED.toLocaleString('en-US')} messages per second offered`),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, 'seconds', 'middle'),
    '</svg>',
  ].join('\n')}\n`;
}

function curve(rows: readonly QuotaSecond[], x: (second: number) => number, colour: string, name: string): string {
  const path = rows.flatMap(({ requests }, second) => [
    `${x(second)},${y(requests)}`,
    `${x(second + 1)},${y(requests)}`,
  ]);
  const last = rows.at(-1)?.requests ?? 0;
  return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>\n${label(y(last), name, colour)}`;
}

function grid(seconds: number, x: (second: number) => number): string[] {
  const lines = [0, ...TICKS].flatMap((value) => [
    `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}" stroke="#ddd"/>`,
    text(LEFT - 8, y(value) + 4, value.toLocaleString('en-US'), 'end'),
  ]);
  for (let second = 0; second <= seconds; second += 5) {
    lines.push(text(x(second), HEIGHT - BOTTOM + 18, `${second}`, 'middle'));
  }
  return lines;
}

/** One step of the axis for nothing, then one for each power of ten. */
function y(value: number): number {
  const step = value < 1 ? 0 : 1 + Math.log10(value);
  return round(HEIGHT - BOTTOM - (step / TICKS.length) * (HEIGHT - TOP - BOTTOM));
}

function label(at: number, name: string, colour: string): string {
  return text(WIDTH - RIGHT + 8, at + 4, name, 'start', colour);
}

function text(atX: number, atY: number, content: string, anchor = 'start', fill = '#333'): string {
  return `<text x="${atX}" y="${atY}" text-anchor="${anchor}" fill="${fill}">${content}</text>`;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
