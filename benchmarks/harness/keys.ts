import { randomBytes } from 'node:crypto';
import { RawAesKeyring } from '@waxseal/keyring';

/** One wrapping key for ours and the official SDK. */
export const masterKey: Uint8Array = new Uint8Array(randomBytes(32));

/** Our keyring over it. */
export const keyring: RawAesKeyring = new RawAesKeyring({ namespace: 'benchmarks', name: 'raw', key: masterKey });
