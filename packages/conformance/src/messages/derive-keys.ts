// Key derivation by node:crypto's own HKDF, apart from core's, to check it by.

import { hkdfSync } from 'node:crypto';
import { type SuiteFacts, suiteFacts } from './suite-facts.ts';

/** The keys of one message. */
export type DerivedKeys = { readonly key: Uint8Array; readonly commitment: Uint8Array | undefined };

/** Derives a message's AES key and, in version 2, its commitment. */
export function deriveKeys(suiteId: number, dataKey: Uint8Array, messageId: Uint8Array): DerivedKeys {
  const suite = suiteFacts(suiteId);
  const { kdfHash: hash } = suite;
  if (hash === undefined) return { key: Uint8Array.from(dataKey), commitment: undefined };
  const id = Buffer.of(suiteId >> 8, suiteId & 0xff);
  if (!suite.committing) {
    return { key: derive(suite, dataKey, '', Buffer.concat([id, messageId])), commitment: undefined };
  }
  return {
    key: derive(suite, dataKey, messageId, Buffer.concat([id, Buffer.from('DERIVEKEY')])),
    commitment: derive(suite, dataKey, messageId, Buffer.from('COMMITKEY')),
  };
}

function derive(suite: SuiteFacts, key: Uint8Array, salt: Uint8Array | string, info: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync(suite.kdfHash ?? '', key, salt, info, suite.keyLength));
}
