import type { FileHandle } from 'node:fs/promises';
import type { EncryptionContext } from '../encryption-context.ts';
import { DecryptionFailedError } from '../errors.ts';
import { FOOTER_HEAD_LENGTH } from '../format/frame-layout.ts';
import type { MessageHeader } from '../format/message-header.ts';
import { DEFAULT_MAX_STREAM_FRAME_LENGTH } from '../limits.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { checkDecryptOptions, type DecryptOptions, type DecryptSettings } from '../message-options.ts';
import { type AuthenticatedHeader, authenticateHeader } from '../stream/authenticate-header.ts';
import { BodyOpener, plaintextTooLong } from '../stream/body-opener.ts';
import { FrameBatches } from '../stream/frame-batches.ts';
import { FrameOpener } from '../stream/frame-opener.ts';
import { type MessageStart, type MessageTail, readMessageStart, readMessageTail } from '../stream/read-message-ends.ts';
import { createLocalVerifyingSink } from '../stream/signature-sink.ts';
import { convertFile, type FileConversion } from './convert-file.ts';
import { checkFileOptions, type FileOptions, type FileSettings } from './file-options.ts';
import { fileSource, readUpTo, writeAll } from './file-source.ts';
import { countFileThreads, runInFileThreads } from './file-threads.ts';
import { type FileWork, openFileHere } from './file-work.ts';
import { createVerifyingThread, usesSignatureThread } from './signature-thread.ts';

/** Options of `decryptFile`. */
export type DecryptFileOptions = DecryptOptions & FileOptions;

/** What `decryptFile` gives. */
export type DecryptFileResult = {
  readonly header: MessageHeader;
  /** Everything that was authenticated. */
  readonly encryptionContext: EncryptionContext;
  /** Length of the source. */
  readonly bytesRead: number;
  /** Length of the target. */
  readonly bytesWritten: number;
  /** How many threads worked. */
  readonly parallelism: number;
};

type Opened = { readonly bytesWritten: number; readonly parallelism: number };

const CHUNK_LENGTH = 1_048_576;

/**
 * Decrypts a file into another one, which appears under its name only when every frame, and the signature if there is one,
 * is verified, and all of it is on the disk.
 *
 * Until then it lies beside the target as `.waxseal-<16 hex digits>.tmp`; a process that is killed leaves that behind. The
 * target belongs to its owner alone (mode 0600). Holds about four frames, or 4 MiB, in memory for each thread.
 *
 * @param from - A regular file; that it changes meanwhile is an error.
 * @param to - Must not exist unless `overwrite` is given; a symbolic link is replaced, not followed.
 * @param options - `maxFrameLength` is 64 MiB unless given.
 * @throws The file system's error (`code` ENOENT, EACCES, EISDIR, EEXIST, ENOSPC …); TypeError when both are the same file;
 *   else as `decrypt`. The target is then as it was before.
 */
export async function decryptFile(
  keys: Keyring | MaterialsManager,
  from: string | URL,
  to: string | URL,
  options: DecryptFileOptions = {},
): Promise<DecryptFileResult> {
  const settings = checkDecryptOptions(options, DEFAULT_MAX_STREAM_FRAME_LENGTH);
  const fileSettings = checkFileOptions(options);
  return convertFile(from, to, fileSettings.overwrite, async (files) => {
    const source = fileSource(files.source, files.sourceLength);
    const start = await readMessageStart(source, settings, settings.signal ?? NEVER);
    const message = await authenticateHeader(start.decoded, keys, settings);
    const isFramed = message.header.contentType === 'framed';
    const opened = isFramed
      ? await openFramed(message, start, files, settings, fileSettings)
      : await openInOrder(message, files, settings, fileSettings);
    const { header, encryptionContext } = message;
    return { header, encryptionContext, bytesRead: files.sourceLength, ...opened };
  });
}

const NEVER: AbortSignal = new AbortController().signal;

async function openFramed(
  message: AuthenticatedHeader,
  start: MessageStart,
  { source, sourceLength, createTarget, wrote }: FileConversion,
  settings: DecryptSettings,
  { onProgress, parallelism }: FileSettings,
): Promise<Opened> {
  const { header, aead } = message;
  const tail = await readMessageTail(header, fileSource(source, sourceLength), start, settings.signal ?? NEVER);
  const { layout } = tail;
  if (layout.plaintextLength > settings.maxPlaintextLength) throw plaintextTooLong(settings.maxPlaintextLength);
  const batches = new FrameBatches(layout);
  let bytesDone = header.headerLength;
  const onBatch = (bytes: number): void => {
    bytesDone += bytes;
    wrote(bytes);
    if (bytesDone < layout.bodyEnd) onProgress({ bytesDone, bytesTotal: sourceLength });
  };
  const target = await createTarget();
  const work = { batches, source, target, sink: undefined, onBatch, signal: settings.signal };
  const threads = await (message.verificationKey === undefined ? openUnsigned : openSigned)(
    { ...message, frames: new FrameOpener(aead, header.messageId, layout) },
    tail,
    work,
    parallelism,
  );
  onProgress({ bytesDone: sourceLength, bytesTotal: sourceLength });
  return { bytesWritten: layout.plaintextLength, parallelism: threads };
}

type OpeningMessage = AuthenticatedHeader & { readonly frames: FrameOpener };

/** @returns How many threads worked. */
async function openUnsigned(
  { aead, frames, header }: OpeningMessage,
  _tail: MessageTail,
  work: FileWork,
  parallelism: number,
): Promise<number> {
  const threads = countFileThreads(aead, work.batches, parallelism);
  if (threads === 1) await openFileHere(frames, work);
  else await runInFileThreads({ ...work, kind: 'open', aead, messageId: header.messageId }, threads);
  return threads;
}

/** @returns How many threads worked. @throws DecryptionFailedError */
async function openSigned(
  message: OpeningMessage,
  { footer }: MessageTail,
  work: FileWork,
  parallelism: number,
): Promise<number> {
  const inThread = usesSignatureThread(parallelism, work.batches.layout.plaintextLength);
  const sink = (inThread ? createVerifyingThread : createLocalVerifyingSink)(message);
  if (sink === undefined) throw new DecryptionFailedError();
  try {
    await openFileHere(message.frames, { ...work, sink });
    if (!(await sink.verify(footer.subarray(FOOTER_HEAD_LENGTH)))) throw new DecryptionFailedError();
    return inThread ? 2 : 1;
  } finally {
    sink.close();
  }
}

/** A non-framed body is one piece: held in memory until it is verified. */
async function openInOrder(
  message: AuthenticatedHeader,
  { source, sourceLength, createTarget }: FileConversion,
  settings: DecryptSettings,
  { onProgress }: FileSettings,
): Promise<Opened> {
  const body = new BodyOpener(message, createLocalVerifyingSink(message), settings);
  try {
    const output: Uint8Array[] = [];
    const chunk = new Uint8Array(CHUNK_LENGTH);
    let position = message.header.headerLength;
    for (let length = -1; length !== 0; position += length) {
      settings.signal?.throwIfAborted();
      length = await readUpTo(source, chunk, position);
      await body.push(chunk.subarray(0, length), output);
      onProgress({ bytesDone: position + length, bytesTotal: sourceLength });
    }
    await body.finish(output);
    return { bytesWritten: await writePieces(await createTarget(), output), parallelism: 1 };
  } finally {
    body.close();
  }
}

async function writePieces(target: FileHandle, pieces: readonly Uint8Array[]): Promise<number> {
  let length = 0;
  for (const piece of pieces) {
    await writeAll(target, piece, length);
    length += piece.length;
  }
  return length;
}
