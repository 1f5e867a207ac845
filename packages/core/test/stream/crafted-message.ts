// Messages that waxseal reads and does not write: other shapes of exact multiples, non-framed bodies.

import { engine } from '#engine';
import { concatBytes } from '../../src/bytes.ts';
import { deriveMessageKeys } from '../../src/crypto/message-keys.ts';
import { BodyAad } from '../../src/format/body-aad.ts';
import { encodeHeaderBody } from '../../src/format/header-encoder.ts';
import { algorithmSuites } from '../../src/index.ts';
import { FrameSealer } from '../../src/stream/frame-sealer.ts';

/** The key that `FakeKeyring` knows. */
const DATA_KEY = new Uint8Array(32).fill(42);
const ENTRY = { providerId: 'fake', providerInfo: new Uint8Array([1]), ciphertext: new Uint8Array([2, 3]) };

/** An unsigned version 2 message whose frames are those given; the last is the final one, and may be empty. */
export function craftFramed(frames: readonly Uint8Array[], frameLength: number): Uint8Array {
  const { header, aead, messageId } = craftHeader(frameLength);
  const sealer = new FrameSealer(aead, messageId);
  const output = [...header];
  frames.forEach((frame, index) => {
    if (index < frames.length - 1) sealer.seal([frame], frame.length, output);
    else sealer.sealFinal([frame], frame.length, output);
  });
  return concatBytes(output);
}

/** An unsigned version 2 message with a non-framed body. */
export function craftNonFramed(plaintext: Uint8Array): Uint8Array {
  const { header, aead, messageId } = craftHeader(0);
  const iv = new Uint8Array(12);
  iv[11] = 1;
  const length = new DataView(new ArrayBuffer(8));
  length.setUint32(4, plaintext.length);
  const body: Uint8Array[] = [];
  const tag = aead.seal(iv, new BodyAad(messageId).encode('nonFramed', 1, plaintext.length), [plaintext], body);
  return concatBytes([...header, iv, new Uint8Array(length.buffer), ...body, tag]);
}

function craftHeader(frameLength: number) {
  const suite = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
  const messageId = engine.randomBytes(32);
  const { aead, commitment } = deriveMessageKeys(engine, suite, DATA_KEY, messageId);
  const body = encodeHeaderBody({
    algorithmSuite: suite,
    messageId,
    encryptionContext: {},
    encryptedDataKeys: [ENTRY],
    frameLength,
    commitment,
  });
  if (frameLength === 0) body[body.length - 32 - 4 - 1] = 1;
  const tag = aead.seal(new Uint8Array(12), body, [new Uint8Array(0)], []);
  return { header: [body, tag], aead, messageId };
}
