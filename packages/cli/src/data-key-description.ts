// What an encrypted data key says about itself: read from the message, authenticated by nobody.

import type { EncryptedDataKey } from 'waxseal';

/** An encrypted data key in words. */
export type DataKeyDescription = {
  /** `aws-kms`, `aws-kms-hierarchy` …, or the namespace of a raw key. */
  readonly providerId: string;
  /** A key ARN, the id of a branch key, or the name of a raw key. */
  readonly key: string;
  readonly wrappedLength: number;
};

const TAG_BITS = 128;
const IV_LENGTH = 12;
/** tag length in bits (u32) ‖ IV length (u32) ‖ IV, behind the name of a raw AES key. */
const AES_INFO_LENGTH = 8 + IV_LENGTH;

/** Reads the provider info as the text that it mostly is. */
export function describeDataKey({ providerId, providerInfo, ciphertext }: EncryptedDataKey): DataKeyDescription {
  const isText = providerId.startsWith('aws-kms') || !hasAesInfo(providerInfo);
  const name = isText ? providerInfo : providerInfo.subarray(0, -AES_INFO_LENGTH);
  return { providerId, key: textOf(name), wrappedLength: ciphertext.length };
}

function hasAesInfo(providerInfo: Uint8Array): boolean {
  if (providerInfo.length < AES_INFO_LENGTH) return false;
  const view = new DataView(providerInfo.buffer, providerInfo.byteOffset + providerInfo.length - AES_INFO_LENGTH);
  return view.getUint32(0) === TAG_BITS && view.getUint32(4) === IV_LENGTH;
}

/** Provider info is bytes, and mostly text. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return `0x${Buffer.from(bytes).toString('hex')}`;
  }
}
