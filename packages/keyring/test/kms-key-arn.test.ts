import {
  formatKmsArn,
  isMultiRegionKey,
  KmsKeyring,
  KmsMrkKeyring,
  KmsRsaKeyring,
  matchesMultiRegionKey,
  parseKmsArn,
  parseKmsKeyArn,
} from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { decryptRequest, encryptRequest } from './requests.ts';
import { keyArn, StubKms } from './stub-kms.ts';

const GOOD = 'arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const ID = '1234abcd-12ab-34cd-56ef-1234567890ab';

const malformed = [
  ['nothing', ''],
  ['a word', 'arn'],
  ['another scheme', GOOD.replace('arn:', 'arn-not:')],
  ['an upper-case scheme', GOOD.replace('arn:', 'ARN:')],
  ['no partition', GOOD.replace(':aws:', '::')],
  ['a partition with a space', GOOD.replace(':aws:', ':a ws:')],
  ['another service', GOOD.replace(':kms:', ':s3:')],
  ['no service', GOOD.replace(':kms:', '::')],
  ['an upper-case service', GOOD.replace(':kms:', ':KMS:')],
  ['no Region', GOOD.replace('us-west-2', '')],
  ['a Region with a dot', GOOD.replace('us-west-2', 'evil.example')],
  ['a Region with a slash', GOOD.replace('us-west-2', 'us-west-2/x')],
  ['an account with a space', GOOD.replace('111122223333', '1111 22223333')],
  ['no account', GOOD.replace('111122223333', '')],
  ['no resource', GOOD.replace(`key/${ID}`, '')],
  ['a resource type alone', GOOD.replace(`/${ID}`, '')],
  ['an empty key id', GOOD.replace(ID, '')],
  ['a colon for the slash', GOOD.replace('key/', 'key:')],
  ['another resource type', GOOD.replace('key/', 'grant/')],
  ['a plural resource type', GOOD.replace('key/', 'keys/')],
  ['an upper-case resource type', GOOD.replace('key/', 'Key/')],
  ['a seventh part', `${GOOD}:more`],
  ['a colon at the end', `${GOOD}:`],
  ['a colon too many within', GOOD.replace(':kms:', ':kms::')],
  ['a part missing', GOOD.replace(':111122223333', '')],
  ['a space before', ` ${GOOD}`],
  ['a space behind', `${GOOD} `],
  ['a line feed behind', `${GOOD}\n`],
  ['a zero byte within', GOOD.replace('1234abcd', '1234\0abcd')],
  ['a byte order mark before', `\ufeff${GOOD}`],
  ['digits of another script', GOOD.replace('111122223333', '١١١١٢٢٢٢٣٣٣٣')],
  ['a percent sign for the colon', GOOD.replaceAll(':', '%3A')],
  ['a star for the key id', GOOD.replace(ID, '*')],
] as const;

describe('malformed ARNs', () => {
  test('are of at least twenty kinds here, each different', () => {
    expect(new Set(malformed.map(([, text]) => text)).size).toBeGreaterThanOrEqual(20);
    expect(new Set(malformed.map(([, text]) => text)).size).toBe(malformed.length);
  });

  test.each(malformed)('%s: is no ARN', (_what, text) => {
    expect(parseKmsArn(text)).toBeUndefined();
    expect(parseKmsKeyArn(text)).toBeUndefined();
  });

  test.each(malformed.filter(([, text]) => !/^[\w-]+$/.test(text)))('%s: no keyring takes it', (_what, keyId) => {
    const kms = new StubKms();
    expect(() => new KmsKeyring({ kms, keyIds: [keyId] })).toThrow(TypeError);
    expect(() => new KmsKeyring({ kms, generatorKeyId: keyId })).toThrow(TypeError);
    expect(() => new KmsMrkKeyring({ kms, keyId })).toThrow(TypeError);
    const rsa = { kms: { decrypt: kms.decrypt, getPublicKey: kms.decrypt }, encryptionAlgorithm: 'RSAES_OAEP_SHA_256' };
    expect(() => new KmsRsaKeyring({ ...rsa, keyId } as never)).toThrow('keyId must be a KMS key ARN');
  });

  test.each(malformed)('%s: in a message fails without a call to KMS', async (_what, text) => {
    const kms = new StubKms();
    const entry = { providerId: 'aws-kms', providerInfo: Buffer.from(text), ciphertext: new Uint8Array(1) };
    const reading = new KmsKeyring({ kms, keyIds: [GOOD] }).onDecrypt(decryptRequest([entry]));
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_DATA_KEY_UNAVAILABLE',
      attempts: [{ keyring: 'KmsKeyring', cause: { code: 'ERR_MESSAGE_MALFORMED' } }],
    });
    expect(kms.calls).toEqual([]);
  });

  test('ill-formed UTF-8 in a message fails as well', async () => {
    const providerInfo = Buffer.concat([Buffer.from(GOOD), Buffer.from([0xff])]);
    const entry = { providerId: 'aws-kms', providerInfo, ciphertext: new Uint8Array(1) };
    const reading = new KmsKeyring({ kms: new StubKms(), keyIds: [GOOD] }).onDecrypt(decryptRequest([entry]));
    await expect(reading).rejects.toMatchObject({ attempts: [{ cause: { code: 'ERR_MESSAGE_MALFORMED' } }] });
  });
});

