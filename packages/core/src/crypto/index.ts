// @waxseal/core/crypto: for authors of keyrings and materials managers.

import { engine as selectedEngine } from '#engine';
import type { CryptoEngine } from './crypto-engine.ts';

export { assertMayDecrypt, assertMayEncrypt, defaultAlgorithmSuite } from '../commitment-policy.ts';
export { encodeEncryptedDataKey } from '../format/encrypted-data-key-codec.ts';
export { encodeEncryptionContext } from '../format/encryption-context-codec.ts';
export { acceptedContextEncodings, encodeLocaleSortedContext, requireLocale } from '../format/locale-sorted-context.ts';
export { INSPECT, makeInspectable, shownPart } from '../inspection.ts';
export { type OptionNames, refuseUnknownOptions, requireObject, requireOptions } from '../known-options.ts';
export { type CounterModeOptions, deriveKeyInCounterMode } from './counter-mode-kdf.ts';
export type {
  Aead,
  CryptoEngine,
  FrameOpening,
  HashName,
  Signer,
  SigningKey,
  SigningKeyPair,
  Verifier,
} from './crypto-engine.ts';
export type { CurveName } from './ecdsa-curves.ts';

/** The engine of this runtime: `node` on Node, `portable` elsewhere. */
export const engine: CryptoEngine = selectedEngine;

/** Which engine that is. */
export const engineName: CryptoEngine['engineName'] = selectedEngine.engineName;
