import { concatBytes } from '../bytes.ts';
import { encodeFooter } from '../format/footer.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { checkEncryptOptions, type EncryptOptions } from '../message-options.ts';
import { layoutOf } from '../stream/body-layout.ts';
import { FrameBatches } from '../stream/frame-batches.ts';
import { createLocalSigningSink } from '../stream/signature-sink.ts';
import { type MessageParts, startMessage } from '../stream/start-message.ts';
import { convertFile, type FileConversion } from './convert-file.ts';
import { checkFileOptions, type FileOptions, type FileSettings } from './file-options.ts';
import { writeAll } from './file-source.ts';
import { countFileThreads, runInFileThreads } from './file-threads.ts';
import { type FileWork, sealFileHere } from './file-work.ts';
import { createSigningThread, usesSignatureThread } from './signature-thread.ts';

/** Options of `encryptFile`. */
export type EncryptFileOptions = EncryptOptions & FileOptions;

/** What `encryptFile` gives. */
export type EncryptFileResult = {
  readonly header: MessageHeader;
  /** Length of the source. */
  readonly bytesRead: number;
  /** Length of the target. */
  readonly bytesWritten: number;
  /** How many threads worked. */
  readonly parallelism: number;
};

/**
 * Encrypts a file into another one, which appears under its name only when it is whole and on the disk.
 *
 * Until then it lies beside the target as `.waxseal-<16 hex digits>.tmp`; a process that is killed leaves that behind. The
 * target belongs to its owner alone (mode 0600). Holds about four frames, or 4 MiB, in memory for each thread.
 *
 * @param from - A regular file; that it changes meanwhile is an error.
 * @param to - Must not exist unless `overwrite` is given; a symbolic link is replaced, not followed.
 * @throws The file system's error (`code` ENOENT, EACCES, EISDIR, EEXIST, ENOSPC …); TypeError when both are the same file;
 *   else as `encrypt`. The target is then as it was before.
 */
export async function encryptFile(
  keys: Keyring | MaterialsManager,
  from: string | URL,
  to: string | URL,
  options: EncryptFileOptions = {},
): Promise<EncryptFileResult> {
  checkEncryptOptions(options);
  const fileSettings = checkFileOptions(options);
  return convertFile(from, to, fileSettings.overwrite, async (files) => {
    const settings = checkEncryptOptions({ ...options, plaintextLength: files.sourceLength });
    const message = await startMessage(keys, settings);
    try {
      return await sealFile(message, files, fileSettings, settings.signal);
    } finally {
      message.lease.release();
    }
  });
}

async function sealFile(
  message: MessageParts,
  { source, sourceLength, createTarget, wrote }: FileConversion,
  { onProgress, parallelism }: FileSettings,
  signal: AbortSignal | undefined,
): Promise<EncryptFileResult> {
  const { header } = message;
  const target = await createTarget();
  await writeAll(target, concatBytes(message.headerBytes), 0);
  const batches = new FrameBatches(layoutOf(header, sourceLength));
  let bytesDone = 0;
  const onBatch = (bytes: number): void => {
    bytesDone += bytes;
    wrote(bytes);
    onProgress({ bytesDone, bytesTotal: sourceLength });
  };
  const work = { batches, source, target, sink: undefined, onBatch, signal };
  const { footer, threads } = await (message.signingKey === undefined ? sealUnsigned : sealSigned)(
    message,
    work,
    parallelism,
  );
  await writeAll(target, footer, batches.layout.bodyEnd);
  const bytesWritten = batches.layout.bodyEnd + footer.length;
  return { header, bytesRead: sourceLength, bytesWritten, parallelism: threads };
}

type Sealed = { readonly footer: Uint8Array; readonly threads: number };

async function sealUnsigned(message: MessageParts, work: FileWork, parallelism: number): Promise<Sealed> {
  const { aead, frames, header } = message;
  const threads = countFileThreads(aead, work.batches, parallelism);
  if (threads === 1) await sealFileHere(frames, work);
  else await runInFileThreads({ ...work, kind: 'seal', aead, messageId: header.messageId }, threads);
  return { footer: new Uint8Array(0), threads };
}

async function sealSigned(message: MessageParts, work: FileWork, parallelism: number): Promise<Sealed> {
  const inThread = usesSignatureThread(parallelism, work.batches.layout.plaintextLength);
  const sink = (inThread ? createSigningThread : createLocalSigningSink)(message);
  if (sink === undefined) throw new TypeError('the materials have no signing key');
  try {
    await sealFileHere(message.frames, { ...work, sink });
    const signature = await sink.sign(message.header.algorithmSuite.signature?.signatureLength ?? 0);
    return { footer: encodeFooter(signature), threads: inThread ? 2 : 1 };
  } finally {
    sink.close();
  }
}
