// waxseal reencrypt

import { realpath, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Keyring, MaterialsManager } from 'waxseal';
import {
  addContextOptions,
  addKeyOptions,
  addLimitOptions,
  addPolicyOption,
  addReportOptions,
  addSuiteOptions,
  configurationOf,
  newKeysOf,
  refuseTerminal,
} from '../command-options.ts';
import { type Configuration, namesKeys } from '../configuration.ts';
import { formatExactBytes } from '../format-bytes.ts';
import { listInputs, STANDARD } from '../input-files.ts';
import { openKeys } from '../keys/open-keys.ts';
import { decryptOptions, type OpeningOptions, suiteOptions, withRequiredContext } from '../message-options.ts';
import { formatSuite } from '../option-parsers.ts';
import { reencryptTransfer } from '../reencrypt-transfer.ts';
import { runJobs } from '../run-jobs.ts';
import type { Session } from '../session.ts';
import { assignTargets, checkSuffix, type Job } from '../target-path.ts';
import { openSource } from '../transfer.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSession } from './command-session.ts';

type Options = OpeningOptions & {
  readonly output?: string;
  readonly inPlace?: boolean;
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  $ waxseal reencrypt --local --in-place report.pdf.wax     the same key, a new data key
  $ waxseal reencrypt --raw-aes-key old.key --namespace app --name k1 \\
      --to-raw-aes-key new.key --to-namespace app --to-name k2 -r sealed -o sealed-anew`;

/** Adds `waxseal reencrypt`. */
export function addReencryptCommand(program: Command, { session, run }: CommandSession): void {
  const command = program
    .command('reencrypt')
    .summary('encrypt messages anew, under the same or other keys')
    .description(
      'Opens each message and encrypts its plaintext anew: under other keys, another suite, or just a new data key. The ' +
        'context stays. Plaintext never touches a disk, and the new message counts only once all of the old one is verified.',
    )
    .argument('[file...]', 'messages, or directories with --recursive; none, or "-", is standard input')
    .option('--in-place', 'replace each message by the new one')
    .option('-o, --output <path>', 'output file; a directory for several inputs; "-" is standard output')
    .option('-r, --recursive', 'work on all messages of the directories given')
    .option('-f, --force', 'overwrite outputs that exist')
    .option('--suffix <text>', 'ending of encrypted files (else .wax)')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: Options) => run(options, () => reencryptAll(files, options, session)));
  addKeyOptions(addKeyOptions(command), 'to-');
  addLimitOptions(addContextOptions(command, 'decrypt'));
  addReportOptions(addPolicyOption(addSuiteOptions(command)));
}

async function reencryptAll(files: string[], options: Options, session: Session): Promise<number> {
  const configuration = await configurationOf(options);
  const jobs = await planJobs(files, configuration, options, session);
  refuseTerminals(jobs, session);
  const second = await configurationOf(options, 'to');
  const from = await openKeys(configuration, session, 'decrypt');
  try {
    const to = await openKeys(newKeysOf(configuration, second, namesKeys(second)), session, 'encrypt');
    try {
      const fromKeys = withRequiredContext(from.keys, configuration);
      const work = (job: Job) => reencryptOne(job, fromKeys, to.keys, configuration, options, session);
      return await runJobs(jobs, session, work);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function planJobs(
  files: string[],
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<Job[]> {
  const suffix = checkSuffix(configuration.suffix ?? '.wax');
  const inputs = await listInputs(files, {
    ...options,
    signal: session.signal,
    accepts: (name) => name.endsWith(suffix),
  });
  if (options.inPlace) {
    if (options.output !== undefined) throw new UsageError('--in-place and --output exclude each other');
    if (inputs.some(({ path }) => path === STANDARD)) throw new UsageError('--in-place needs files');
    // The message itself is replaced, not a symbolic link to it.
    return Promise.all(
      inputs.map(async (input) => ({ input, target: await realpath(input.path), makesFolder: false })),
    );
  }
  if (options.output === undefined && inputs.some(({ path }) => path !== STANDARD)) {
    throw new UsageError('where to? Give --in-place to replace each message, or --output');
  }
  return assignTargets(inputs, { ...options, rename: (name) => name });
}

function refuseTerminals(jobs: readonly Job[], { terminal, reporter }: Session): void {
  for (const { input, target } of jobs) {
    if (input.path === STANDARD) refuseTerminal(terminal.stdin, 'nothing to do: name messages, or pipe one in');
    if (target !== STANDARD) continue;
    refuseTerminal(
      terminal.stdout,
      'a message is binary: give --output FILE, or send standard output to a file or pipe',
    );
    reporter.reserveStdout();
  }
}

async function reencryptOne(
  { input, target }: Job,
  fromKeys: Keyring | MaterialsManager,
  toKeys: Keyring | MaterialsManager,
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<void> {
  const source = await openSource(input.path, session);
  const mode = options.inPlace ? (await stat(target)).mode & 0o777 : undefined;
  const overwrite = options.inPlace || options.force;
  const { header, bytesRead, bytesWritten } = await reencryptTransfer(
    source,
    {
      fromKeys,
      toKeys,
      decryptOptions: decryptOptions(configuration, options, session),
      encryptOptions: suiteOptions(configuration),
    },
    { target, overwrite, mode },
    session,
  );
  session.reporter.done({
    summary:
      target === STANDARD ? undefined : `encrypted ${input.path} anew to ${target}: ${formatExactBytes(bytesWritten)}`,
    command: 'reencrypt',
    input: input.path,
    output: target,
    bytesRead,
    bytesWritten,
    suite: formatSuite(header.algorithmSuite.id),
    messageId: Buffer.from(header.messageId).toString('hex'),
    encryptedDataKeys: header.encryptedDataKeys.length,
  });
}
