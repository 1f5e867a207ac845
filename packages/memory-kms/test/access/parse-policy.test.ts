import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/access/parse-policy.ts';
import { PolicyFault } from '../../src/access/policy-fault.ts';
import { matchesWildcard } from '../../src/access/wildcard-pattern.ts';
import { MemoryKms } from '../../src/index.ts';

const ROOT = 'arn:aws:iam::111122223333:root';
const good = { Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' };
const policy = (statement: unknown, more: object = {}) => ({ Version: '2012-10-17', Statement: [statement], ...more });

describe('parsePolicy', () => {
  it.each([
    [policy(good)],
    [{ Statement: good }],
    [policy({ ...good, Principal: '*' })],
    [policy({ ...good, Principal: { AWS: ['111122223333', ROOT], Service: 'logs.eu-west-1.amazonaws.com' } })],
    [policy({ ...good, Principal: { Federated: 'cognito-identity.amazonaws.com' } })],
    [policy({ ...good, Action: undefined, Resource: undefined })],
    [policy({ ...good, Condition: { Bool: { 'aws:SecureTransport': true }, NumericLessThan: { 'kms:x': 5 } } })],
    [JSON.stringify(policy(good, { Id: 'x' }))],
  ])('takes %j', (text) => {
    expect(parsePolicy(text, 'key').statements).toHaveLength(1);
  });

  it.each([
    ['not JSON', 'not JSON'],
    ['[]', 'The policy is not an object'],
    ['null', 'The policy is not an object'],
    [{}, 'no Statement'],
    [{ Statement: [] }, 'no Statement'],
    [policy(good, { Version: '2020-01-01' }), 'Version'],
    [policy(good, { Extra: 1 }), 'an element that is not one of Version, Id, Statement'],
    ['{"__proto__": 1, "Statement": []}', 'an element that is not one of'],
    [policy('x'), 'Statement 0 is not an object'],
    [policy({ ...good, Effect: 'allow' }), 'Effect'],
    [policy({ ...good, Sid: 5 }), 'Sid'],
    [policy({ ...good, Principals: ROOT }), 'an element that is not one of Sid, Effect'],
    [policy({ ...good, Principal: undefined }), 'either Principal or NotPrincipal'],
    [policy({ ...good, NotPrincipal: { AWS: ROOT } }), 'either Principal or NotPrincipal'],
    [policy({ ...good, Principal: ROOT }), 'invalid principals'],
    [policy({ ...good, Principal: {} }), 'invalid principals'],
    [policy({ ...good, Principal: { AWS: [] } }), 'invalid principals'],
    [policy({ ...good, Principal: { AWS: 'arn:aws:iam::111122223333:role/*' } }), 'invalid principals'],
    [policy({ ...good, Principal: { AWS: 'arn:aws:iam::111122223333:user/' } }), 'invalid principals'],
    [policy({ ...good, Principal: { AWS: '1111' } }), 'invalid principals'],
    [policy({ ...good, Principal: { CanonicalUser: 'x' } }), 'invalid principals'],
    [policy({ ...good, Principal: { Service: 'evil.example' } }), 'invalid principals'],
    [policy({ ...good, NotAction: 'kms:*' }), 'both Action and NotAction'],
    [policy({ ...good, Action: 's3:GetObject' }), 'not an action of KMS'],
    [policy({ ...good, Action: [] }), 'Action that is neither'],
    [policy({ ...good, Resource: [5] }), 'Resource that is neither'],
    [policy({ ...good, Condition: { StringEqual: { a: 'b' } } }), 'operator that IAM does not have'],
    [policy({ ...good, Condition: { NullIfExists: { a: 'true' } } }), 'operator that IAM does not have'],
    [policy({ ...good, Condition: { 'ForSomeValues:StringEquals': { a: 'b' } } }), 'operator'],
    [policy({ ...good, Condition: { StringEquals: 'x' } }), 'not an object of objects'],
    [policy({ ...good, Condition: { StringEquals: { a: { b: 1 } } } }), 'condition value'],
    [
      {
        Statement: [
          { ...good, Sid: 'a' },
          { ...good, Sid: 'a' },
        ],
      },
      'must be unique',
    ],
  ])('refuses %j', (text, message) => {
    expect(() => parsePolicy(text, 'key')).toThrow(PolicyFault);
    expect(() => parsePolicy(text, 'key')).toThrow(message);
  });

  it('wants no principals and a whole statement in IAM policies', () => {
    const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
    expect(parsePolicy(policy(statement), 'identity').statements).toHaveLength(1);
    expect(() => parsePolicy(policy(good), 'identity')).toThrow('names principals');
    expect(() => parsePolicy(policy({ ...statement, Action: undefined }), 'identity')).toThrow('neither Action');
    expect(() => parsePolicy(policy({ ...statement, Resource: undefined }), 'identity')).toThrow('neither Resource');
  });
});

describe('parsePolicy on whatever comes', () => {
  const element = fc.constantFrom(
    ...[
      'Sid',
      'Effect',
      'Principal',
      'NotPrincipal',
      'Action',
      'NotAction',
      'Resource',
      'Condition',
      'Statement',
      'Version',
    ],
    ...['AWS', 'Service', 'StringEquals', 'Null', 'Allow', 'Deny', '*', 'kms:*', ROOT, '__proto__'],
  );
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      element,
      fc.jsonValue(),
      fc.array(tie('value')),
      fc.dictionary(element, tie('value')),
    ),
  })).value;

  it('reads it or says why not, and never fails otherwise', () => {
    fc.assert(
      fc.property(json, fc.constantFrom('key' as const, 'identity' as const), (value, kind) => {
        for (const text of [JSON.stringify(value), JSON.stringify({ Version: '2012-10-17', Statement: value })]) {
          try {
            parsePolicy(text, kind);
          } catch (error) {
            expect(error).toBeInstanceOf(PolicyFault);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('key policies at the service', () => {
  const put = (kms: MemoryKms, KeyId: string | undefined, document: unknown, more: object = {}) =>
    kms.client().putKeyPolicy({ KeyId, PolicyName: 'default', Policy: JSON.stringify(document), ...more });

  it('answers MalformedPolicyDocumentException, also in open mode', async () => {
    for (const authorization of ['open', 'keyPolicy', 'strict'] as const) {
      const kms = new MemoryKms({ authorization });
      const { KeyMetadata } = await kms.client().createKey({});
      await expect(
        put(kms, KeyMetadata?.KeyId, policy({ ...good, Principal: { AWS: 'nobody' } })),
      ).rejects.toMatchObject({
        name: 'MalformedPolicyDocumentException',
        message: 'Policy contains a statement with one or more invalid principals.',
      });
    }
  });

  it('refuses a policy that locks its author out, unless told to', async () => {
    const kms = new MemoryKms({ authorization: 'strict' });
    const { KeyMetadata } = await kms.client().createKey({});
    const KeyId = KeyMetadata?.KeyId;
    const lockout = policy({ ...good, Principal: { AWS: 'arn:aws:iam::111122223333:user/other' } });
    await expect(put(kms, KeyId, lockout)).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: 'The new key policy will not allow you to update the key policy in the future.',
    });
    const denying = { Statement: [good, { ...good, Effect: 'Deny', Action: 'kms:PutKeyPolicy' }] };
    await expect(put(kms, KeyId, denying)).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
    await expect(kms.client().createKey({ Policy: JSON.stringify(lockout) })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
    await put(kms, KeyId, lockout, { BypassPolicyLockoutSafetyCheck: true });
    await expect(put(kms, KeyId, policy(good))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('matchesWildcard', () => {
  it.each([
    ['abc', 'abc', true],
    ['abc', 'ab', false],
    ['abc', '*', true],
    ['', '*', true],
    ['', '?', false],
    ['abc', 'a*c', true],
    ['abc', 'a?c', true],
    ['abbbc', 'a*b?c', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
    ['aXbXc', 'a*b*c*', true],
    ['mississippi', 'm*iss*ip*i', true],
    ['mississippi', 'm*iss*ix*i', false],
  ])('%s against %s: %s', (text, pattern, expected) => {
    expect(matchesWildcard(text, pattern)).toBe(expected);
  });

  it('takes no time that grows with pattern times text', () => {
    const started = performance.now();
    expect(matchesWildcard('a'.repeat(200_000), `${'a*'.repeat(50_000)}b`)).toBe(false);
    expect(matchesWildcard('a'.repeat(60_000), `*${'a?'.repeat(14_000)}b*`)).toBe(false);
    expect(matchesWildcard('a'.repeat(60_000), `*${'a'.repeat(28_000)}b*`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it.each(['', '?', '??c', 'c??'])('agrees with a regular expression about segments with %j in them', (hole) => {
    for (let length = 28; length <= 100; length += 6) {
      const segment = `${'ab'.repeat(length / 2)}${hole}${'ba'.repeat(length / 2)}`;
      const pattern = `a*${segment}*${hole}b`;
      const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      for (const filling of ['', 'c', 'xyc', 'cxy', 'abb']) {
        const found = segment.replaceAll('?', 'z').replaceAll('c', filling);
        for (const text of [`a${found}b`, `aab${found}ab${filling}b`, `${'ab'.repeat(60)}${found}zzb`, `a${found}a`]) {
          expect([text, matchesWildcard(text, pattern)]).toEqual([text, expression.test(text)]);
        }
      }
    }
  });
});
