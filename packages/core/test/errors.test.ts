import { describe, expect, it } from 'vitest';
import * as core from '../src/index.ts';

describe('EnvelopeError', () => {
  it('keeps its codes: they are public', () => {
    const errors = [
      new core.MalformedMessageError('x'),
      new core.UnsupportedMessageError('x'),
      new core.LimitExceededError('x', 1),
      new core.DecryptionFailedError(),
      new core.ContextMismatchError('x', []),
      new core.PolicyViolationError('x'),
      new core.DataKeyUnavailableError('x'),
    ];
    expect(errors.map(({ name, code, category }) => [name, code, category])).toEqual([
      ['MalformedMessageError', 'ERR_MESSAGE_MALFORMED', 'invalid'],
      ['UnsupportedMessageError', 'ERR_MESSAGE_UNSUPPORTED', 'invalid'],
      ['LimitExceededError', 'ERR_LIMIT_EXCEEDED', 'invalid'],
      ['DecryptionFailedError', 'ERR_DECRYPTION_FAILED', 'mismatch'],
      ['ContextMismatchError', 'ERR_CONTEXT_MISMATCH', 'mismatch'],
      ['PolicyViolationError', 'ERR_POLICY_VIOLATION', 'mismatch'],
      ['DataKeyUnavailableError', 'ERR_DATA_KEY_UNAVAILABLE', 'mismatch'],
    ]);
    for (const error of errors) {
      expect(core.EnvelopeError.is(error)).toBe(true);
      expect(error).toBeInstanceOf(core.EnvelopeError);
    }
  });

  it('is told from other values, and by its mark also from another copy of the package', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('@waxseal/error'), { value: true });
    expect(core.EnvelopeError.is(foreign)).toBe(true);
    for (const value of [new Error('x'), null, undefined, 'x', { code: 'ERR_DECRYPTION_FAILED' }]) {
      expect(core.EnvelopeError.is(value)).toBe(false);
    }
  });

  it('of an unavailable data key takes the category of its attempts: denied, then transient, then mismatch', () => {
    class Refusal extends core.EnvelopeError {
      readonly code = 'ERR_KMS_ACCESS_DENIED';
    }
    const attempt = (category: core.ErrorCategory): core.DataKeyAttempt => ({
      keyring: 'k',
      key: 'a',
      cause: new Refusal('x', category),
    });
    const category = (...categories: core.ErrorCategory[]): string =>
      new core.DataKeyUnavailableError('x', categories.map(attempt)).category;
    expect(category('transient', 'denied')).toBe('denied');
    expect(category('mismatch', 'transient')).toBe('transient');
    expect(category('mismatch', 'invalid')).toBe('mismatch');
    expect(new core.DataKeyUnavailableError('x', [{ keyring: 'k', key: 'a', cause: 'text' }]).category).toBe(
      'mismatch',
    );
  });
});
