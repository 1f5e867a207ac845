// waxseal encrypt

import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type EncryptFileResult, encryptFile, encryptStream, type Keyring, type MaterialsManager } from 'waxseal';
import {
  addContextOptions,
  addKeyOptions,
  addOutputOptions,
  addPolicyOption,
  addReportOptions,
  addSuiteOptions,
  configurationOf,
  refuseTerminal,
} from '../command-options.ts';
import type { Configuration } from '../configuration.ts';
import { formatExactBytes } from '../format-bytes.ts';
import { listInputs, STANDARD } from '../input-files.ts';
import { openKeys } from '../keys/open-keys.ts';
import { encryptOptions, withRequiredContext } from '../message-options.ts';
import { formatSuite } from '../option-parsers.ts';
import { runJobs } from '../run-jobs.ts';
import type { Session } from '../session.ts';
import { assignTargets, checkSuffix, type Job } from '../target-path.ts';
import { openSource, transfer } from '../transfer.ts';
import type { CommandSession } from './command-session.ts';

type Options = {
  readonly output?: string;
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly parallelism?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  $ waxseal encrypt --local report.pdf                      makes report.pdf.wax
  $ waxseal encrypt --kms-key arn:aws:kms:… --context tenant=acme report.pdf
  $ waxseal encrypt --raw-aes-key my.key --namespace app --name k1 -r photos -o sealed
  $ pg_dump db | waxseal encrypt --local > db.sql.wax`;

/** Adds `waxseal encrypt`. */
export function addEncryptCommand(program: Command, { session, run }: CommandSession): void {
  const command = program
    .command('encrypt')
    .summary('encrypt files, directories or standard input')
    .description('Encrypts each FILE into FILE.wax, or standard input to standard output. The originals stay.')
    .argument('[file...]', 'files, or directories with --recursive; none, or "-", is standard input')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: Options) => run(options, () => encryptAll(files, options, session)));
  addContextOptions(addKeyOptions(command), 'encrypt');
  addReportOptions(addOutputOptions(addPolicyOption(addSuiteOptions(command))));
}

async function encryptAll(files: string[], options: Options, session: Session): Promise<number> {
  const configuration = await configurationOf(options);
  const suffix = checkSuffix(configuration.suffix ?? '.wax');
  const inputs = await listInputs(files, {
    ...options,
    signal: session.signal,
    accepts: (name) => !name.endsWith(suffix),
  });
  const jobs = await assignTargets(inputs, { ...options, rename: (name) => `${name}${suffix}` });
  refuseTerminals(jobs, session);
  const { keys, close } = await openKeys(configuration, session, 'encrypt');
  try {
    const binding = withRequiredContext(keys, configuration);
    return await runJobs(jobs, session, (job) => encryptOne(job, binding, configuration, options, session));
  } finally {
    await close();
  }
}

function refuseTerminals(jobs: readonly Job[], { terminal, reporter }: Session): void {
  for (const { input, target } of jobs) {
    if (input.path === STANDARD)
      refuseTerminal(terminal.stdin, 'nothing to encrypt: name files, or pipe data in (waxseal encrypt --help)');
    if (target !== STANDARD) continue;
    refuseTerminal(
      terminal.stdout,
      'a message is binary: give --output FILE, or send standard output to a file or pipe',
    );
    reporter.reserveStdout();
  }
}

type Summary = Pick<EncryptFileResult, 'header' | 'bytesRead' | 'bytesWritten'>;

async function encryptOne(
  job: Job,
  keys: Keyring | MaterialsManager,
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<void> {
  const isFileToFile = (await hasKnownLength(job.input.path)) && job.target !== STANDARD;
  const convert = isFileToFile ? encryptToFile : encryptThroughStreams;
  const { header, bytesRead, bytesWritten } = await convert(job, keys, configuration, options, session);
  const { input, target } = job;
  session.reporter.done({
    summary:
      target === STANDARD
        ? undefined
        : `encrypted ${input.path} to ${target}: ${formatExactBytes(bytesRead)} became ${formatExactBytes(bytesWritten)}`,
    command: 'encrypt',
    input: input.path,
    output: target,
    bytesRead,
    bytesWritten,
    suite: formatSuite(header.algorithmSuite.id),
    messageId: Buffer.from(header.messageId).toString('hex'),
    encryptedDataKeys: header.encryptedDataKeys.length,
  });
}

/** The files of /proc claim to be empty, which only reading to the end disproves. */
async function hasKnownLength(path: string): Promise<boolean> {
  if (path === STANDARD) return false;
  const stats = await stat(path);
  return stats.isFile() && stats.size > 0;
}

async function encryptToFile(
  { input, target }: Job,
  keys: Keyring | MaterialsManager,
  configuration: Configuration,
  { force, parallelism }: Options,
  session: Session,
): Promise<Summary> {
  const { size } = await stat(input.path);
  const progress = session.reporter.progress(input.path, size);
  return encryptFile(keys, input.path, target, {
    ...encryptOptions(configuration, session),
    overwrite: force,
    parallelism,
    onProgress: ({ bytesDone }) => progress(bytesDone),
  });
}

async function encryptThroughStreams(
  { input, target }: Job,
  keys: Keyring | MaterialsManager,
  configuration: Configuration,
  { force: overwrite, parallelism }: Options,
  session: Session,
): Promise<Summary> {
  const source = await openSource(input.path, session);
  const options = { ...encryptOptions(configuration, session), plaintextLength: source.size, parallelism };
  const { stage, ...result } = await transfer(
    source,
    () => encryptStream(keys, options),
    { target, overwrite },
    session,
  );
  return { ...result, header: await stage.header };
}
