// waxseal inspect

import { open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { decryptStream, type Keyring, type MaterialsManager, type MessageHeader } from 'waxseal';
import {
  addContextOptions,
  addKeyOptions,
  addLimitOptions,
  addPolicyOption,
  addReportOptions,
  configurationOf,
  refuseTerminal,
} from '../command-options.ts';
import type { Configuration } from '../configuration.ts';
import { listInputs, STANDARD } from '../input-files.ts';
import { formatInspection, type Inspection, inspectionOf } from '../inspection.ts';
import { openKeys } from '../keys/open-keys.ts';
import { decryptOptions, type OpeningOptions, withRequiredContext } from '../message-options.ts';
import { type MessageSize, measureMessage } from '../message-size.ts';
import { readFileHeader, readStreamHeader } from '../read-header.ts';
import { runJobs } from '../run-jobs.ts';
import type { Session } from '../session.ts';
import { countBytes, openSource } from '../transfer.ts';
import type { CommandSession } from './command-session.ts';

type Options = OpeningOptions & {
  readonly verify?: boolean;
  readonly recursive?: boolean;
  readonly suffix?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  $ waxseal inspect report.pdf.wax                          needs no keys, uses no network
  $ waxseal inspect --verify --local report.pdf.wax         decrypts to nowhere: all of it is authentic
  $ waxseal inspect --json report.pdf.wax | jq .encryptedDataKeys`;

/** Adds `waxseal inspect`. */
export function addInspectCommand(program: Command, { session, run }: CommandSession): void {
  const command = program
    .command('inspect')
    .summary('show what a message says about itself')
    .description(
      'Shows header, context, wrapped keys and sizes of messages. Without --verify no key is used and nothing is ' +
        'authenticated: never decide by it whom to trust.',
    )
    .argument('[file...]', 'messages, or directories with --recursive; none, or "-", is standard input')
    .option('--verify', 'decrypt to nowhere with the keys given, and so verify all of the message')
    .option('-r, --recursive', 'look at all messages of the directories given')
    .option('--suffix <text>', 'ending of the messages in directories (else .wax)')
    .addHelpText('after', EXAMPLES)
    .action((files: string[], options: Options) => run(options, () => inspectAll(files, options, session)));
  addReportOptions(addPolicyOption(addLimitOptions(addContextOptions(addKeyOptions(command), 'decrypt'))));
}

async function inspectAll(files: string[], options: Options, session: Session): Promise<number> {
  const configuration = await configurationOf(options);
  const suffix = configuration.suffix ?? '.wax';
  const inputs = await listInputs(files, {
    ...options,
    signal: session.signal,
    accepts: (name) => name.endsWith(suffix),
  });
  if (inputs.some(({ path }) => path === STANDARD)) {
    refuseTerminal(session.terminal.stdin, 'nothing to inspect: name messages, or pipe one in');
  }
  const jobs = inputs.map((input) => ({ input, target: STANDARD, makesFolder: false }));
  if (!options.verify) {
    return runJobs(jobs, session, async ({ input }) => answer(await look(input.path, options, session), session));
  }
  const { keys, close } = await openKeys(configuration, session, 'decrypt');
  try {
    const asking = withRequiredContext(keys, configuration);
    return await runJobs(jobs, session, async ({ input }) => {
      answer(await verify(input.path, asking, configuration, options, session), session);
    });
  } finally {
    await close();
  }
}

function answer(facts: Inspection, { reporter }: Session): void {
  reporter.answer({ command: 'inspect', ...facts }, formatInspection(facts));
}

async function look(path: string, options: Options, session: Session): Promise<Inspection> {
  const source = await openSource(path, session);
  // Pipes have no positions to read at.
  if (source.size === undefined) {
    return inspectionOf(path, await readStreamHeader(source.open(), options, session.signal));
  }
  const file = await open(path, 'r');
  try {
    const header = await readFileHeader(file, options);
    const size = await measureMessage(file, (await file.stat()).size, header);
    return { ...inspectionOf(path, header), size, complete: size !== undefined };
  } finally {
    await file.close();
  }
}

async function verify(
  path: string,
  keys: Keyring | MaterialsManager,
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<Inspection> {
  const { name, size, open: openStream } = await openSource(path, session);
  const stage = decryptStream(keys, decryptOptions(configuration, options, session));
  const stream = openStream();
  countBytes(stream, session.reporter.progress(name, size));
  await pipeline([stream, stage, nowhere()], { signal: session.signal });
  session.reporter.endProgress();
  const [header, encryptionContext] = await Promise.all([stage.header, stage.encryptionContext]);
  const facts = inspectionOf(path, header, encryptionContext);
  return { ...facts, verified: true, size: await sizeOf(path, header), complete: true };
}

async function sizeOf(path: string, header: MessageHeader): Promise<MessageSize | undefined> {
  if (path === STANDARD) return undefined;
  const file = await open(path, 'r');
  try {
    const stats = await file.stat();
    return stats.isFile() ? await measureMessage(file, stats.size, header) : undefined;
  } finally {
    await file.close();
  }
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, callback) => callback() });
}
