import { Transform } from 'node:stream';

/** A stage that passes bytes on and tells of each chunk. */
export function meter(onChunk: (chunk: Uint8Array) => void): Transform {
  return new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Uint8Array, _encoding, callback): void {
      onChunk(chunk);
      callback(null, chunk);
    },
  });
}

/** A line that shows how far the work is: rewritten on a terminal, printed once elsewhere. */
export function progressLine(name: string, totalBytes: number): { update(chunk: Uint8Array): void; end(): void } {
  const isTerminal = process.stdout.isTTY === true;
  let bytes = 0;
  let shown = -1;
  const show = (percent: number): void => {
    const bar = '#'.repeat(Math.floor(percent / 4)).padEnd(25, '.');
    process.stdout.write(`${isTerminal ? '\r' : ''}${name}       [${bar}] ${percent} %${isTerminal ? '' : '\n'}`);
  };
  return {
    update(chunk): void {
      bytes += chunk.length;
      const percent = Math.min(100, Math.floor((bytes / Math.max(1, totalBytes)) * 100));
      const step = isTerminal ? 1 : 25;
      const reached = percent - (percent % step);
      if (reached <= shown) return;
      shown = reached;
      show(reached);
    },
    end(): void {
      if (isTerminal) process.stdout.write('\n');
    },
  };
}
