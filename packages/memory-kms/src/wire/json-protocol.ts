// AWS JSON 1.1: requests and answers as bytes. Blobs are base64, timestamps seconds since 1970.

import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Members, Shape } from '../engine/request-shape.ts';

/** Content type of requests and answers. */
export const JSON_CONTENT_TYPE = 'application/x-amz-json-1.1';

/**
 * Reads a request body.
 *
 * @param body - UTF-8 JSON, already bounded by the front.
 * @param members - The shape of the operation's request: tells what is a blob.
 * @returns The request in the SDK's JavaScript shape; not yet validated.
 * @throws KmsServiceError SerializationException.
 */
export function decodeRequest(body: Uint8Array, members: Members): unknown {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KmsServiceError('SerializationException', 'The request is not a JSON object.');
  }
  return decodeStructure(value as Readonly<Record<string, unknown>>, members);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new KmsServiceError('SerializationException', 'The request is not valid JSON.');
  }
}

function decodeStructure(value: Readonly<Record<string, unknown>>, members: Members): Record<string, unknown> {
  const decoded: Record<string, unknown> = {};
  for (const [marked, shape] of Object.entries(members)) {
    const name = marked.replace('!', '');
    if (Object.hasOwn(value, name)) decoded[name] = decode(value[name], shape);
  }
  return decoded;
}

function decode(value: unknown, shape: Shape): unknown {
  if (shape.kind === 'blob') return typeof value === 'string' ? decodeBlob(value) : value;
  if (shape.kind === 'list' && Array.isArray(value)) return value.map((item: unknown) => decode(item, shape.of));
  if (shape.kind === 'structure' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return decodeStructure(value as Readonly<Record<string, unknown>>, shape.members);
  }
  return value;
}

function decodeBlob(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text)
    throw new KmsServiceError('SerializationException', 'The blob is not valid base64.');
  return bytes;
}

/** An answer as JSON; operations without output answer with an empty body. */
export function encodeAnswer(output: Readonly<Record<string, unknown>>): Uint8Array {
  return Object.keys(output).length === 0 ? new Uint8Array(0) : Buffer.from(JSON.stringify(encodable(output)));
}

/** An error as JSON. KMS writes `__type`, and `message` only where it has one. */
export function encodeError(error: KmsServiceError): Uint8Array {
  const body = error.message === '' ? { __type: error.name } : { __type: error.name, message: error.message };
  return Buffer.from(JSON.stringify(body));
}

function encodable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(encodable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, encodable(member)]));
}
