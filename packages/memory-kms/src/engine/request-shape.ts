// A small language for the shapes of requests; the table of operations is written in it.

/** The shape of one member of a request. Lengths are characters for strings, bytes for blobs. */
export type Shape =
  | {
      readonly kind: 'string';
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: RegExp;
      readonly values?: readonly string[];
    }
  | { readonly kind: 'blob'; readonly min: number; readonly max: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | { readonly kind: 'map' }
  | { readonly kind: 'structure'; readonly members: Members };

/** The members of a structure; a name that ends in `!` is required. */
export type Members = Readonly<Record<string, Shape>>;

/** A string of `min` to `max` characters. */
export function text(min: number, max: number, pattern?: RegExp): Shape {
  return pattern === undefined ? { kind: 'string', min, max } : { kind: 'string', min, max, pattern };
}

/** One of these strings. */
export function oneOf(...values: readonly string[]): Shape {
  return { kind: 'string', values };
}

/** A blob of `min` to `max` bytes. */
export function blob(min: number, max: number): Shape {
  return { kind: 'blob', min, max };
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Shape {
  return { kind: 'integer', min, max };
}

/** A list of up to `max` members. */
export function list(of: Shape, max?: number, min?: number): Shape {
  return { kind: 'list', of, ...(max === undefined ? {} : { max }), ...(min === undefined ? {} : { min }) };
}

/** A structure. */
export function structure(members: Members): Shape {
  return { kind: 'structure', members };
}

/** `true` or `false`. */
export const flag: Shape = { kind: 'boolean' };

/** Seconds since 1970 on the wire, a `Date` in process. */
export const timestamp: Shape = { kind: 'timestamp' };

/** Strings to strings. */
export const stringMap: Shape = { kind: 'map' };
