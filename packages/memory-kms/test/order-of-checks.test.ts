// docs/decisions/memory-kms-order-of-checks.md, pair by pair: of two things wrong, the earlier one is told.

import { MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, it } from 'vitest';
import { newKey, outcomeOf, UNKNOWN_ID } from './keys-in-states.ts';

const stranger = 'arn:aws:iam::111122223333:user/stranger';

const DENYING_POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
    { Effect: 'Deny', Principal: { AWS: stranger }, Action: 'kms:Encrypt', Resource: '*' },
  ],
});

/** What can be wrong with one Encrypt call, in the order of the checks, and how it is told. */
const flaws = {
  throttled: /^ThrottlingException/,
  'plaintext too long': /^ValidationException: 1 validation error detected: Value at 'plaintext'/,
  'context too long': /^ValidationException: The encryption context must not be longer than 8192 bytes\.$/,
  'name of no key': /^NotFoundException: Invalid keyId/,
  'other Region': /^NotFoundException: Invalid arn eu-west-1/,
  'not authorized': /^AccessDeniedException/,
  'unknown key': /^NotFoundException: Key '.*' does not exist/,
  disabled: /^DisabledException/,
  'other usage': /^InvalidKeyUsageException: .* key usage is SIGN_VERIFY/,
  'other algorithm': /^InvalidKeyUsageException: Algorithm/,
  'dry run': /^DryRunOperationException/,
} as const;

type Flaw = keyof typeof flaws;
const order = Object.keys(flaws) as Flaw[];

/** Flaws that can't meet in one request; a denial of a key that does not exist needs IAM, not a key policy. */
const exclusive: readonly (readonly [Flaw, Flaw])[] = [
  ['name of no key', 'other Region'],
  ['not authorized', 'unknown key'],
  ['unknown key', 'disabled'],
  ['unknown key', 'other usage'],
  ['other usage', 'other algorithm'],
];

async function encryptWith(...wrong: readonly Flaw[]): Promise<string> {
  const is = (flaw: Flaw) => wrong.includes(flaw);
  const faults = is('throttled') ? [{ operation: 'Encrypt', error: 'ThrottlingException' } as const] : [];
  const kms = new MemoryKms({ authorization: 'keyPolicy', faults });
  const admin = kms.client();
  const signing = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;
  const { id, arn } = await newKey(admin, is('other usage') ? signing : {});
  if (is('not authorized')) await admin.putKeyPolicy({ KeyId: id, Policy: DENYING_POLICY });
  if (is('disabled')) await admin.disableKey({ KeyId: id });
  let KeyId = is('unknown key') ? arn.replace(id, UNKNOWN_ID) : arn;
  if (is('other Region')) KeyId = KeyId.replace('us-east-1', 'eu-west-1');
  if (is('name of no key')) KeyId = 'no key';
  const client = kms.client({ principal: stranger });
  return outcomeOf(
    client.encrypt({
      KeyId,
      Plaintext: new Uint8Array(is('plaintext too long') ? 4097 : 1),
      ...(is('context too long') ? { EncryptionContext: { tenant: 'x'.repeat(8187) } } : {}),
      ...(is('other algorithm') ? { EncryptionAlgorithm: 'RSAES_OAEP_SHA_1' } : {}),
      DryRun: is('dry run'),
    }),
  );
}

describe('one flaw', () => {
  it.each(order)('%s', async (flaw) => expect(await encryptWith(flaw)).toMatch(flaws[flaw]));
  it('none', async () => expect(await encryptWith()).toBe('ok'));
});

const pairs = order.flatMap((first, index) => order.slice(index + 1).map((second) => [first, second] as const));
const possible = pairs.filter(
  ([first, second]) => !exclusive.some(([one, other]) => one === first && other === second),
);

describe('of two flaws the first is told', () => {
  it.each(possible)('%s before %s', async (first, second) => {
    expect(await encryptWith(first, second)).toMatch(flaws[first]);
  });
});
