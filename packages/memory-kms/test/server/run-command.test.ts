import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { KMS } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/server/run-command.ts';

const BIN = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));
const FROM_SOURCE = ['--import', 'tsx', '--conditions=@waxseal/source'];

/** Runs the command in this process; `whileServing` gets the address it prints. */
async function run(args: readonly string[], whileServing: (url: string) => Promise<void> = async () => undefined) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(args, {
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    async untilStopped() {
      while (!printed.includes('Ready.')) await new Promise(setImmediate);
      await whileServing(/http:\/\/\S+/.exec(printed.join(' '))![0]);
    },
  });
  return { code, printed: printed.join('\n'), complaints: complaints.join('\n') };
}

describe('memory-kms', () => {
  it('listens on loopback, and says so and that it is ready', async () => {
    const { code, printed, complaints } = await run(
      ['--port', '0', '--account', '444455556666', '--region', 'eu-west-1'],
      async (url) => {
        const client = new KMS({
          endpoint: url,
          region: 'eu-west-1',
          credentials: { accessKeyId: 'a', secretAccessKey: 's' },
        });
        expect((await client.createKey()).KeyMetadata!.Arn).toMatch(/^arn:aws:kms:eu-west-1:444455556666:key\//);
        client.destroy();
      },
    );
    expect(printed).toMatch(
      /^memory-kms listens on http:\/\/127\.0\.0\.1:\d+ \(in memory, not for production\)\nReady\.$/,
    );
    expect([code, complaints]).toEqual([0, '']);
  });

  it.each([['--help'], ['-h'], ['--version'], ['-v']])('answers %s and ends', async (option) => {
    const { code, printed } = await run([option]);
    expect(code).toBe(0);
    expect(printed).toMatch(option.includes('v') ? /^\d+\.\d+\.\d+/ : /--port PORT/);
  });

  it.each([
    [['--nothing']],
    [['--port', 'x']],
    [['--port', '65536']],
    [['--authorization', 'maybe']],
    [['positional']],
  ])('complains of %j with exit code 2', async (args) => {
    const { code, complaints } = await run(args);
    expect(code).toBe(2);
    expect(complaints).toMatch(/^memory-kms: .+\nTry memory-kms --help$/);
  });

  it('complains of an account that is none with exit code 1', async () => {
    const { code, complaints } = await run(['--port', '0', '--account', '12']);
    expect([code, complaints]).toEqual([1, 'memory-kms: accountId must be twelve digits']);
  });

  it('runs as a process of its own until it is told to stop', async () => {
    const child = spawn(process.execPath, [...FROM_SOURCE, BIN, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    for await (const chunk of child.stdout) {
      printed += String(chunk);
      if (printed.includes('Ready.') && !child.killed) child.kill('SIGTERM');
    }
    const code = await new Promise((resolve) =>
      child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode),
    );
    expect(code).toBe(0);
  });
});
