// waxseal cat

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import { type DecryptOptions, type Keyring, type MaterialsManager, openFile } from 'waxseal';
import {
  addContextOptions,
  addKeyOptions,
  addLimitOptions,
  addPolicyOption,
  addReportOptions,
  configurationOf,
} from '../command-options.ts';
import { ExitCode } from '../exit-code.ts';
import { workingOn } from '../input-error.ts';
import { assertRegularFile, STANDARD } from '../input-files.ts';
import { openKeys } from '../keys/open-keys.ts';
import { decryptOptions, type OpeningOptions, withRequiredContext } from '../message-options.ts';
import { type ByteRange, parseRange } from '../option-parsers.ts';
import type { Session } from '../session.ts';
import { throughSink } from '../transfer.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSession } from './command-session.ts';

type Options = OpeningOptions & {
  readonly range?: ByteRange;
  readonly acceptUnsignedRanges?: boolean;
  readonly buffer?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
};

const EXAMPLES = `
Examples:
  $ waxseal cat --local --range 0-100 report.pdf.wax        the first 100 bytes
  $ waxseal cat --local --range 1000000- video.mp4.wax | ffplay -

A signed message (the default suite) needs --accept-unsigned-ranges: each frame is verified, but the signature covers the
whole message and is not checked.`;

/** Adds `waxseal cat`. */
export function addCatCommand(program: Command, { session, run }: CommandSession): void {
  const range = new Option('--range <start-end>', 'bytes of the plaintext, the end exclusive; "START-" for the rest');
  const command = program
    .command('cat')
    .summary('print a part of a message, without decrypting the rest')
    .description(
      'Prints a part of the plaintext. Only the frames that hold it are read and verified, and the final one.',
    )
    .argument('<file>', 'a message in a file')
    .addOption(range.argParser(parseRange))
    .option('--accept-unsigned-ranges', 'read parts of a signed message, whose signature is then not checked')
    .option('--buffer', 'hold standard output back, in memory, until all that was asked for is verified')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: Options) => run(options, () => printRange(file, options, session)));
  addReportOptions(addPolicyOption(addLimitOptions(addContextOptions(addKeyOptions(command), 'decrypt'))));
}

async function printRange(file: string, options: Options, session: Session): Promise<number> {
  if (file === STANDARD) throw new UsageError('cat reads parts of a file: standard input has no parts (use decrypt)');
  const configuration = await configurationOf(options);
  await workingOn(file, session.signal, () => assertRegularFile(file, 'cat reads parts of it (use decrypt)'));
  session.reporter.reserveStdout();
  const { keys, close } = await openKeys(configuration, session, 'decrypt');
  const opening = decryptOptions(configuration, options, session);
  try {
    const asking = withRequiredContext(keys, configuration);
    await workingOn(file, session.signal, () => copyRange(file, asking, opening, options, session));
  } finally {
    await close();
  }
  return ExitCode.OK;
}

async function copyRange(
  file: string,
  keys: Keyring | MaterialsManager,
  opening: DecryptOptions,
  { acceptUnsignedRanges, range = { start: 0, end: undefined }, buffer }: Options,
  session: Session,
): Promise<void> {
  const reader = await openFile(keys, file, { ...opening, acceptUnsignedRanges });
  try {
    const { start, end = reader.plaintextLength } = range;
    const { signal } = session;
    await throughSink({ target: STANDARD, buffer }, session, (sink) => {
      const part = reader.stream({ start, end }) as Parameters<typeof Readable.fromWeb>[0];
      return pipeline(Readable.fromWeb(part), sink.stream, { signal });
    });
  } finally {
    await reader.close();
  }
}
