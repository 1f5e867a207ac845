// What inspect and explain know of a message, as JSON and as text.

import type { EncryptionContext, MessageHeader } from 'waxseal';
import { type DataKeyDescription, describeDataKey } from './data-key-description.ts';
import { formatExactBytes } from './format-bytes.ts';
import type { MessageSize } from './message-size.ts';
import { formatSuite } from './option-parsers.ts';
import { printable } from './printable-text.ts';

/** The facts of one message. */
export type Inspection = {
  readonly input: string;
  /** Whether all of the message was verified with keys. */
  readonly verified: boolean;
  readonly version: 1 | 2;
  readonly suite: string;
  readonly suiteName: string;
  readonly committing: boolean;
  readonly signed: boolean;
  readonly contentType: MessageHeader['contentType'];
  readonly frameLength: number;
  readonly headerLength: number;
  readonly messageId: string;
  readonly encryptionContext: EncryptionContext;
  readonly encryptedDataKeys: readonly DataKeyDescription[];
  /** Sizes; undefined where the whole message is not at hand. */
  readonly size?: MessageSize | undefined;
  /** False when the parts of the message don't fit together. */
  readonly complete?: boolean | undefined;
};

/** @param encryptionContext - All that was authenticated, where it was; else the pairs that the header stores. */
export function inspectionOf(
  input: string,
  header: MessageHeader,
  encryptionContext: EncryptionContext = header.encryptionContext,
): Inspection {
  const { algorithmSuite: suite, contentType, frameLength, headerLength, version } = header;
  return {
    input,
    verified: false,
    version,
    suite: formatSuite(suite.id),
    suiteName: suite.name,
    committing: suite.committing,
    signed: suite.signature !== undefined,
    contentType,
    frameLength,
    headerLength,
    messageId: Buffer.from(header.messageId).toString('hex'),
    encryptionContext,
    encryptedDataKeys: header.encryptedDataKeys.map(describeDataKey),
  };
}

/** @returns The facts as a block of lines. */
export function formatInspection(facts: Inspection): string {
  const lines = [
    facts.input === '-' ? 'standard input' : printable(facts.input),
    ...row('verified', [verdict(facts)]),
    ...row('format', [`version ${facts.version}, ${framing(facts)}`]),
    ...row('suite', [`${facts.suite} ${facts.suiteName}`, properties(facts)]),
    ...row('message id', [facts.messageId]),
    ...row('context', contextLines(facts.encryptionContext)),
    ...facts.encryptedDataKeys.flatMap((key, index) => row(`data key ${index + 1}`, [formatDataKey(key)])),
    ...row('sizes', sizeLines(facts)),
  ];
  return lines.join('\n');
}

/** @returns Lines under one label. */
export function row(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => `  ${(index === 0 ? label : '').padEnd(11)} ${line}`);
}

/** @returns Such as `aws-kms arn:aws:kms:…`. */
export function formatDataKey({ providerId, key, wrappedLength }: DataKeyDescription): string {
  return `${printable(providerId)} ${printable(key)} (${wrappedLength} bytes)`;
}

function verdict({ verified, signed }: Inspection): string {
  if (verified) return `yes: every frame is authentic under your keys${signed ? ', and the signature is right' : ''}`;
  return 'no: anybody could have written this (--verify checks it with your keys)';
}

function framing({ contentType, frameLength }: Inspection): string {
  return contentType === 'framed' ? `frames of ${formatExactBytes(frameLength)}` : 'non-framed';
}

function properties({ committing, signed }: Inspection): string {
  return `${committing ? 'commits to its key' : 'no key commitment'}, ${signed ? 'signed' : 'not signed'}`;
}

function contextLines(context: EncryptionContext): string[] {
  const pairs = Object.entries(context).map(([key, value]) => `${printable(key)} = ${printable(value)}`);
  return pairs.length === 0 ? ['none'] : pairs;
}

function sizeLines({ size, complete, headerLength }: Inspection): string[] {
  if (complete === false) return ['the parts do not fit together: the message was cut, lengthened or is not finished'];
  if (size === undefined) return [`header ${formatExactBytes(headerLength)}`];
  const frames = size.frames === 1 ? '1 frame' : `${size.frames.toLocaleString('en-US')} frames`;
  const footer = size.footerLength === 0 ? '' : `, signature ${size.footerLength}`;
  return [
    `message ${formatExactBytes(size.messageLength)}: header ${size.headerLength}, ${frames}${footer}`,
    `plaintext ${formatExactBytes(size.plaintextLength)}`,
  ];
}
