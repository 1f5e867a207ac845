// From the text of an option to its value. None of them repeats the value of a context in an error.

import { type AlgorithmSuiteName, algorithmSuites, CommitmentPolicy } from 'waxseal';
import { UsageError } from './usage-error.ts';

/** Text pairs; made without prototype, so that `__proto__` is a key like any other. */
export type Pairs = Readonly<Record<string, string>>;

/**
 * Takes one `key=value` after another; the first `=` ends the key.
 *
 * @param option - The option's name, for errors.
 * @throws UsageError
 */
export function collectPairs(option: string): (pair: string, previous?: Pairs) => Pairs {
  return (pair, previous) => {
    const at = pair.indexOf('=');
    if (at < 0) throw new UsageError(`${option} takes KEY=VALUE: there is no "=" in what was given`);
    const key = pair.slice(0, at);
    if (previous !== undefined && Object.hasOwn(previous, key)) throw new UsageError(`${option} gives "${key}" twice`);
    return copyPairs({ ...previous, ...copyPairs({ [key]: pair.slice(at + 1) }) });
  };
}

/** @returns A frozen copy without prototype. */
export function copyPairs(pairs: Pairs): Pairs {
  return Object.freeze(Object.assign(Object.create(null), pairs));
}

/** Takes one value of an option after another. */
export function collectValues(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** @throws UsageError */
export function parseCount(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    throw new UsageError(`${option} takes a whole number, got "${text}"`);
  };
}

/**
 * @returns The key of a suite in `algorithmSuites`, from its id (`0x0478`, or just `478`) or its name.
 * @throws UsageError that lists the suites.
 */
export function parseSuite(text: string): AlgorithmSuiteName {
  const id = /^(0x)?([0-9a-f]{3,4})$/i.exec(text)?.[2];
  const found = Object.values(algorithmSuites).find(
    (suite) => suite.name === text || (id !== undefined && suite.id === Number.parseInt(id, 16)),
  );
  if (found !== undefined) return found.name as AlgorithmSuiteName;
  const list = Object.values(algorithmSuites).map((suite) => formatSuite(suite.id));
  throw new UsageError(`--suite: no such suite; there are ${list.join(', ')}`);
}

/** @returns Such as `0x0578`. */
export function formatSuite(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}

/** @throws UsageError */
export function parseCommitmentPolicy(text: string): CommitmentPolicy {
  const name = text.toUpperCase().replaceAll('-', '_');
  if (Object.hasOwn(CommitmentPolicy, name)) return name as CommitmentPolicy;
  throw new UsageError(`--commitment-policy takes ${Object.keys(CommitmentPolicy).join(', ')}`);
}

/** Bytes of the plaintext; `end` is exclusive, and that of the plaintext where undefined. */
export type ByteRange = { readonly start: number; readonly end: number | undefined };

/** @throws UsageError */
export function parseRange(text: string): ByteRange {
  const [, start, end] = /^(\d+)-(\d*)$/.exec(text) ?? [];
  if (start === undefined || end === undefined) {
    throw new UsageError(`--range takes START-END in bytes, END exclusive, or START- for all the rest; got "${text}"`);
  }
  const range = { start: Number(start), end: end === '' ? undefined : Number(end) };
  if (range.end !== undefined && range.end < range.start) throw new UsageError('--range ends before it starts');
  return range;
}
