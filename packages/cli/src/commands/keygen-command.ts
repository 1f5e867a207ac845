// waxseal keygen

import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { addReportOptions } from '../command-options.ts';
import { ExitCode } from '../exit-code.ts';
import { STANDARD } from '../input-files.ts';
import { PendingOutput } from '../pending-output.ts';
import type { Session } from '../session.ts';
import { refuseSpecialTarget } from '../target-path.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSession } from './command-session.ts';

type Options = {
  readonly bits: '128' | '192' | '256';
  readonly force?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Example:
  $ waxseal keygen my.key
  $ waxseal encrypt --raw-aes-key my.key --namespace my-app --name key-1 report.pdf

Whoever has the file can read everything, and without it nobody can: keep a copy, and keep it secret. A KMS key can't be
lost or copied like that.`;

/** Adds `waxseal keygen`. */
export function addKeygenCommand(program: Command, { session, run }: CommandSession): void {
  const command = program
    .command('keygen')
    .summary('make a raw AES key in a file')
    .description('Makes a random AES key for --raw-aes-key, in a file that only you can read.')
    .argument('<file>', 'the file to make')
    .addOption(new Option('--bits <bits>', 'length of the key').choices(['128', '192', '256']).default('256'))
    .option('-f, --force', 'overwrite a file that exists: what was encrypted under its key is lost')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: Options) => run(options, () => makeKey(file, options, session)));
  addReportOptions(command);
}

async function makeKey(file: string, { bits, force = false }: Options, { reporter }: Session): Promise<number> {
  if (file === STANDARD) throw new UsageError('a key is not printed: name a file');
  await refuseSpecialTarget(file);
  const pending = await PendingOutput.create(file, force);
  const key = randomBytes(Number(bits) / 8);
  try {
    await pending.file.writeFile(key);
    await pending.publish();
  } finally {
    key.fill(0);
    await pending.discard();
  }
  reporter.done({
    summary: `made ${file}: an AES key of ${bits} bits`,
    command: 'keygen',
    output: file,
    bits: Number(bits),
  });
  return ExitCode.OK;
}
