import { inspect } from 'node:util';
import { EnvelopeError } from '@waxseal/core';
import { KmsError } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { awsError, keyArn } from './stub-kms.ts';

const KEY = keyArn('k');

describe('the AWS error name decides on code and category', () => {
  test.each([
    ['AccessDeniedException', 'ERR_KMS_ACCESS_DENIED', 'denied', 'access denied'],
    ['InvalidGrantTokenException', 'ERR_KMS_ACCESS_DENIED', 'denied', 'access denied'],
    ['ExpiredTokenException', 'ERR_KMS_CREDENTIALS', 'denied', 'credentials'],
    ['UnrecognizedClientException', 'ERR_KMS_CREDENTIALS', 'denied', 'credentials'],
    ['DisabledException', 'ERR_KMS_KEY_DISABLED', 'denied', 'enable it'],
    ['KMSInvalidStateException', 'ERR_KMS_KEY_STATE', 'denied', 'pending deletion'],
    ['NotFoundException', 'ERR_KMS_KEY_NOT_FOUND', 'denied', 'Region'],
    ['InvalidCiphertextException', 'ERR_KMS_INVALID_CIPHERTEXT', 'mismatch', 'encryption context differs'],
    ['IncorrectKeyException', 'ERR_KMS_INCORRECT_KEY', 'mismatch', 'another key'],
    ['InvalidKeyUsageException', 'ERR_KMS_KEY_USAGE', 'mismatch', 'key usage'],
    ['ValidationException', 'ERR_KMS_INVALID_REQUEST', 'invalid', '8 KB'],
    ['ThrottlingException', 'ERR_KMS_THROTTLED', 'transient', 'throttled'],
    ['LimitExceededException', 'ERR_KMS_THROTTLED', 'transient', 'throttled'],
    ['TooManyRequestsException', 'ERR_KMS_THROTTLED', 'transient', 'throttled'],
    ['KMSInternalException', 'ERR_KMS_UNAVAILABLE', 'transient', 'try again'],
    ['KeyUnavailableException', 'ERR_KMS_UNAVAILABLE', 'transient', 'try again'],
    ['DependencyTimeoutException', 'ERR_KMS_UNAVAILABLE', 'transient', 'try again'],
    ['TimeoutError', 'ERR_KMS_UNAVAILABLE', 'transient', 'try again'],
  ])('%s: %s, %s', (name, code, category, advice) => {
    const cause = awsError(name);
    const error = KmsError.from(cause, 'Decrypt', KEY);
    expect(error).toMatchObject({ code, category, operation: 'Decrypt', keyId: KEY, cause });
    expect(error.message).toContain(advice);
    expect(error.message).toContain(KEY);
    expect(error.message).not.toContain('\n');
  });

  test.each([
    [
      'an unknown refusal by status 403',
      { name: 'Odd', $fault: 'client', $metadata: { httpStatusCode: 403 } },
      'denied',
    ],
    ['an unknown status 429', { name: 'Odd', $fault: 'client', $metadata: { httpStatusCode: 429 } }, 'transient'],
    ['an unknown fault of the client', { name: 'Odd', $fault: 'client' }, 'invalid'],
    ['an unknown fault of the server', { name: 'Odd', $fault: 'server' }, 'transient'],
    ['a refused connection', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'transient'],
    ['credentials that could not be loaded', awsError('CredentialsProviderError', 'server'), 'transient'],
    ['a mistake in a client', new TypeError('x is not a function'), 'invalid'],
    ['something that is no error', 'text', 'transient'],
    ['nothing', undefined, 'transient'],
  ])('%s is told by what is known', (_what, cause, category) => {
    expect(KmsError.from(cause, 'Encrypt', KEY).category).toBe(category);
  });
});

test('is an EnvelopeError, and is not wrapped twice', () => {
  const error = KmsError.from(awsError('DisabledException'), 'Decrypt', KEY);
  expect(EnvelopeError.is(error)).toBe(true);
  expect(error.name).toBe('KmsError');
  expect(KmsError.from(error, 'Encrypt', 'other')).toBe(error);
});

test('carries the name of the AWS error in its text, and leaves its message to the cause', () => {
  const cause = Object.assign(awsError('AccessDeniedException'), { message: 'context value s3cret' });
  const error = KmsError.from(cause, 'Decrypt', KEY);
  expect(error.message).toContain('AccessDeniedException');
  expect(error.message).not.toContain('s3cret');
  expect(inspect(error, { depth: 0 }).split('[cause]')[0]).not.toContain('s3cret');
});
