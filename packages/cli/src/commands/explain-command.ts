// waxseal explain

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  ContextMismatchError,
  type DataKeyAttempt,
  DataKeyUnavailableError,
  decryptStream,
  type MessageHeader,
} from 'waxseal';
import {
  addContextOptions,
  addKeyOptions,
  addLimitOptions,
  addPolicyOption,
  addReportOptions,
  configurationOf,
} from '../command-options.ts';
import type { Configuration } from '../configuration.ts';
import { compareContext, formatContextRemark } from '../context-comparison.ts';
import { describeDataKey } from '../data-key-description.ts';
import { describeError, reportError } from '../describe-error.ts';
import { ExitCode, exitCodeOf } from '../exit-code.ts';
import { workingOn } from '../input-error.ts';
import { assertRegularFile, STANDARD } from '../input-files.ts';
import { formatDataKey, inspectionOf, row } from '../inspection.ts';
import { compareKeys } from '../key-comparison.ts';
import { type OpenKeys, openKeys } from '../keys/open-keys.ts';
import { allPairs, decryptOptions, type OpeningOptions, withRequiredContext } from '../message-options.ts';
import { type MessageSize, measureMessage } from '../message-size.ts';
import { printable } from '../printable-text.ts';
import { readFileHeader } from '../read-header.ts';
import type { Session } from '../session.ts';
import { UsageError } from '../usage-error.ts';
import type { CommandSession } from './command-session.ts';

type Options = OpeningOptions & { readonly quiet?: boolean; readonly json?: boolean };

const EXAMPLES = `
Example:
  $ waxseal explain --kms-key arn:aws:kms:… --context tenant=acme report.pdf.wax

Calls KMS where a key fits, as decrypt would. The exit code is the one that decrypt would give for the header.`;

/** Adds `waxseal explain`. */
export function addExplainCommand(program: Command, { session, run }: CommandSession): void {
  const command = program
    .command('explain')
    .summary("say why a message can't be opened with these keys")
    .description(
      'Compares each encrypted data key of a message with the keys given, and the context with the pairs given, then ' +
        'tries to open the header: which key, Region, account or context key stands in the way.',
    )
    .argument('<file>', 'a message in a file')
    .addHelpText('after', EXAMPLES)
    .action((file: string, options: Options) => run(options, () => explain(file, options, session)));
  addReportOptions(addPolicyOption(addLimitOptions(addContextOptions(addKeyOptions(command), 'decrypt'))));
}

async function explain(file: string, options: Options, session: Session): Promise<number> {
  if (file === STANDARD) throw new UsageError('explain reads a file, not standard input');
  const configuration = await configurationOf(options);
  const { header, size } = await workingOn(file, session.signal, () => lookAt(file, options));
  const open = await openKeys(configuration, session, 'decrypt');
  try {
    const failure = await tryHeader(file, open, configuration, options, session);
    session.signal.throwIfAborted();
    const parts = { file, header, size, configuration, kmsKeyArns: open.kmsKeyArns, failure };
    session.reporter.answer(explanationFacts(parts), explanationText(parts));
    return failure === undefined ? exitOfSize(size) : exitCodeOf(failure);
  } finally {
    await open.close();
  }
}

/** A cut message can't be opened, though its header can. */
function exitOfSize(size: MessageSize | undefined): number {
  return size === undefined ? ExitCode.INVALID : ExitCode.OK;
}

async function lookAt(
  path: string,
  options: Options,
): Promise<{ readonly header: MessageHeader; readonly size: MessageSize | undefined }> {
  await assertRegularFile(path, 'explain reads it twice');
  const file = await open(path, 'r');
  try {
    const header = await readFileHeader(file, options);
    return { header, size: await measureMessage(file, (await file.stat()).size, header) };
  } finally {
    await file.close();
  }
}

/** Opens the header and no more. @returns What stood in the way. */
async function tryHeader(
  path: string,
  { keys }: OpenKeys,
  configuration: Configuration,
  options: Options,
  session: Session,
): Promise<unknown> {
  const source = createReadStream(path);
  const stage = decryptStream(
    withRequiredContext(keys, configuration),
    decryptOptions(configuration, options, session),
  );
  // What fails behind the header is not the question.
  source.on('error', (error) => stage.destroy(error));
  stage.on('error', () => {});
  source.pipe(stage);
  try {
    await stage.header;
    return undefined;
  } catch (error) {
    return error;
  } finally {
    source.destroy();
    stage.destroy();
  }
}

type Parts = {
  readonly file: string;
  readonly header: MessageHeader;
  readonly size: MessageSize | undefined;
  readonly configuration: Configuration;
  readonly kmsKeyArns: readonly string[];
  readonly failure: unknown;
};

function explanationFacts({ file, header, size, configuration, kmsKeyArns, failure }: Parts): Record<string, unknown> {
  const { suite, suiteName, encryptedDataKeys } = inspectionOf(file, header);
  return {
    command: 'explain',
    input: file,
    suite,
    suiteName,
    complete: size !== undefined,
    encryptedDataKeys: encryptedDataKeys.map((key) => ({ ...key, ...compareKeys(key, configuration, kmsKeyArns) })),
    context: compareContext(allPairs(configuration), header.encryptionContext),
    storedContextKeys: Object.keys(header.encryptionContext),
    attempts: attemptsOf(failure).map(({ keyring, key, cause }) => ({ keyring, key, error: describeError(cause) })),
    opens: failure === undefined && size !== undefined,
    ...(failure === undefined ? {} : { error: reportError(failure) }),
  };
}

function explanationText({ file, header, size, configuration, kmsKeyArns, failure }: Parts): string {
  const stored = Object.keys(header.encryptionContext).map(printable).join(', ');
  const remarks = compareContext(allPairs(configuration), header.encryptionContext).map(formatContextRemark);
  const attempts = attemptsOf(failure).map(({ key, cause }) => `${printable(key)}: ${describeError(cause)}`);
  const dataKeys = header.encryptedDataKeys.map(describeDataKey).flatMap((key, index) => {
    const { fits, remarks: lines } = compareKeys(key, configuration, kmsKeyArns);
    return row(`data key ${index + 1}`, [formatDataKey(key), ...lines.map((line) => `${fits ? '' : '✗ '}${line}`)]);
  });
  return [
    printable(file),
    ...dataKeys,
    ...row('context', [`keys stored: ${stored === '' ? 'none' : stored}`, ...remarks]),
    ...row('tried', attempts),
    ...row('result', [resultOf(size, failure)]),
  ].join('\n');
}

function resultOf(size: MessageSize | undefined, failure: unknown): string {
  if (failure !== undefined) return `can't be opened: ${describeError(failure)}`;
  if (size !== undefined) return 'the header opens with these keys (inspect --verify checks the rest)';
  return "the header opens, but the message was cut, lengthened or is not finished: it can't be opened";
}

/** A mismatch of the context has the failed attempts as its cause. */
function attemptsOf(failure: unknown): readonly DataKeyAttempt[] {
  if (failure instanceof DataKeyUnavailableError) return failure.attempts;
  return failure instanceof ContextMismatchError ? attemptsOf(failure.cause) : [];
}
