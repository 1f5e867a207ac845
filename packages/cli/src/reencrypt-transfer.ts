// One message into another, in bounded memory.

import { pipeline } from 'node:stream/promises';
import {
  type DecryptOptions,
  type DecryptStream,
  decryptStream,
  type EncryptOptions,
  type EncryptStream,
  encryptStream,
  type Keyring,
  type MaterialsManager,
  type MessageHeader,
  RequiredContextMaterialsManager,
} from 'waxseal';
import type { Session } from './session.ts';
import { type ByteSource, countBytes, type Destination, type TransferResult, throughSink } from './transfer.ts';

/** Old and new side of a re-encryption. */
export type Reencryption = {
  readonly fromKeys: Keyring | MaterialsManager;
  readonly toKeys: Keyring | MaterialsManager;
  readonly decryptOptions: DecryptOptions;
  readonly encryptOptions: EncryptOptions;
};

/**
 * Decrypts a message and encrypts its plaintext anew on the way, with the context of the old one: what was bound without
 * being stored stays so.
 *
 * @returns With the header of the new message. The output is kept only when all of the old message was verified.
 */
export async function reencryptTransfer(
  source: ByteSource,
  reencryption: Reencryption,
  destination: Destination,
  session: Session,
): Promise<TransferResult & { readonly header: MessageHeader }> {
  const { signal } = session;
  return throughSink(destination, session, async (sink) => {
    let bytesWritten = (): number => 0;
    const opening = decryptStream(reencryption.fromKeys, reencryption.decryptOptions);
    const stream = source.open();
    const bytesRead = countBytes(stream, session.reporter.progress(source.name, source.size));
    const reading = pipeline([stream, opening], { signal });
    const writing = startSealing(opening, reencryption, signal).then(async (sealing) => {
      bytesWritten = countBytes(sealing);
      await pipeline([opening, sealing, sink.stream], { signal });
      return sealing.header;
    });
    const header = await bothOf(reading, writing);
    return { header, bytesRead: bytesRead(), bytesWritten: bytesWritten() };
  });
}

/** The stream of the new message: made when the old header is verified, since its context is the new one's. */
async function startSealing(
  opening: DecryptStream,
  { toKeys, encryptOptions }: Reencryption,
  signal: AbortSignal,
): Promise<EncryptStream> {
  const [header, encryptionContext] = await Promise.all([opening.header, opening.encryptionContext]);
  const carried = Object.entries(encryptionContext).filter(([key]) => !key.startsWith('aws-crypto-'));
  const unstored = carried.map(([key]) => key).filter((key) => !Object.hasOwn(header.encryptionContext, key));
  const keys =
    unstored.length === 0 ? toKeys : new RequiredContextMaterialsManager({ source: toKeys, requiredKeys: unstored });
  const options = { ...encryptOptions, encryptionContext: Object.fromEntries(carried), signal };
  try {
    return encryptStream(keys, options);
  } catch (error) {
    opening.destroy(error as Error);
    throw error;
  }
}

/** Waits for both halves; of two failures the one that did not merely follow from the other counts. */
async function bothOf<Result>(reading: Promise<void>, writing: Promise<Result>): Promise<Result> {
  const [read, written] = await Promise.allSettled([reading, writing]);
  if (read.status === 'fulfilled' && written.status === 'fulfilled') return written.value;
  const reasons = [written, read].flatMap((half) => (half.status === 'rejected' ? [half.reason as Error] : []));
  throw reasons.find((reason) => !isConsequence(reason)) ?? reasons[0];
}

function isConsequence(reason: NodeJS.ErrnoException): boolean {
  return reason.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
