import type { EncryptedDataKey } from '@waxseal/core';
import { seal } from '../messages/build-message.ts';
import { lengthPrefixed, u16 } from '../messages/context-bytes.ts';
import { deriveKeys } from '../messages/derive-keys.ts';
import { headerField, readMessageLayout } from '../messages/message-layout.ts';

/**
 * What must never exist: gives a message another list of encrypted data keys and authenticates its header again, under the
 * same data key and message id. It looks like cheap key rotation: the body stays as it is, and every reader takes the result.
 *
 * @param message - A version 2 message; unsigned, since a signature could not be made anew.
 * @param dataKey - In the clear, as the rotating tool has it.
 */
export function naiveRewrap(
  message: Uint8Array,
  dataKey: Uint8Array,
  encryptedDataKeys: readonly EncryptedDataKey[],
): Uint8Array {
  const layout = readMessageLayout(message);
  const id = headerField(layout, 'messageId');
  const { start } = headerField(layout, 'dataKeyCount');
  const end = headerField(layout, 'contentType').start;
  const { key } = deriveKeys(layout.suiteId, dataKey, message.subarray(id.start, id.end));
  const entries = encryptedDataKeys.map(({ providerId, providerInfo, ciphertext }) =>
    Buffer.concat([Buffer.from(providerId), providerInfo, ciphertext].map((field) => lengthPrefixed(field))),
  );
  const header = Buffer.concat([
    message.subarray(0, start),
    u16(entries.length),
    ...entries,
    message.subarray(end, layout.headerBody.end),
  ]);
  const { tag } = seal(key, Buffer.alloc(12), header, Buffer.alloc(0));
  return new Uint8Array(Buffer.concat([header, tag, message.subarray(layout.headerLength)]));
}
