// Runs the command line within the test, in a folder of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { main } from '../src/index.ts';

/** What came of one run; paths of the folder and what is random are written in a fixed way. */
export type Transcript = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** How a run differs from the usual one. */
export type RunOptions = {
  readonly stdin?: Uint8Array | string | Readable | undefined;
  readonly stdinIsTerminal?: boolean | undefined;
  readonly stdoutIsTerminal?: boolean | undefined;
  readonly stderrIsTerminal?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** In place of the collecting ones. */
  readonly stdout?: Writable | undefined;
  readonly stderr?: Writable | undefined;
};

/** A folder with a state directory of its own. */
export class Workplace {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'waxseal-cli-')));
  }

  /** A path in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  get env(): Record<string, string> {
    return { XDG_STATE_HOME: this.file('state') };
  }

  /** Runs a command; an argument that starts with `./` is a path in the folder. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Transcript & { readonly bytes: Buffer }> {
    const [stdout, stderr] = [collector(options.stdoutIsTerminal), collector(options.stderrIsTerminal)];
    const stdin = Object.assign(readableOf(options.stdin), { isTTY: options.stdinIsTerminal });
    const code = await main({
      argv: argv.map((word) => (word.startsWith('./') ? this.file(word.slice(2)) : word)),
      stdin,
      stdout: options.stdout ?? stdout.stream,
      stderr: options.stderr ?? stderr.stream,
      env: this.env,
      signal: options.signal,
    });
    const bytes = stdout.bytes();
    return { code, stdout: this.#fixed(bytes.toString()), stderr: this.#fixed(stderr.bytes().toString()), bytes };
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  #fixed(text: string): string {
    return text
      .replaceAll(`${this.path}/`, './')
      .replaceAll(this.path, '.')
      .replaceAll(/arn:aws:kms:us-east-1:111122223333:key\/[0-9a-f-]{36}/g, '<local key>')
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<message id>')
      .replaceAll(/[A-Za-z0-9+/]{66}==/g, '<public key>');
  }
}

function readableOf(stdin: RunOptions['stdin']): Readable {
  if (stdin instanceof Readable) return stdin;
  return Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]);
}

function collector(isTTY: boolean | undefined) {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, callback): void {
      chunks.push(Buffer.from(chunk));
      callback();
    },
  });
  return { stream: Object.assign(stream, { isTTY }), bytes: () => Buffer.concat(chunks) };
}

/** What --local says first. */
export const LOCAL_NOTICE =
  'waxseal: --local is no KMS: its keys lie unprotected in ./state/waxseal/local-kms.state; for trying things out only\n';

/** Changes one bit in place. */
export function flipBit(bytes: Buffer, offset: number): void {
  bytes.writeUInt8(bytes.readUInt8(offset) ^ 1, offset);
}
