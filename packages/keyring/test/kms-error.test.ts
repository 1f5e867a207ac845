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
    ['a mistake in a client', new TypeError('x is not a function'), 'invalid'],
    ['something that is no error', 'text', 'transient'],
    ['nothing', undefined, 'transient'],
  ])('%s is told by what is known', (_what, cause, category) => {
    expect(KmsError.from(cause, 'Encrypt', KEY).category).toBe(category);
  });
});

describe('settings that are missing', () => {
  const credentials = Object.assign(new Error('Could not load credentials from any providers'), {
    name: 'CredentialsProviderError',
  });
  const token = Object.assign(new Error('Token is expired'), { name: 'TokenProviderError' });

  test.each([
    ['credentials', credentials],
    ['a token', token],
    ['credentials, behind the error of a client of their own', new Error('call failed', { cause: credentials })],
    ['a token, two errors deep', new Error('a', { cause: new TypeError('b', { cause: token }) })],
    ['credentials, as the SDK says it otherwise', new Error('Resolved credential object is not valid')],
  ])('%s: denied, and no reason to try again', (_what, cause) => {
    const error = KmsError.from(cause, 'Encrypt', KEY);
    expect(error).toMatchObject({ code: 'ERR_KMS_CREDENTIALS', category: 'denied', cause });
    expect(error.advice).toMatch(/^no credentials were found: /);
    expect(error.message).not.toContain('try again');
  });

  test('a Region: the request is invalid, and the advice is to give one', () => {
    for (const cause of [new Error('Region is missing'), new Error('x', { cause: new Error('Region is missing') })]) {
      const error = KmsError.from(cause, 'Encrypt', 'alias/x');
      expect(error).toMatchObject({ code: 'ERR_KMS_INVALID_REQUEST', category: 'invalid' });
      expect(error.advice).toContain('region');
      expect(error.advice).toContain('AWS_REGION');
    }
  });

  test('are not looked for without end', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    expect(KmsError.from(loop, 'Encrypt', KEY).code).toBe('ERR_KMS_UNAVAILABLE');
  });
});

describe('the text of an error that AWS did not write', () => {
  test.each([
    ['a refused connection', Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' })],
    [
      'the same with what the SDK adds',
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { $metadata: {} }),
    ],
  ])('is told: %s', (_what, cause) => {
    const error = KmsError.from(cause, 'Decrypt', KEY);
    expect(error.message).toContain('connect ECONNREFUSED 127.0.0.1:9: KMS could not be reached');
    expect(error.detail).toBe('connect ECONNREFUSED 127.0.0.1:9');
  });

  test('is one line, and bounded', () => {
    const error = KmsError.from(new Error(`first\n\u001b[31msecond ${'x'.repeat(1_000)}`), 'Decrypt', KEY);
    expect(error.detail).toMatch(/^first \[31msecond x+…$/);
    expect(error.detail?.length).toBeLessThanOrEqual(201);
  });

  test('of several refused connections, which have none, is their code', () => {
    const cause = Object.assign(new AggregateError([new Error('a'), new Error('b')]), { code: 'ECONNREFUSED' });
    expect(KmsError.from(cause, 'Decrypt', KEY).detail).toBe('AggregateError ECONNREFUSED');
  });

  test.each([
    ['by JSON.parse, quotes an answer', new SyntaxError('"{"Plaintext": s3cret" is not valid JSON')],
    ['by Node, quotes an argument', new TypeError("Received type string ('s3cret')")],
    ['of an answer', Object.assign(new Error('s3cret'), { $response: {} })],
    ['of AWS', Object.assign(new Error('s3cret'), { $fault: 'client' })],
    ['about credentials', Object.assign(new Error('Command failed: x s3cret'), { name: 'CredentialsProviderError' })],
  ])('%s, so it is left to the cause', (_what, cause) => {
    const error = KmsError.from(cause, 'Decrypt', KEY);
    expect(error.message).not.toContain('s3cret');
    expect(error.message).toContain(cause.name);
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
