import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { formatBytes } from '../src/format-bytes.ts';
import { progressLine } from '../src/progress-bar.ts';
import { Reporter } from '../src/reporter.ts';

describe('progressLine', () => {
  test('shows bytes, rate and time left', () => {
    expect(progressLine('a.iso', 250e6, 1e9, 1000)).toBe(
      'a.iso [######..................]  25 % 250.0 MB of 1.0 GB, 250.0 MB/s, 3 s left',
    );
    expect(progressLine('a.iso', 1e6, 1e9, 1000)).toContain('16 min 39 s left');
  });

  test('shows no rate before there is one', () => {
    expect(progressLine('a', 0, 100, 0)).toBe('a [........................]   0 % 0 B of 100 B');
  });

  test('shows no bar where the length is unknown', () => {
    expect(progressLine('standard input', 5_000_000, undefined, 1000)).toBe('standard input 5.0 MB, 5.0 MB/s');
  });

  test('is full for an empty file', () => {
    expect(progressLine('empty', 0, 0, 0)).toContain('100 %');
  });
});

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_950, '1.0 MB'],
    [1.5e12, '1.5 TB'],
    [2e18, '2000.0 PB'],
  ])('%d is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('Reporter', () => {
  function stream(isTTY: boolean) {
    let text = '';
    const writable = new Writable({
      write(chunk, _encoding, callback) {
        text += chunk;
        callback();
      },
    });
    const tty = Object.assign(writable, { isTTY, columns: 100, cursorTo() {}, clearLine() {}, moveCursor() {} });
    return { tty, text: () => text };
  }
  const reporterOn = (stderr: ReturnType<typeof stream>) =>
    new Reporter({ stdin: process.stdin, stdout: stream(false).tty, stderr: stderr.tty, env: {} });

  test('draws a bar on a terminal alone, and never with --quiet or --json', () => {
    const draw = (isTTY: boolean, options: object): string => {
      const stderr = stream(isTTY);
      const reporter = reporterOn(stderr);
      reporter.configure(options);
      reporter.progress('a.iso', 100)(50);
      reporter.endProgress();
      return stderr.text();
    };
    expect(draw(true, {})).toContain('a.iso [');
    expect(draw(false, {})).toBe('');
    expect(draw(true, { quiet: true })).toBe('');
    expect(draw(true, { json: true })).toBe('');
  });
});
