import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CryptoEngine } from '../../src/crypto/crypto-engine.ts';
import { engine } from '../../src/crypto/index.ts';
import { deriveMessageKeys } from '../../src/crypto/message-keys.ts';
import { algorithmSuites, findAlgorithmSuite } from '../../src/format/algorithm-suites.ts';
import { toHex } from './bytes.ts';

type CommitmentVector = {
  readonly id: string;
  readonly suite: string;
  readonly keyring: { readonly dataKey: string };
  readonly knownAnswers?: {
    readonly messageId: string;
    readonly commitment: string;
    readonly contentEncryptionKey: string | null;
  };
};

const projectRoot = resolve(import.meta.dirname, '../../../..');
const vectorFile = resolve(projectRoot, process.env['WAXSEAL_VECTORS'] ?? '../shared/vectors', 'commitment.json');
const hasVectors = existsSync(vectorFile);
if (!hasVectors) console.warn('SKIPPED: commitment known answers, because WAXSEAL_VECTORS holds no commitment.json');

const knownAnswers = (hasVectors ? (JSON.parse(readFileSync(vectorFile, 'utf8')) as CommitmentVector[]) : []).flatMap(
  ({ id, suite, keyring, knownAnswers: answers }) => (answers ? [{ id, suite, keyring, answers }] : []),
);
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

/** The engine, with the keys that AEADs were made of noted in hexadecimal, and the arrays themselves. */
function recordingEngine(): { engine: CryptoEngine; keys: string[]; arrays: Uint8Array[] } {
  const keys: string[] = [];
  const arrays: Uint8Array[] = [];
  const createAead = (key: Uint8Array) => {
    keys.push(toHex(key));
    arrays.push(key);
    return engine.createAead(key);
  };
  const hmac: CryptoEngine['hmac'] = (...inputs) => {
    const output = engine.hmac(...inputs);
    arrays.push(output);
    return output;
  };
  return { engine: { ...engine, createAead, hmac }, keys, arrays };
}

describe.skipIf(!hasVectors)('known answers for key commitment', () => {
  test('there are answers for both committing suites', () => {
    expect(knownAnswers.length).toBeGreaterThan(30);
    expect(new Set(knownAnswers.map(({ suite }) => suite))).toEqual(new Set(['0x0478', '0x0578']));
  });

  test.each(knownAnswers)('$id', ({ suite, keyring, answers }) => {
    const recording = recordingEngine();
    const found = findAlgorithmSuite(Number(suite))!;
    const { commitment } = deriveMessageKeys(
      recording.engine,
      found,
      fromBase64(keyring.dataKey),
      fromBase64(answers.messageId),
    );
    expect(toHex(commitment!)).toBe(toHex(fromBase64(answers.commitment)));
    if (answers.contentEncryptionKey !== null) {
      expect(recording.keys).toEqual([toHex(fromBase64(answers.contentEncryptionKey))]);
    }
  });
});

describe.each(Object.values(algorithmSuites))('$name', (suite) => {
  const dataKey = Uint8Array.from({ length: suite.dataKeyLength }, (_, index) => index);
  const messageId = new Uint8Array(suite.messageVersion === 1 ? 16 : 32).fill(7);

  test('derives a key of its own for this message, and a commitment only if it commits', () => {
    const recording = recordingEngine();
    const { commitment } = deriveMessageKeys(recording.engine, suite, dataKey, messageId);
    expect(commitment?.length).toBe(suite.committing ? 32 : undefined);
    expect(recording.keys).toHaveLength(1);
    expect(recording.keys[0]).toHaveLength(2 * suite.dataKeyLength);
    expect(recording.keys[0] === toHex(dataKey)).toBe(suite.kdfHash === undefined);
  });

  test('depends on the message id wherever there is a KDF', () => {
    const [first, second] = [recordingEngine(), recordingEngine()];
    deriveMessageKeys(first.engine, suite, dataKey, messageId);
    deriveMessageKeys(second.engine, suite, dataKey, new Uint8Array(messageId.length));
    expect(first.keys[0] === second.keys[0]).toBe(suite.kdfHash === undefined);
  });

  test('wipes every intermediate key and leaves the data key alone', () => {
    const recording = recordingEngine();
    const given = Uint8Array.from(dataKey);
    const { commitment } = deriveMessageKeys(recording.engine, suite, given, messageId);
    expect(given).toEqual(dataKey);
    for (const array of recording.arrays) {
      if (array === given || array === commitment) continue;
      expect(toHex(array)).toMatch(/^(00)+$/);
    }
  });

  test.each([-1, 1])('refuses a data key that is %i byte off', (difference) => {
    expect(() => deriveMessageKeys(engine, suite, new Uint8Array(suite.dataKeyLength + difference), messageId)).toThrow(
      RangeError,
    );
  });
});

test('suites with the same data key derive different keys', () => {
  const dataKey = new Uint8Array(32).fill(1);
  const messageId = new Uint8Array(32).fill(2);
  const recording = recordingEngine();
  const commitments = [
    algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY,
    algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384,
  ].map((suite) => toHex(deriveMessageKeys(recording.engine, suite, dataKey, messageId).commitment!));
  expect(recording.keys[0]).not.toBe(recording.keys[1]);
  // The commitment's info carries no suite id in this format.
  expect(commitments[0]).toBe(commitments[1]);
});
