import type { EncryptionContext } from 'waxseal';
import { printable } from './printable-text.ts';

/** One expected pair against the message; values are never repeated. */
export type ContextRemark = {
  readonly key: string;
  readonly status: 'stored' | 'differs' | 'notStored';
};

/** Compares what is expected with what the header stores. */
export function compareContext(expected: EncryptionContext, stored: EncryptionContext): ContextRemark[] {
  return Object.keys(expected).map((key) => {
    if (!Object.hasOwn(stored, key)) return { key, status: 'notStored' };
    return { key, status: stored[key] === expected[key] ? 'stored' : 'differs' };
  });
}

const WORDS = {
  stored: 'stored with this value',
  differs: 'stored with another value than the one given',
  notStored: 'not stored: right only if it was bound by --require, with this very value',
} as const;

/** @returns One line for a person. */
export function formatContextRemark({ key, status }: ContextRemark): string {
  return `${printable(key)}: ${WORDS[status]}`;
}
