import type { FileHandle } from 'node:fs/promises';
import type { Signer } from '../crypto/crypto-engine.ts';
import type { MessageHeader } from '../format/message-header.ts';
import type { Keyring } from '../materials/keyring.ts';
import type { MaterialsManager } from '../materials/materials-manager.ts';
import { checkEncryptOptions, type EncryptOptions } from '../message-options.ts';
import { layoutOf } from '../stream/body-layout.ts';
import { FrameBatches } from '../stream/frame-batches.ts';
import type { FrameSealer } from '../stream/frame-sealer.ts';
import { createMessageSigner, makeFooter } from '../stream/message-signer.ts';
import { type MessageParts, startMessage } from '../stream/start-message.ts';
import { convertFile, type FileConversion } from './convert-file.ts';
import { checkFileOptions, type FileOptions, type FileSettings } from './file-options.ts';
import { readUpTo, writeAll } from './file-source.ts';
import { runBatches } from './run-batches.ts';

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
 * target belongs to its owner alone (mode 0600). Holds about four frames, or 4 MiB, in memory.
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
  { source, sourceLength, createTarget }: FileConversion,
  settings: FileSettings,
  signal: AbortSignal | undefined,
): Promise<EncryptFileResult> {
  const { header } = message;
  const signer = createMessageSigner(message);
  const target = await createTarget();
  let position = 0;
  for (const piece of message.headerBytes) {
    await writeAll(target, piece, position);
    position += piece.length;
  }
  const batches = new FrameBatches(layoutOf(header, sourceLength));
  await sealBatches(message.frames, signer, batches, source, target, settings, signal);
  const footer = signer === undefined ? new Uint8Array(0) : await makeFooter(header, signer);
  await writeAll(target, footer, batches.layout.bodyEnd);
  return {
    header,
    bytesRead: sourceLength,
    bytesWritten: batches.layout.bodyEnd + footer.length,
    parallelism: 1,
  };
}

async function sealBatches(
  frames: FrameSealer,
  signer: Signer | undefined,
  batches: FrameBatches,
  source: FileHandle,
  target: FileHandle,
  { onProgress }: FileSettings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { frameLength, finalIndex, plaintextLength } = batches.layout;
  const plaintext = [0, 1].map(() => new Uint8Array(batches.maxPlaintextLength)) as [Uint8Array, Uint8Array];
  const sealed = [0, 1].map(() => new Uint8Array(batches.maxMessageLength)) as [Uint8Array, Uint8Array];
  let bytesDone = 0;
  await runBatches(
    {
      count: batches.count,
      async read(batch, slot) {
        const start = batches.plaintextStart(batch);
        const wanted = plaintext[slot].subarray(0, batches.plaintextStart(batch + 1) - start);
        if ((await readUpTo(source, wanted, start)) < wanted.length) {
          throw new Error('the source became shorter while it was read');
        }
      },
      process(batch, slot) {
        const first = batches.firstFrame(batch);
        const end = batches.plaintextStart(batch + 1) - batches.plaintextStart(batch);
        let position = 0;
        for (let index = first; index <= batches.lastFrame(batch); index++) {
          const start = (index - first) * frameLength;
          const frame = plaintext[slot].subarray(start, Math.min(start + frameLength, end));
          position = frames.sealInto(index === finalIndex, [frame], frame.length, sealed[slot], position);
        }
        signer?.update(sealed[slot].subarray(0, position));
      },
      async write(batch, slot) {
        const start = batches.messageStart(batch);
        await writeAll(target, sealed[slot].subarray(0, batches.messageStart(batch + 1) - start), start);
        bytesDone += batches.plaintextStart(batch + 1) - batches.plaintextStart(batch);
        onProgress({ bytesDone, bytesTotal: plaintextLength });
      },
    },
    signal,
  );
  for (const buffer of plaintext) buffer.fill(0);
}
