// What the browser test runs inside the browser: bundled for it, with @waxseal/core as users get it.

import {
  algorithmSuites,
  decrypt,
  decryptWebStream,
  encrypt,
  encryptWebStream,
  type Keyring,
  openMessage,
  parseMessageHeader,
} from '@waxseal/core';
import { engineName } from '@waxseal/core/crypto';

/** What the page found out, as plain data. */
export type PageReport = {
  readonly engineName: string;
  /** By suite id: what went wrong, or nothing. */
  readonly failures: Readonly<Record<string, readonly string[]>>;
  /** Messages written in the browser, in base64, by suite id. */
  readonly messages: Readonly<Record<string, string>>;
};

/** A message for the page to open. */
export type PageMessage = { readonly suiteId: number; readonly message: string };

const FRAME_LENGTH = 1000;

/** Hands out the data key 01 02 03 …: the test is about messages, not about keys. */
function givenKeyring(): Keyring {
  const key = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => at + 1);
  const encryptedDataKeys = [{ providerId: 'page', providerInfo: new Uint8Array(0), ciphertext: Uint8Array.of(1) }];
  return {
    onEncrypt: async ({ algorithmSuite }) => ({ dataKey: key(algorithmSuite.dataKeyLength), encryptedDataKeys }),
    onDecrypt: async ({ algorithmSuite }) => key(algorithmSuite.dataKeyLength),
  };
}

/** Plaintext that tells when pieces are swapped or missing. */
function samplePlaintext(): Uint8Array {
  return Uint8Array.from({ length: 3500 }, (_, at) => (at * 31) % 251);
}

/**
 * Encrypts and decrypts with every suite, in one shot, by web streams and at random, and opens messages from elsewhere.
 *
 * @param given - Messages of the same plaintext under the same data key, written on Node.
 */
export async function runPage(given: readonly PageMessage[]): Promise<PageReport> {
  const failures: Record<string, string[]> = {};
  const messages: Record<string, string> = {};
  for (const { id, committing } of Object.values(algorithmSuites)) {
    const problems: string[] = [];
    failures[id] = problems;
    try {
      messages[id] = toBase64(await roundTrip(id, committing, problems));
      const { message = '' } = given.find(({ suiteId }) => suiteId === id) ?? {};
      await expectPlaintext('message from Node', problems, () => openWhole(fromBase64(message)));
    } catch (error) {
      problems.push(String(error));
    }
  }
  return { engineName, failures, messages };
}

async function roundTrip(suiteId: number, committing: boolean, problems: string[]): Promise<Uint8Array> {
  const options = {
    algorithmSuite: suiteId,
    frameLength: FRAME_LENGTH,
    encryptionContext: { page: '\u{1F512}', '\uFFFD': '1', '\u{10000}': '2' },
    commitmentPolicy: committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT',
  } as const;
  const { message } = await encrypt(givenKeyring(), samplePlaintext(), options);
  await expectPlaintext('decrypt', problems, () => openWhole(message));
  const streamed = await throughStream(samplePlaintext(), encryptWebStream(givenKeyring(), options));
  await expectPlaintext('encryptWebStream', problems, () => openWhole(streamed));
  const { commitmentPolicy } = options;
  const read = { commitmentPolicy, acceptUnsignedRanges: true };
  await expectPlaintext('decryptWebStream', problems, () =>
    throughStream(message, decryptWebStream(givenKeyring(), read)),
  );
  await expectPlaintext('openMessage', problems, async () => {
    const reader = await openMessage(givenKeyring(), message, read);
    return reader.read(0, reader.plaintextLength);
  });
  if (parseMessageHeader(message).encryptionContext['page'] !== '\u{1F512}') problems.push('parseMessageHeader');
  const tampered = message.slice();
  tampered[message.length - 200] = (tampered[message.length - 200] ?? 0) ^ 1;
  const refusal = await openWhole(tampered).catch((error: { readonly code?: string }) => error.code);
  if (refusal !== 'ERR_DECRYPTION_FAILED') problems.push('a tampered message was not refused');
  return message;
}

async function openWhole(message: Uint8Array): Promise<Uint8Array> {
  return (await decrypt(givenKeyring(), message, { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' })).plaintext;
}

async function expectPlaintext(what: string, problems: string[], read: () => Promise<Uint8Array>): Promise<void> {
  const plaintext = await read();
  const expected = samplePlaintext();
  const isSame = plaintext.length === expected.length && plaintext.every((byte, at) => byte === expected[at]);
  if (!isSame) problems.push(`${what} gave another plaintext`);
}

async function throughStream(
  bytes: Uint8Array,
  pair: ReadableWritablePair<Uint8Array, Uint8Array>,
): Promise<Uint8Array> {
  const source = new Blob([Uint8Array.from(bytes)]).stream();
  return new Uint8Array(
    await new Response(source.pipeThrough(pair as never) as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
