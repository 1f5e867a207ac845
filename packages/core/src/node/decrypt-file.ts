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
import { type MessageStart, readMessageStart, readMessageTail } from '../stream/read-message-ends.ts';
import { convertFile, type FileConversion } from './convert-file.ts';
import { checkFileOptions, type FileOptions, type FileSettings } from './file-options.ts';
import { fileSource, readUpTo, writeAll } from './file-source.ts';
import { runBatches } from './run-batches.ts';

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

const CHUNK_LENGTH = 1_048_576;

/**
 * Decrypts a file into another one, which appears under its name only when every frame, and the signature if there is one,
 * is verified, and all of it is on the disk.
 *
 * Until then it lies beside the target as `.waxseal-<16 hex digits>.tmp`; a process that is killed leaves that behind. The
 * target belongs to its owner alone (mode 0600). Holds about four frames, or 4 MiB, in memory.
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
    const signal = settings.signal ?? new AbortController().signal;
    const start = await readMessageStart(fileSource(files.source, files.sourceLength), settings, signal);
    const message = await authenticateHeader(start.decoded, keys, settings);
    const bytesWritten =
      message.header.contentType === 'framed'
        ? await openFramed(message, start, files, settings, fileSettings)
        : await openInOrder(message, files, settings, fileSettings);
    const { header, encryptionContext } = message;
    return { header, encryptionContext, bytesRead: files.sourceLength, bytesWritten, parallelism: 1 };
  });
}

/** @returns Bytes of plaintext. */
async function openFramed(
  message: AuthenticatedHeader,
  start: MessageStart,
  { source, sourceLength, createTarget }: FileConversion,
  settings: DecryptSettings,
  fileSettings: FileSettings,
): Promise<number> {
  const { header, aead, verifier } = message;
  const signal = settings.signal ?? new AbortController().signal;
  const { layout, footer } = await readMessageTail(header, fileSource(source, sourceLength), start, signal);
  if (layout.plaintextLength > settings.maxPlaintextLength) throw plaintextTooLong(settings.maxPlaintextLength);
  const frames = new FrameOpener(aead, header.messageId, layout);
  const onProgress = (bytesDone: number): void => fileSettings.onProgress({ bytesDone, bytesTotal: sourceLength });
  await openBatches(frames, verifier, source, await createTarget(), onProgress, settings.signal);
  if (verifier !== undefined && !(await verifier.verify(footer.subarray(FOOTER_HEAD_LENGTH)))) {
    throw new DecryptionFailedError();
  }
  onProgress(sourceLength);
  return layout.plaintextLength;
}

async function openBatches(
  frames: FrameOpener,
  verifier: AuthenticatedHeader['verifier'],
  source: FileHandle,
  target: FileHandle,
  onProgress: (bytesDone: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const batches = new FrameBatches(frames.layout);
  const { frameLength, bodyEnd } = frames.layout;
  const sealed = [0, 1].map(() => new Uint8Array(batches.maxMessageLength)) as [Uint8Array, Uint8Array];
  const plaintext = [0, 1].map(() => new Uint8Array(batches.maxPlaintextLength)) as [Uint8Array, Uint8Array];
  const messageLength = (batch: number): number => batches.messageStart(batch + 1) - batches.messageStart(batch);
  let bytesDone = batches.messageStart(0);
  await runBatches(
    {
      count: batches.count,
      async read(batch, slot) {
        const wanted = sealed[slot].subarray(0, messageLength(batch));
        if ((await readUpTo(source, wanted, batches.messageStart(batch))) < wanted.length) {
          throw new Error('the source became shorter while it was read');
        }
      },
      process(batch, slot) {
        const first = batches.firstFrame(batch);
        for (let index = first; index <= batches.lastFrame(batch); index++) {
          const offset = frames.layout.frameStart(index) - frames.layout.frameStart(first);
          frames.openInto(index, sealed[slot], offset, plaintext[slot], (index - first) * frameLength);
        }
        verifier?.update(sealed[slot].subarray(0, messageLength(batch)));
      },
      async write(batch, slot) {
        const start = batches.plaintextStart(batch);
        await writeAll(target, plaintext[slot].subarray(0, batches.plaintextStart(batch + 1) - start), start);
        bytesDone += messageLength(batch);
        if (bytesDone < bodyEnd) onProgress(bytesDone);
      },
    },
    signal,
  );
  for (const buffer of plaintext) buffer.fill(0);
}

/** A non-framed body is one piece: held in memory until it is verified. */
async function openInOrder(
  message: AuthenticatedHeader,
  { source, sourceLength, createTarget }: FileConversion,
  settings: DecryptSettings,
  { onProgress }: FileSettings,
): Promise<number> {
  const body = new BodyOpener(message, settings);
  try {
    const output: Uint8Array[] = [];
    const chunk = new Uint8Array(CHUNK_LENGTH);
    let position = message.header.headerLength;
    for (let length = -1; length !== 0; position += length) {
      settings.signal?.throwIfAborted();
      length = await readUpTo(source, chunk, position);
      body.push(chunk.subarray(0, length), output);
      onProgress({ bytesDone: position + length, bytesTotal: sourceLength });
    }
    await body.finish(output);
    const target = await createTarget();
    let written = 0;
    for (const piece of output) {
      await writeAll(target, piece, written);
      written += piece.length;
    }
    return written;
  } finally {
    body.close();
  }
}
