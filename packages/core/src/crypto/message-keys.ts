// From a data key to the keys of one message (message format, algorithm suites; key commitment).

import type { AlgorithmSuite } from '../format/algorithm-suites.ts';
import type { Aead, CryptoEngine, HashName } from './crypto-engine.ts';
import { hkdfExpand, hkdfExtract } from './hkdf.ts';

/** Length of the commitment in a version 2 header. */
const COMMITMENT_LENGTH = 32;

const DERIVE_KEY: Uint8Array = new TextEncoder().encode('DERIVEKEY');
const COMMIT_KEY: Uint8Array = new TextEncoder().encode('COMMITKEY');
const NO_SALT = new Uint8Array(0);

/** What one message is sealed or opened with. */
export type MessageKeys = {
  /** AES-GCM under the key derived for this message. */
  readonly aead: Aead;
  /** 32 bytes that the header carries and a reader compares in constant time; undefined without key commitment. */
  readonly commitment: Uint8Array | undefined;
};

/**
 * Derives the keys of one message.
 *
 * - Suites without KDF: the data key itself.
 * - Version 1: HKDF(salt = zeros, info = suite id ‖ message id).
 * - Version 2: one extract (salt = message id), two expands: suite id ‖ "DERIVEKEY", and "COMMITKEY".
 *
 * @param dataKey - `suite.dataKeyLength` bytes; not kept, not wiped.
 * @param messageId - 16 bytes in version 1, 32 in version 2.
 * @throws RangeError when the data key's length is not the suite's.
 * @see AWS Encryption SDK specification, framework/algorithm-suites.md
 */
export function deriveMessageKeys(
  engine: CryptoEngine,
  suite: AlgorithmSuite,
  dataKey: Uint8Array,
  messageId: Uint8Array,
): MessageKeys {
  if (dataKey.length !== suite.dataKeyLength) {
    throw new RangeError(`${suite.name} needs a data key of ${suite.dataKeyLength} bytes`);
  }
  if (suite.kdfHash === undefined) return { aead: engine.createAead(dataKey), commitment: undefined };
  return suite.committing
    ? deriveWithCommitment(engine, suite, suite.kdfHash, dataKey, messageId)
    : deriveWithoutCommitment(engine, suite, suite.kdfHash, dataKey, messageId);
}

function deriveWithCommitment(
  engine: CryptoEngine,
  suite: AlgorithmSuite,
  hash: HashName,
  dataKey: Uint8Array,
  messageId: Uint8Array,
): MessageKeys {
  const pseudorandomKey = hkdfExtract(engine, hash, messageId, dataKey);
  const aead = expandAead(engine, suite, hash, pseudorandomKey, DERIVE_KEY);
  const commitment = hkdfExpand(engine, hash, pseudorandomKey, [COMMIT_KEY], COMMITMENT_LENGTH);
  pseudorandomKey.fill(0);
  return { aead, commitment };
}

function deriveWithoutCommitment(
  engine: CryptoEngine,
  suite: AlgorithmSuite,
  hash: HashName,
  dataKey: Uint8Array,
  messageId: Uint8Array,
): MessageKeys {
  const pseudorandomKey = hkdfExtract(engine, hash, NO_SALT, dataKey);
  const aead = expandAead(engine, suite, hash, pseudorandomKey, messageId);
  pseudorandomKey.fill(0);
  return { aead, commitment: undefined };
}

/** The message's AES key, with info = suite id ‖ `label`; its bytes are wiped once imported. */
function expandAead(
  engine: CryptoEngine,
  suite: AlgorithmSuite,
  hash: HashName,
  pseudorandomKey: Uint8Array,
  label: Uint8Array,
): Aead {
  const suiteId = Uint8Array.of(suite.id >> 8, suite.id & 0xff);
  const key = hkdfExpand(engine, hash, pseudorandomKey, [suiteId, label], suite.dataKeyLength);
  const aead = engine.createAead(key);
  key.fill(0);
  return aead;
}