describe('well-formed ARNs', () => {
  test.each([
    [GOOD, 'key'],
    [keyArn('mrk-1234abcd12ab34cd56ef1234567890ab'), 'key'],
    [GOOD.replace(':aws:', ':aws-us-gov:').replace('us-west-2', 'us-gov-west-1'), 'key'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:alias/a/b_c-1', 'alias'],
  ])('%s', (text, resourceType) => {
    const arn = parseKmsArn(text);
    expect(arn).toMatchObject({ resourceType, account: '111122223333' });
    expect(formatKmsArn(arn!)).toBe(text);
    expect(parseKmsKeyArn(text)).toEqual(resourceType === 'key' ? arn : undefined);
  });

  test.each([
    ['an account of thirteen digits', GOOD.replace('111122223333', '2222222222222')],
    ['an account that is a word', GOOD.replace('111122223333', 'local')],
    ['a Region of an emulator', GOOD.replace('us-west-2', 'LOCAL_1')],
    ['a slash in the key id', `${GOOD}/more`],
  ])("as the specification's grammar goes: %s", async (_what, text) => {
    expect(formatKmsArn(parseKmsKeyArn(text)!)).toBe(text);
    // In a message it is a stranger's data key, behind which our own still opens.
    const kms = new StubKms();
    const { encryptedDataKeys } = await new KmsKeyring({ kms, generatorKeyId: GOOD }).onEncrypt(encryptRequest());
    const stranger = { providerId: 'aws-kms', providerInfo: Buffer.from(text), ciphertext: new Uint8Array(1) };
    const request = decryptRequest([stranger, ...encryptedDataKeys]);
    await expect(new KmsKeyring({ kms, keyIds: [GOOD] }).onDecrypt(request)).resolves.toHaveLength(32);
  });

  test('long text is refused in linear time', () => {
    const start = performance.now();
    expect(parseKmsArn(`arn:${'a-'.repeat(5_000_000)}`)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('multi-Region keys', () => {
  const arn = (text: string) => parseKmsArn(text)!;

  test('are keys whose id starts with mrk-; an alias of that name is none', () => {
    expect(isMultiRegionKey(arn(keyArn('mrk-1')))).toBe(true);
    expect(isMultiRegionKey(arn(GOOD))).toBe(false);
    expect(isMultiRegionKey(arn('arn:aws:kms:us-west-2:111122223333:alias/mrk-1'))).toBe(false);
  });

  test.each([
    ['the same key', keyArn('k'), keyArn('k'), true],
    ['a replica', keyArn('mrk-1', 'us-east-1'), keyArn('mrk-1', 'eu-west-1'), true],
    ['another Region without mrk-', keyArn('k', 'us-east-1'), keyArn('k', 'eu-west-1'), false],
    ['another id', keyArn('mrk-1'), keyArn('mrk-2', 'eu-west-1'), false],
    ['a longer id', keyArn('mrk-1'), keyArn('mrk-11', 'eu-west-1'), false],
    ['another account', keyArn('mrk-1'), keyArn('mrk-1', 'eu-west-1', '999999999999'), false],
    ['another partition', keyArn('mrk-1'), keyArn('mrk-1', 'cn-north-1', undefined, 'aws-cn'), false],
    [
      'aliases of that name',
      'arn:aws:kms:us-east-1:111122223333:alias/mrk-1',
      'arn:aws:kms:eu-west-1:111122223333:alias/mrk-1',
      false,
    ],
  ])('match %s as they should', (_what, left, right, expected) => {
    expect(matchesMultiRegionKey(arn(left), arn(right))).toBe(expected);
    expect(matchesMultiRegionKey(arn(right), arn(left))).toBe(expected);
  });
});
