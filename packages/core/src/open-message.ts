import { decodeDerSignature } from './crypto/der-signature.ts';
import { ecdsaCurves } from './crypto/ecdsa-curves.ts';
import { DecryptionFailedError, PolicyViolationError, UnsupportedMessageError } from './errors.ts';
import { FOOTER_HEAD_LENGTH } from './format/frame-layout.ts';
import type { MessageHeader } from './format/message-header.ts';
import { DEFAULT_MAX_STREAM_FRAME_LENGTH } from './limits.ts';
import type { Keyring } from './materials/keyring.ts';
import type { MaterialsManager } from './materials/materials-manager.ts';
import { checkDecryptOptions, type DecryptOptions } from './message-options.ts';
import { type AuthenticatedHeader, authenticateHeader } from './stream/authenticate-header.ts';
import { plaintextTooLong } from './stream/body-opener.ts';
import { FrameOpener } from './stream/frame-opener.ts';
import { FramedMessageReader, type MessageReader } from './stream/message-reader.ts';
import { type MessageSource, type RangedSource, toRangedSource } from './stream/message-source.ts';
import { type MessageStart, readMessageStart, readMessageTail } from './stream/read-message-ends.ts';

/** Options of random access. */
export type OpenMessageOptions = DecryptOptions & {
  /**
   * Opens a message of a signing suite as well: its frames are authentic under the data key, but that the whole was signed
   * is not checked. False unless given.
   */
  readonly acceptUnsignedRanges?: boolean | undefined;
};

/**
 * Opens a message for random access: verifies its header, and its final frame, so that the length of the plaintext is
 * authentic and a message that was cut or lengthened is refused here.
 *
 * Reads the source twice: the first 64 KiB, and the final frame; once more for a longer header, and only once for a message
 * of up to 64 KiB.
 *
 * @param source - The whole message, or what reads parts of it. It must not change before the reader is closed.
 * @param options - `signal` governs the opening and every read until `close`; `maxFrameLength` is 64 MiB unless given.
 * @returns A reader; the caller closes it.
 * @throws UnsupportedMessageError for a non-framed message, which can only be verified as a whole; PolicyViolationError for a
 *   signed one without `acceptUnsignedRanges`; MalformedMessageError for one that was cut or lengthened; else as `decrypt`.
 */
export async function openMessage(
  keys: Keyring | MaterialsManager,
  source: MessageSource,
  options: OpenMessageOptions = {},
): Promise<MessageReader> {
  return openRangedSource(keys, toRangedSource(source), options, async () => {});
}

/**
 * As `openMessage`, for a source that has to be freed.
 *
 * @param onClose - Called once, when the reader is closed; not when opening fails.
 */
export async function openRangedSource(
  keys: Keyring | MaterialsManager,
  source: RangedSource,
  options: OpenMessageOptions,
  onClose: () => Promise<void>,
): Promise<MessageReader> {
  const settings = checkDecryptOptions(options, DEFAULT_MAX_STREAM_FRAME_LENGTH);
  const signal = settings.signal ?? new AbortController().signal;
  const start = await readMessageStart(source, settings, signal);
  assertRandomAccess(start.decoded.header, options.acceptUnsignedRanges ?? false);
  const message = await authenticateHeader(start.decoded, keys, settings);
  const frames = await verifyEnd(message, source, start, signal);
  const { maxPlaintextLength } = settings;
  if (frames.layout.plaintextLength > maxPlaintextLength) throw plaintextTooLong(maxPlaintextLength);
  const { header, encryptionContext } = message;
  return new FramedMessageReader({ header, encryptionContext, frames, source, signal: settings.signal, onClose });
}

function assertRandomAccess(header: MessageHeader, acceptUnsignedRanges: boolean): void {
  if (header.contentType !== 'framed') {
    throw new UnsupportedMessageError(
      'the message is not framed: it can only be verified as a whole, use decrypt or decryptStream',
    );
  }
  if (header.algorithmSuite.signature !== undefined && !acceptUnsignedRanges) {
    throw new PolicyViolationError(
      'the message is signed, and ranges are not checked against its signature: pass acceptUnsignedRanges: true, or decrypt the whole',
    );
  }
}

/** Verifies the final frame, and that the source ends behind it, or behind the footer. */
async function verifyEnd(
  message: AuthenticatedHeader,
  source: RangedSource,
  start: MessageStart,
  signal: AbortSignal,
): Promise<FrameOpener> {
  const { header } = message;
  const { layout, bytes, footer } = await readMessageTail(header, source, start, signal);
  const frames = new FrameOpener(message.aead, header.messageId, layout);
  frames.open(layout.finalIndex, bytes, 0, []);
  assertSignatureForm(header, footer);
  return frames;
}

/** A signature that is not even well formed shows that the footer was tampered with. */
function assertSignatureForm(header: MessageHeader, footer: Uint8Array): void {
  const { signature } = header.algorithmSuite;
  if (signature === undefined) return;
  const isWellFormed = decodeDerSignature(ecdsaCurves[signature.curve], footer.subarray(FOOTER_HEAD_LENGTH));
  if (isWellFormed === undefined) throw new DecryptionFailedError();
}
