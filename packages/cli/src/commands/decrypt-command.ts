// waxseal decrypt

import { stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { type DecryptFileResult, decryptFile, decryptStream, type Keyring, type MaterialsManager } from 'waxseal';
import {
  addContextOptions,
  addKeyOptions,
  addLimitOptions,
  addOutputOptions,
  addPolicyOption,
  addReportOptions,
  configurationOf,
  refuseTerminal,
} from '../command-options.ts';
import type { Configuration } from '../configuration.ts';
import { formatExactBytes } from '../format-bytes.ts';
import { listInputs, STANDARD } from '../input-files.ts';
import { openKeys } from '../keys/open-keys.ts';
import { decryptOptions, type OpeningOptions, withRequiredContext } from '../message-options.ts';
import { formatSuite } from '../option-parsers.ts';
import { runJobs } from '../run-jobs.ts';
import type { Session } from '../session.ts';
import { assignTargets, checkSuffix, type Job } from '../target-path.ts';
import { openSource, transfer } from '../transfer.ts';
import type { CommandSession } from './command-session.ts';

type Options = OpeningOptions & {
  readonly output?: string;
  readonly recursive?: boolean;
  readonly force?: boolean;
  readonly buffer?: boolean;
  readonly parallelism?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  $ waxseal decrypt --local report.pdf.wax                  makes report.pdf
  $ waxseal decrypt --kms-key arn:aws:kms:… --context tenant=acme report.pdf.wax -o -
  $ waxseal decrypt --discovery --discovery-account 111122223333 -r sealed -o photos
  $ waxseal decrypt --local --buffer < db.sql.wax | psql db`;

/** Adds `waxseal decrypt`. */
export function addDecryptCommand(program: Command, { session, run }: CommandSession): void {
  const command = program
    .command('decrypt')
    .summary('decrypt files, directories or standard input')
    .description(
      'Decrypts each FILE.wax into FILE, or standard input to standard output. An output file appears only when all of ' +
        'the message is verified; standard output gets each frame once that is verified (see --buffer).',
    )
    .argument('[file...]', 'files, or directories with --recursive; none, or "-", is standard input')
    .option('--buffer', 'hold standard output back, in memory, until all of the message is verified')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: Options) => run(options, () => decryptAll(files, options, session)));
  addLimitOptions(addContextOptions(addKeyOptions(command), 'decrypt'));
  addReportOptions(addOutputOptions(addPolicyOption(command)));
}

async function decryptAll(files: string[], options: Options, session: Session): Promise<number> {
  const configuration = await configurationOf(options);
  const suffix = checkSuffix(configuration.suffix ?? '.wax');
  const inputs = await listInputs(files, {
    ...options,
    signal: session.signal,
    accepts: (name) => name.endsWith(suffix),
  });
  const jobs = await assignTargets(inputs, { ...options, rename: (name) => withoutSuffix(name, suffix) });
  if (jobs.some(({ input }) => input.path === STANDARD)) {
    refuseTerminal(
      session.terminal.stdin,
      'nothing to decrypt: name files, or pipe a message in (waxseal decrypt --help)',
    );
  }
  if (jobs.some(({ target }) => target === STANDARD)) session.reporter.reserveStdout();
  const { keys, close } = await openKeys(configuration, session, 'decrypt');
  try {
    const asking = withRequiredContext(keys, configuration);
    return await runJobs(jobs, session, (job) => decryptOne(job, asking, configuration, options, session));
  } finally {
    await close();
  }
}

function withoutSuffix(name: string, suffix: string): string | undefined {
  const rest = name.slice(0, -suffix.length);
  return name.endsWith(suffix) && rest !== '' && !rest.endsWith('/') ? rest : undefined;
}

type Summary = Omit<DecryptFileResult, 'parallelism'>;

async function decryptOne(
  job: Job,
  keys: Keyring | MaterialsManager,
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<void> {
  const { input, target } = job;
  const isFileToFile = input.path !== STANDARD && target !== STANDARD && (await stat(input.path)).isFile();
  const convert = isFileToFile ? decryptToFile : decryptThroughStreams;
  const { header, encryptionContext, bytesRead, bytesWritten } = await convert(
    job,
    keys,
    configuration,
    options,
    session,
  );
  session.reporter.done({
    summary:
      target === STANDARD ? undefined : `decrypted ${input.path} to ${target}: ${formatExactBytes(bytesWritten)}`,
    command: 'decrypt',
    input: input.path,
    output: target,
    bytesRead,
    bytesWritten,
    suite: formatSuite(header.algorithmSuite.id),
    signed: header.algorithmSuite.signature !== undefined,
    encryptionContext,
  });
}

async function decryptToFile(
  { input, target }: Job,
  keys: Keyring | MaterialsManager,
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<Summary> {
  const { size } = await stat(input.path);
  const progress = session.reporter.progress(input.path, size);
  return decryptFile(keys, input.path, target, {
    ...decryptOptions(configuration, options, session),
    overwrite: options.force,
    parallelism: options.parallelism,
    onProgress: ({ bytesDone }) => progress(bytesDone),
  });
}

async function decryptThroughStreams(
  { input, target }: Job,
  keys: Keyring | MaterialsManager,
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<Summary> {
  const source = await openSource(input.path, session);
  const { force: overwrite, buffer, parallelism } = options;
  const opening = { ...decryptOptions(configuration, options, session), parallelism };
  const destination = { target, overwrite, buffer };
  const { stage, ...result } = await transfer(source, () => decryptStream(keys, opening), destination, session);
  return { ...result, header: await stage.header, encryptionContext: await stage.encryptionContext };
}
