// The state as one CBOR document.
//
// Layout: the tag of self-described CBOR (d9 d9 f7), then a map with, in this order, `magic`, `notice`, `version`,
// `generation`, `writtenAt` (ISO 8601), `state`. Magic and notice stand in clear near the start of the file.

import { Decoder, Encoder } from 'cbor-x';
import type { KmsSnapshot } from '../engine/key-record.ts';
import { readSnapshot } from './read-snapshot.ts';
import { StateFormatError } from './state-format-error.ts';
import { number, text } from './value-readers.ts';

/** A state with its place in the sequence of states of one file. */
export type StateDocument = {
  /** Grows by one with every write of the file; 0 for an export. */
  readonly generation: number;
  readonly snapshot: KmsSnapshot;
};

const SELF_DESCRIBED = Uint8Array.of(0xd9, 0xd9, 0xf7);
const MAGIC = 'waxseal memory-kms state';
const NOTICE = 'NOT FOR PRODUCTION: this file holds key material in clear.';
const VERSION = 1;

/** Bytes of a state that is read; some hundred thousand keys. */
export const MAX_STATE_LENGTH: number = 512 * 1024 * 1024;

const codecOptions = { useRecords: false, mapsAsObjects: false, tagUint8Array: false };
const encoder = new Encoder(codecOptions);
const decoder = new Decoder(codecOptions);

/** Encodes a state. The bytes hold key material in clear. */
export function encodeState({ generation, snapshot }: StateDocument): Uint8Array {
  const document = new Map<string, unknown>([
    ['magic', MAGIC],
    ['notice', NOTICE],
    ['version', VERSION],
    ['generation', generation],
    ['writtenAt', new Date().toISOString()],
    ['state', toMaps(snapshot)],
  ]);
  return Buffer.concat([SELF_DESCRIBED, encoder.encode(document)]);
}

/**
 * Decodes a state; the result shares nothing with `encoded`.
 *
 * @throws StateFormatError where the bytes are not a state, of a later version, damaged, or longer than 512 MiB.
 */
export function decodeState(encoded: Uint8Array): StateDocument {
  if (!looksLikeState(encoded)) throw new StateFormatError('these bytes are not a state of memory-kms');
  if (encoded.length > MAX_STATE_LENGTH) throw new StateFormatError('the state is longer than 512 MiB');
  const document = decodeMap(encoded.subarray(SELF_DESCRIBED.length));
  const version = number(1)(document.get('version'), 'version');
  if (version !== VERSION)
    throw new StateFormatError(`the state has version ${version}; this release reads ${VERSION}`);
  const snapshot = readSnapshot(document.get('state'), 'state');
  return { generation: number()(document.get('generation'), 'generation'), snapshot };
}

/** Whether bytes begin as a state does: enough to tell our file from another. */
export function looksLikeState(encoded: Uint8Array): boolean {
  const start = Buffer.from(encoded.subarray(0, 64));
  return start.subarray(0, 3).equals(SELF_DESCRIBED) && start.includes(MAGIC);
}

function decodeMap(encoded: Uint8Array): ReadonlyMap<unknown, unknown> {
  let document: unknown;
  try {
    document = decoder.decode(encoded);
  } catch {
    throw new StateFormatError('the state is cut short or damaged');
  }
  if (!(document instanceof Map) || text()(document.get('magic'), 'magic') !== MAGIC) {
    throw new StateFormatError('these bytes are not a state of memory-kms');
  }
  return document;
}

/** Objects become maps, so that keys such as `__proto__` are plain data; what is undefined is left out. */
function toMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMaps);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return new Map(entries.map(([name, field]) => [name, toMaps(field)]));
}
