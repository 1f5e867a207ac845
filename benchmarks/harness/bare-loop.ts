// The least that node:crypto can be asked to do for the same frames: the yardstick.

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const AAD_LENGTH = 72;

/** Frames sealed by the bare loop, for its opening twin. */
export type BareFrames = { readonly ciphertext: Uint8Array; readonly tags: readonly Uint8Array[] };

const key: KeyObject = createSecretKey(randomBytes(32));
const aad = new Uint8Array(AAD_LENGTH);
const iv = new Uint8Array(12);

function setIv(number: number): void {
  new DataView(iv.buffer).setUint32(8, number);
}

/** One createCipheriv, setAAD, update, final and getAuthTag per frame; the results are dropped. */
export function sealBare(input: Uint8Array, frameLength: number): number {
  let number = 0;
  for (let position = 0; position < input.length; position += frameLength) {
    setIv(++number);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(aad);
    cipher.update(input.subarray(position, position + frameLength));
    cipher.final();
    cipher.getAuthTag();
  }
  return input.length;
}

/** What `openBare` opens. */
export function prepareBare(input: Uint8Array, frameLength: number): BareFrames {
  const ciphertext = new Uint8Array(input.length);
  const tags: Uint8Array[] = [];
  for (let position = 0; position < input.length; position += frameLength) {
    setIv(tags.length + 1);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    cipher.setAAD(aad);
    ciphertext.set(cipher.update(input.subarray(position, position + frameLength)), position);
    cipher.final();
    tags.push(cipher.getAuthTag());
  }
  return { ciphertext, tags };
}

/** The same for opening. */
export function openBare({ ciphertext, tags }: BareFrames, frameLength: number): number {
  tags.forEach((tag, index) => {
    setIv(index + 1);
    const decipher = createDecipheriv('aes-256-gcm', key, iv);
    decipher.setAAD(aad);
    decipher.setAuthTag(tag);
    decipher.update(ciphertext.subarray(index * frameLength, (index + 1) * frameLength));
    decipher.final();
  });
  return ciphertext.length;
}
