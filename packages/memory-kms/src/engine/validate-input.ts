// Reads a request by its shape: a fresh copy of what the shape knows, or the error that KMS would send.

import { KmsServiceError } from './kms-service-error.ts';
import type { Members, Shape } from './request-shape.ts';

/**
 * Validates a request and copies it, so that nothing the caller changes later is seen.
 *
 * Wrong types are a SerializationException, as the first that is found; broken constraints are collected into one
 * ValidationException, in the order of the shape. Members that the shape does not know are ignored.
 *
 * @param input - In the SDK's JavaScript shape.
 * @param members - The shape; names that end in `!` are required.
 * @returns A new object with the known members.
 * @throws KmsServiceError SerializationException or ValidationException.
 */
export function validateInput(input: unknown, members: Members): Readonly<Record<string, unknown>> {
  const faults: string[] = [];
  const copy = readStructure(input ?? {}, members, '', faults);
  if (faults.length > 0) throw validationFaults(faults);
  return copy;
}

function validationFaults(faults: readonly string[]): KmsServiceError {
  const count = `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: `;
  return new KmsServiceError('ValidationException', count + faults.join('; '));
}

function readStructure(value: unknown, members: Members, path: string, faults: string[]): Record<string, unknown> {
  if (!isPlain(value)) throw wrongType(value, 'a structure');
  const copy: Record<string, unknown> = {};
  for (const [marked, shape] of Object.entries(members)) {
    const name = marked.replace('!', '');
    const place = path === '' ? lowerFirst(name) : `${path}.${lowerFirst(name)}`;
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member !== undefined && member !== null) copy[name] = read(member, shape, place, faults);
    else if (marked !== name) faults.push(fault('null', place, 'Member must not be null'));
  }
  return copy;
}

function read(value: unknown, shape: Shape, place: string, faults: string[]): unknown {
  switch (shape.kind) {
    case 'string':
      return readString(value, shape, place, faults);
    case 'blob':
      return readBlob(value, shape, place, faults);
    case 'integer':
      return readInteger(value, shape, place, faults);
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(value, 'Boolean');
      return value;
    case 'timestamp':
      return readTimestamp(value);
    case 'list':
      return readList(value, shape, place, faults);
    case 'map':
      return readMap(value);
    case 'structure':
      return readStructure(value, shape.members, place, faults);
  }
}

function readString(value: unknown, shape: Shape & { kind: 'string' }, place: string, faults: string[]): string {
  if (typeof value !== 'string') throw wrongType(value, 'String');
  const shown = `'${value}'`;
  if (shape.values !== undefined && !shape.values.includes(value)) {
    faults.push(fault(shown, place, `Member must satisfy enum value set: [${shape.values.join(', ')}]`));
  }
  checkLength(value.length, shape, shown, place, faults);
  if (shape.pattern !== undefined && !shape.pattern.test(value)) {
    faults.push(fault(shown, place, `Member must satisfy regular expression pattern: ${shape.pattern.source}`));
  }
  return value;
}

function readBlob(value: unknown, shape: Shape & { kind: 'blob' }, place: string, faults: string[]): Uint8Array {
  if (typeof value === 'string') return readBlob(Buffer.from(value, 'utf8'), shape, place, faults);
  if (!(value instanceof Uint8Array)) throw wrongType(value, 'Blob');
  checkLength(value.length, shape, '', place, faults);
  return value.length > shape.max ? new Uint8Array(0) : Uint8Array.from(value);
}

function readInteger(value: unknown, shape: Shape & { kind: 'integer' }, place: string, faults: string[]): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrongType(value, 'Integer');
  const whole = Math.trunc(value);
  if (whole < shape.min) faults.push(fault(`'${whole}'`, place, atLeast('value', shape.min)));
  if (whole > shape.max) faults.push(fault(`'${whole}'`, place, atMost('value', shape.max)));
  return whole;
}

function readTimestamp(value: unknown): Date {
  const date = typeof value === 'number' ? new Date(value * 1000) : value;
  if (!(date instanceof Date) || Number.isNaN(date.getTime())) throw wrongType(value, 'Timestamp');
  return new Date(date);
}

function readList(value: unknown, shape: Shape & { kind: 'list' }, place: string, faults: string[]): unknown[] {
  if (!Array.isArray(value)) throw wrongType(value, 'List');
  const items: readonly unknown[] = value;
  checkLength(items.length, shape, `'${items.map(shownItem).join(', ')}'`, place, faults);
  const within = items.slice(0, shape.max ?? MAX_LIST);
  return within.map((item, index) => read(item ?? undefined, shape.of, `${place}.${index + 1}.member`, faults));
}

function readMap(value: unknown): Record<string, string> {
  if (!isPlain(value)) throw wrongType(value, 'Map');
  const pairs = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  for (const [, item] of pairs) if (typeof item !== 'string') throw wrongType(item, 'String');
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** Nothing in a request of KMS is a longer list; longer ones have failed their constraint already. */
const MAX_LIST = 1000;

type Bounds = { readonly min?: number; readonly max?: number };

function checkLength(length: number, bounds: Bounds, shown: string, place: string, faults: string[]): void {
  if (bounds.min !== undefined && length < bounds.min) faults.push(fault(shown, place, atLeast('length', bounds.min)));
  if (bounds.max !== undefined && length > bounds.max) faults.push(fault(shown, place, atMost('length', bounds.max)));
}

function atLeast(what: string, bound: number): string {
  return `Member must have ${what} greater than or equal to ${bound}`;
}

function atMost(what: string, bound: number): string {
  return `Member must have ${what} less than or equal to ${bound}`;
}

function fault(shown: string, place: string, constraint: string): string {
  return `Value ${shown === '' ? '' : `${shown} `}at '${place}' failed to satisfy constraint: ${constraint}`;
}

function shownItem(item: unknown): string {
  return typeof item === 'string' ? item : typeof item;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

const JSON_KINDS: Readonly<Record<string, string>> = {
  number: 'NUMBER_VALUE',
  string: 'STRING_VALUE',
  boolean: 'BOOLEAN_VALUE',
};

function wrongType(value: unknown, wanted: string): KmsServiceError {
  const kind = Array.isArray(value) ? 'START_ARRAY' : (JSON_KINDS[typeof value] ?? 'START_OBJECT');
  return new KmsServiceError('SerializationException', `${kind} can not be converted to ${wanted}`);
}
