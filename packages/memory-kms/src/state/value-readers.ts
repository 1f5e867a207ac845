// Readers that turn a decoded CBOR value into a checked type; errors name the place, never the value.

import { StateFormatError } from './state-format-error.ts';

/** Checks and copies a value. */
export type Reader<T> = (value: unknown, place: string) => T;

/** The readers of a type's fields; an optional field's reader accepts `undefined`. */
export type FieldReaders<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

/** Text, one of `allowed` where that is given. */
export function text<T extends string = string>(allowed?: readonly T[] | RegExp): Reader<T> {
  return (value, place) => {
    if (typeof value !== 'string') throw new StateFormatError(`${place} is not text`);
    const fits =
      allowed === undefined ||
      (allowed instanceof RegExp ? allowed.test(value) : (allowed as readonly string[]).includes(value));
    if (!fits) throw new StateFormatError(`${place} is not one of the values it may have`);
    return value as T;
  };
}

/** A finite number from `min`. */
export function number(min = 0): Reader<number> {
  return (value, place) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < min) {
      throw new StateFormatError(`${place} is not a number from ${min}`);
    }
    return value;
  };
}

/** True or false. */
export const boolean: Reader<boolean> = (value, place) => {
  if (typeof value !== 'boolean') throw new StateFormatError(`${place} is neither true nor false`);
  return value;
};

/** Bytes, copied. */
export const bytes: Reader<Uint8Array> = (value, place) => {
  if (!(value instanceof Uint8Array)) throw new StateFormatError(`${place} is not bytes`);
  return Uint8Array.from(value);
};

/** What may be absent. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, place) => (value === undefined ? undefined : reader(value, place));
}

/** A list of one kind. */
export function list<T>(reader: Reader<T>): Reader<readonly T[]> {
  return (value, place) => {
    if (!Array.isArray(value)) throw new StateFormatError(`${place} is not a list`);
    return value.map((item, index) => reader(item, `${place}[${index}]`));
  };
}

/** A map with keys of any kind of text; `__proto__` is a key like any other. */
export function mapOf<T>(reader: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, place) => {
    const entries = [...asMap(value, place)].map(([key, item]): [string, T] => [
      text()(key, `a key of ${place}`),
      reader(item, `an entry of ${place}`),
    ]);
    return Object.fromEntries(entries);
  };
}

/** A record with exactly these fields; absent ones are left out. */
export function struct<T extends object>(fields: FieldReaders<T>): Reader<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return (value, place) => {
    const map = asMap(value, place);
    for (const key of map.keys()) {
      if (!names.includes(key as keyof T & string))
        throw new StateFormatError(`${place} has a field that this version does not know`);
    }
    const entries = names.map((name) => [name, fields[name](map.get(name), `${place}.${name}`)] as const);
    return Object.fromEntries(entries.filter(([, field]) => field !== undefined)) as T;
  };
}

function asMap(value: unknown, place: string): ReadonlyMap<unknown, unknown> {
  if (!(value instanceof Map)) throw new StateFormatError(`${place} is not a map`);
  return value;
}
