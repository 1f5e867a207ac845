// The program as a process of its own: signals, pipes, limits of the system.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, createWriteStream, constants as fileConstants, openSync, read } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encryptStream, RawAesKeyring } from 'waxseal';

const bin = new URL('../src/bin.ts', import.meta.url).pathname;
const rssReporter = new URL('./report-peak-rss.ts', import.meta.url).pathname;
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const nodeArguments = ['--import', tsx, '--conditions=@waxseal/source'];
/** 1 GiB in the slow mode, which also compares speeds. */
const slow = process.env['SLOW'] === '1';
const length = slow ? 2 ** 30 : 160 * 2 ** 20;
const options = { timeout: slow ? 300_000 : 60_000 };

let shared: string;
let folder: string;
const key = randomBytes(32);
const raw = () => ['--raw-aes-key', join(shared, 'my.key'), '--namespace', 'app', '--name', 'k1'];

beforeAll(async () => {
  shared = await mkdtemp(join(tmpdir(), 'waxseal-bin-'));
  await writeFile(join(shared, 'my.key'), key);
  const block = randomBytes(2 ** 20);
  await pipeline(
    async function* () {
      for (let done = 0; done < length; done += block.length) yield block;
    },
    createWriteStream(join(shared, 'big')),
  );
});
afterAll(() => rm(shared, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'waxseal-bin-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a line of shell, in which `waxseal` is the program. */
function shell(line: string) {
  const program = ['node', ...nodeArguments, bin].map((word) => `'${word}'`).join(' ');
  const script = `waxseal() { ${program} "$@"; }\n${line}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { cwd: folder, maxBuffer: 2 ** 28 });
  return { status, stdout, stderr: String(stderr) };
}

function start(argv: string[], stdio: ('pipe' | number)[] = ['pipe', 'pipe', 'pipe']): ChildProcess {
  return spawn('node', [...nodeArguments, bin, ...argv], { cwd: folder, stdio });
}

/** @returns The exit code, as a shell shows it: 128 and the number of the signal that the process died of. */
const ended = (child: ChildProcess) =>
  new Promise<number>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))),
  );

/** Opens a named pipe to write as soon as somebody reads it. */
async function openOnceRead(path: string): Promise<number> {
  for (let tries = 0; ; tries++) {
    try {
      return openSync(path, fileConstants.O_WRONLY | fileConstants.O_NONBLOCK);
    } catch (error) {
      if (tries === 400) throw error;
      await delay(50);
    }
  }
}

describe('Ctrl-C', () => {
  test('while a file is written: no half file stays', options, async () => {
    const child = start(['encrypt', ...raw(), '-o', join(folder, 'big.wax')]);
    const drawn = ended(child);
    const feed = pipeline(
      async function* () {
        for (;;) yield Buffer.alloc(65_536);
      },
      child.stdin as NonNullable<typeof child.stdin>,
    ).catch(() => {});
    for (let tries = 0; tries < 200 && !(await readdir(folder)).some((name) => name.endsWith('.tmp')); tries++)
      await delay(50);
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.waxseal-[0-9a-f]{16}\.tmp$/)]);
    child.kill('SIGINT');
    expect(await drawn).toBe(130);
    await feed;
    expect(await readdir(folder)).toEqual([]);
  });

  test('while nothing comes in: it ends at once', options, async () => {
    const child = start(['encrypt', ...raw(), '-o', join(folder, 'big.wax')]);
    const done = ended(child);
    for (let tries = 0; tries < 200 && (await readdir(folder)).length === 0; tries++) await delay(50);
    child.kill('SIGTERM');
    expect(await done).toBe(143);
    expect(await readdir(folder)).toEqual([]);
  });

  test('while the reader of the output sleeps: it ends', options, async () => {
    const child = start(['decrypt', ...raw()]);
    const done = ended(child);
    const sealed = encryptStream(new RawAesKeyring({ namespace: 'app', name: 'k1', key }));
    const feed = pipeline(
      createReadStream(join(shared, 'big')),
      sealed,
      child.stdin as NonNullable<typeof child.stdin>,
    ).catch(() => {});
    // The first bytes show that it works; then nobody reads on, and the pipe fills up.
    await new Promise((resolve) => child.stdout?.once('readable', resolve));
    await delay(500);
    child.kill('SIGINT');
    child.stdout?.resume();
    expect(await done).toBe(130);
    await feed;
  });

  test('while the reader of the output sleeps on: it ends all the same', options, async () => {
    expect(shell('mkfifo out').status).toBe(0);
    // Both ends, so that neither waits for the other.
    const ends = openSync(join(folder, 'out'), 'r+');
    const argv = ['encrypt', ...raw(), '--suite', '0x0478', join(shared, 'big'), '-o', '-'];
    const child = start(argv, ['pipe', ends, 'pipe']);
    const [done, said] = [ended(child), text(child.stderr as NonNullable<typeof child.stderr>)];
    const first = Buffer.alloc(1);
    await promisify(read)(ends, first, 0, 1, null);
    await delay(500);
    child.kill('SIGTERM');
    expect([await done, await said]).toEqual([143, 'waxseal: interrupted by SIGTERM\n']);
    closeSync(ends);
  });

  test.each([
    ['the input', () => ['encrypt', ...raw(), 'pipe', '-o', 'out']],
    ['the configuration', () => ['encrypt', '--config', 'pipe', join(shared, 'my.key'), '-o', 'out']],
  ])('while %s is a pipe that nobody writes to', options, async (_, argv) => {
    expect(shell('mkfifo pipe').status).toBe(0);
    const child = start(argv());
    const [done, said] = [ended(child), text(child.stderr as NonNullable<typeof child.stderr>)];
    const writer = await openOnceRead(join(folder, 'pipe'));
    child.kill('SIGTERM');
    expect([await done, await said]).toEqual([143, 'waxseal: interrupted by SIGTERM\n']);
    closeSync(writer);
    expect(await readdir(folder)).toEqual(['pipe']);
  });

  test('ends the program with the code that a shell would show', options, async () => {
    const child = start(['encrypt', ...raw(), '-o', join(folder, 'big.wax')]);
    const end = new Promise((resolve) => child.on('close', (code, name) => resolve([code, name])));
    for (let tries = 0; tries < 200 && (await readdir(folder)).length === 0; tries++) await delay(50);
    child.kill('SIGINT');
    expect(await end).toEqual([130, null]);
  });
});

describe('limits of the system', () => {
  test('a file that may not grow: no file at all', options, async () => {
    const { status, stderr } = shell(
      `ulimit -f 1000; trap '' XFSZ; waxseal encrypt ${raw().join(' ')} ${shared}/big -o out.wax`,
    );
    expect([status, stderr]).toEqual([
      7,
      `waxseal: ${shared}/big: the output would grow beyond what the system allows\n`,
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('standard output into a file that may not grow: the part is said to be worthless', options, async () => {
    const { status, stderr } = shell(
      `ulimit -f 1000; trap '' XFSZ; waxseal encrypt ${raw().join(' ')} ${shared}/big -o - > out.wax`,
    );
    expect([status, stderr]).toEqual([
      8,
      `waxseal: ${shared}/big: the output was partly written: discard it: the output would grow beyond what the system allows\n`,
    ]);
  });

  test('a full device', options, () => {
    const { status, stderr } = shell(`waxseal encrypt ${raw().join(' ')} ${shared}/my.key -o - > /dev/full`);
    expect([status, stderr]).toEqual([
      8,
      `waxseal: ${shared}/my.key: the output was partly written: discard it: no space left on the device\n`,
    ]);
  });

  test('a reader that goes after the first bytes', options, () => {
    const { stderr } = shell(
      `set -o pipefail; waxseal encrypt ${raw().join(' ')} ${shared}/big -o - | waxseal decrypt ${raw().join(' ')} | head -c 10 | wc -c`,
    );
    expect(stderr).toContain('the reader of the output has gone');
  });
});

describe('streams that are not what they should be', () => {
  test('a directory as standard input is not the end of the input', options, () => {
    const { status, stderr } = shell(`waxseal encrypt ${raw().join(' ')} -o out.wax < .`);
    expect([status, stderr]).toEqual([7, 'waxseal: standard input: is a directory\n']);
  });

  test('help that nobody reads to its end', options, () => {
    const { status, stderr } = shell('set -o pipefail; waxseal --help | true');
    expect([status, stderr]).toEqual([0, '']);
  });

  test('nobody to complain to', options, async () => {
    await writeFile(join(folder, 'one'), '1');
    await writeFile(join(folder, 'two'), '2');
    expect(shell(`waxseal encrypt ${raw().join(' ')} one two 2> >(true)`).status).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['one', 'one.wax', 'two', 'two.wax']);
  });
});

describe('pipes', () => {
  test('carry a long file there and back, and nothing else', options, async () => {
    const keys = raw().join(' ');
    const { status, stderr } = shell(
      `set -o pipefail; cat ${shared}/big | waxseal encrypt ${keys} --suite 0x0478 | waxseal decrypt ${keys} | cmp - ${shared}/big`,
    );
    expect([status, stderr]).toEqual([0, '']);
  });

  test('take memory that does not grow with the length', options, async () => {
    const peak = async (bytes: number): Promise<number> => {
      const argv = [...nodeArguments, '--import', rssReporter, bin, 'encrypt', ...raw(), '--suite', '0x0478'];
      const report = join(folder, `rss-${bytes}`);
      const child = spawn('node', argv, {
        cwd: folder,
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, WAXSEAL_RSS_REPORT: report },
      });
      child.stdout?.resume();
      const done = ended(child);
      await pipeline(createReadStream(join(shared, 'big'), { end: bytes - 1 }), child.stdin);
      expect(await done).toBe(0);
      return Number(await readFile(report, 'utf8'));
    };
    const [small, large] = [await peak(16 * 2 ** 20), await peak(length)];
    console.log(`peak RSS: ${small.toFixed(0)} MiB for 16 MiB, ${large.toFixed(0)} MiB for ${length / 2 ** 20} MiB`);
    expect(large - small).toBeLessThan(64);
  });

  // Both as processes between the same pipes, start-up included: what a program of one's own would be.
  test.runIf(slow)('are as fast as the library, nearly', options, async () => {
    const program = join(folder, 'library.mjs');
    await writeFile(
      program,
      `import { readFileSync } from 'node:fs';
       import { pipeline } from 'node:stream/promises';
       import { encryptStream, RawAesKeyring } from ${JSON.stringify(import.meta.resolve('waxseal'))};
       const keys = new RawAesKeyring({ namespace: 'app', name: 'k1', key: readFileSync(process.argv[2]) });
       await pipeline(process.stdin, encryptStream(keys, { algorithmSuite: 0x0478 }), process.stdout);`,
    );
    const secondsOf = (line: string): number => {
      const begin = performance.now();
      expect(shell(`set -o pipefail; cat ${shared}/big | ${line} | cat > /dev/null`).status).toBe(0);
      return (performance.now() - begin) / 1000;
    };
    const ratios = Array.from({ length: 7 }, () => {
      const library = secondsOf(`node ${nodeArguments.join(' ')} ${program} ${shared}/my.key`);
      return library / secondsOf(`waxseal encrypt ${raw().join(' ')} --suite 0x0478`);
    });
    ratios.sort((one, other) => one - other);
    console.log(`speed over that of the library: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`);
    expect(ratios[3]).toBeGreaterThanOrEqual(0.8);
  });
});

test('no secret stands in the list of processes: keys come from files', options, async () => {
  const child = start(['encrypt', ...raw(), '-o', join(folder, 'out.wax')]);
  const done = ended(child);
  const commandLine = await readFile(`/proc/${child.pid}/cmdline`);
  expect(commandLine.includes(key) || commandLine.includes(key.toString('hex'))).toBe(false);
  child.stdin?.end('x');
  expect(await done).toBe(0);
  expect((await stat(join(folder, 'out.wax'))).size).toBeGreaterThan(100);
});
