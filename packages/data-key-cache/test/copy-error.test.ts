import { DataKeyUnavailableError, EnvelopeError } from '@waxseal/core';
import { describe, expect, it } from 'vitest';
import { copyError } from '../src/copy-error.ts';

describe('copyError', () => {
  it('keeps class, message, fields, cause and stack, in an object of its own', () => {
    const cause = new Error('why');
    const original = new DataKeyUnavailableError('none', [{ keyring: 'K', key: 'k', cause }]);
    const copy = copyError(original) as DataKeyUnavailableError;
    expect(copy).not.toBe(original);
    expect(copy).toBeInstanceOf(DataKeyUnavailableError);
    expect(EnvelopeError.is(copy)).toBe(true);
    expect(copy).toMatchObject({ message: 'none', code: 'ERR_DATA_KEY_UNAVAILABLE', attempts: original.attempts });
    expect(copy.cause).toBe(cause);
    expect(copy.stack).toBe(original.stack);
    copy.message = 'changed';
    expect(original.message).toBe('none');
  });

  it.each([[undefined], ['text'], [new DOMException('gone', 'AbortError')]])('passes on %s', (value) => {
    expect(copyError(value)).toBe(value);
  });
});
