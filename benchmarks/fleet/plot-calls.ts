// KMS calls over the rate of messages, both logarithmic: lines from the formulas, dots from the simulation.

import { expectedCalls, type Fleet, type Strategy } from './fleet.ts';

/** One result of the simulation. */
export type PlottedPoint = { readonly strategy: Strategy; readonly messagesPerSecond: number; readonly calls: number };

const WIDTH = 760;
const HEIGHT = 440;
const LEFT = 80;
const RIGHT = 180;
const TOP = 30;
const BOTTOM = 55;
/** Powers of ten: 100 to 100,000 messages, 1 to 1,000,000 calls. */
const X_RANGE = [2, 5] as const;
const Y_RANGE = [0, 6] as const;
const COLOURS: Readonly<Record<Strategy, string>> = {
  'no cache': '#8a8a8a',
  'data-key cache': '#b3541e',
  'branch key per tenant': '#1f6f8b',
  'one branch key': '#3a7d44',
};

/** @returns An SVG document. */
export function plotCalls(fleet: Fleet, strategies: readonly Strategy[], points: readonly PlottedPoint[]): string {
  const curves = strategies.map((strategy) => curve(strategy, fleet));
  const dots = points.map(({ strategy, messagesPerSecond, calls }) => {
    const title = `${strategy}: ${calls.toPrecision(4)} calls/s at ${messagesPerSecond} messages/s`;
    const place = `cx="${x(messagesPerSecond)}" cy="${y(calls)}"`;
    return `<circle ${place} r="5" fill="${COLOURS[strategy]}" stroke="#fff"><title>${title}</title></circle>`;
  });
  const size = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    ...grid(),
    ...curves,
    ...dots,
    text(LEFT, 18, 'KMS calls per second of the whole fleet (lines: formulas, dots: measured)'),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, 'messages per second', 'middle'),
    '</svg>',
  ].join('\n')}\n`;
}

function curve(strategy: Strategy, fleet: Fleet): string {
  const steps = Array.from({ length: 61 }, (_, step) => 10 ** (X_RANGE[0] + ((X_RANGE[1] - X_RANGE[0]) * step) / 60));
  const calls = (messagesPerSecond: number): number => {
    const { writing, reading } = expectedCalls(strategy, { ...fleet, messagesPerSecond });
    return writing + reading;
  };
  const path = steps.map((rate) => `${x(rate)},${y(calls(rate))}`).join(' ');
  const end = calls(10 ** X_RANGE[1]);
  return [
    `<polyline points="${path}" fill="none" stroke="${COLOURS[strategy]}" stroke-width="2"/>`,
    text(WIDTH - RIGHT + 8, y(end) + 4, strategy, 'start', COLOURS[strategy]),
  ].join('\n');
}

function grid(): string[] {
  const lines: string[] = [];
  for (let power = X_RANGE[0]; power <= X_RANGE[1]; power += 1) {
    const at = x(10 ** power);
    lines.push(line(at, TOP, at, HEIGHT - BOTTOM), text(at, HEIGHT - BOTTOM + 18, power10(power), 'middle'));
  }
  for (let power = Y_RANGE[0]; power <= Y_RANGE[1]; power += 1) {
    const at = y(10 ** power);
    lines.push(line(LEFT, at, WIDTH - RIGHT, at), text(LEFT - 8, at + 4, power10(power), 'end'));
  }
  return lines;
}

function power10(power: number): string {
  return (10 ** power).toLocaleString('en-US');
}

function x(rate: number): number {
  const share = (Math.log10(rate) - X_RANGE[0]) / (X_RANGE[1] - X_RANGE[0]);
  return Math.round(10 * (LEFT + share * (WIDTH - LEFT - RIGHT))) / 10;
}

function y(calls: number): number {
  const share = (Math.log10(calls) - Y_RANGE[0]) / (Y_RANGE[1] - Y_RANGE[0]);
  return Math.round(10 * (HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM))) / 10;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ddd"/>`;
}

function text(atX: number, atY: number, content: string, anchor = 'start', fill = '#333'): string {
  return `<text x="${atX}" y="${atY}" text-anchor="${anchor}" fill="${fill}">${content}</text>`;
}
