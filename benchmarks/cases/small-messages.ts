import { generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { decrypt, encrypt } from '@waxseal/core';
import { type Comparison, compare } from '../harness/compare.ts';
import { keyring } from '../harness/keys.ts';

const plaintext = new Uint8Array(randomBytes(1024));
const officialPlaintext = Buffer.from(plaintext);
const unsigned = { algorithmSuite: 0x0478 };
const shape = { unit: 'messages/s', scale: 1, rounds: 9, seconds: 0.5 };
const generate = promisify(generateKeyPair);
const signOnPool = promisify(sign);

/** Does one thing `count` times, `atOnce` of them in flight. @returns `count`. */
async function repeat(count: number, atOnce: number, once: () => Promise<unknown>): Promise<number> {
  const worker = async (): Promise<void> => {
    for (let done = 0; done < count / atOnce; done++) await once();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return count;
}

/** Unsigned messages of 1 KiB under a raw AES keyring, one at a time. */
export async function compareSmallUnsigned(): Promise<Comparison[]> {
  const { official, officialKeyring, officialSuites } = await import('../harness/official.ts');
  const { message } = await encrypt(keyring, plaintext, unsigned);
  const suiteId = officialSuites.unsigned;
  return [
    await compare({ title: '1 KiB, unsigned: encrypt', ...shape }, [
      { name: 'waxseal', run: () => repeat(8000, 1, () => encrypt(keyring, plaintext, unsigned)) },
      {
        name: 'official SDK',
        run: () => repeat(1000, 1, () => official.encrypt(officialKeyring, officialPlaintext, { suiteId })),
      },
    ]),
    await compare({ title: '1 KiB, unsigned: decrypt', ...shape }, [
      { name: 'waxseal', run: () => repeat(8000, 1, () => decrypt(keyring, message)) },
      { name: 'official SDK', run: () => repeat(1000, 1, () => official.decrypt(officialKeyring, message)) },
    ]),
  ];
}

/** The least a signed message costs: a fresh key pair, and one signature with it. */
async function bareKeyPairAndSignature(): Promise<void> {
  const { privateKey } = await generate('ec', { namedCurve: 'P-384' });
  await signOnPool('sha384', plaintext, privateKey);
}

/** Signed messages of 1 KiB, so many in flight. */
export async function compareSmallSigned(atOnce: number): Promise<Comparison[]> {
  const { official, officialKeyring } = await import('../harness/official.ts');
  const { message } = await encrypt(keyring, plaintext);
  const label = `1 KiB, signed, ${atOnce} at a time`;
  const count = 640;
  return [
    await compare({ title: `${label}: encrypt`, ...shape }, [
      { name: 'waxseal', run: () => repeat(count, atOnce, () => encrypt(keyring, plaintext)) },
      { name: 'bare key pair and signature', run: () => repeat(count, atOnce, bareKeyPairAndSignature) },
      {
        name: 'official SDK',
        run: () => repeat(count / 2, atOnce, () => official.encrypt(officialKeyring, officialPlaintext)),
      },
    ]),
    await compare({ title: `${label}: decrypt`, ...shape }, [
      { name: 'waxseal', run: () => repeat(count, atOnce, () => decrypt(keyring, message)) },
      {
        name: 'official SDK',
        run: () => repeat(count / 2, atOnce, () => official.decrypt(officialKeyring, message)),
      },
    ]),
  ];
}
