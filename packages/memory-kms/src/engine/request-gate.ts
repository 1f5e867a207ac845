// The seam to quotas and scripted faults: asked before a request is even looked at.

import type { KmsCall } from './kms-call.ts';

/** A call at the gate. */
export type GatedCall = KmsCall & {
  /** Milliseconds since 1970, on the engine's clock. */
  readonly now: number;
  /**
   * The spec of the key that the request names, for quotas that differ by it (symmetric, RSA, ECC); undefined where
   * the request names none or the key does not exist. Looks the key up, so ask only where it matters.
   */
  keySpec(): string | undefined;
};

/**
 * Admits a call, delays it (by a promise), or refuses it by throwing a `KmsServiceError`. Once the call's signal is
 * aborted, a delay ends at once, with a `ConnectionLostError`.
 */
export interface RequestGate {
  admit(call: GatedCall): void | Promise<void>;
}

/**
 * Thrown by a gate that plays an outage: nobody answers; or where the caller went away while it waited. The HTTP server
 * drops the connection, the request handler and the in-process client fail as a lost connection does.
 */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
  readonly code = 'ECONNRESET';

  constructor() {
    super('the connection was closed before an answer came');
  }
}
