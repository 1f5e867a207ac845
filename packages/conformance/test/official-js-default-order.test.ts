// Messages that the official SDK writes without `utf8Sorting: true` bind their context in the order of a locale.

import {
  buildClient,
  CommitmentPolicy,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
} from '@aws-crypto/client-node';
import { decrypt } from '@waxseal/core';
import { RawAesKeyring } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';

const key = new Uint8Array(32).fill(3);
const names = { namespace: 'order', name: 'key' };
const ours = (localeSortedContext?: string) => new RawAesKeyring({ ...names, key, localeSortedContext });

async function theirs(encryptionContext: Record<string, string>): Promise<Uint8Array> {
  const keyring = new RawAesKeyringNode({
    keyNamespace: names.namespace,
    keyName: names.name,
    unencryptedMasterKey: Uint8Array.from(key),
    wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
  });
  const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
  return (await client.encrypt(keyring, 'text', { encryptionContext })).result;
}

const differing: [string, Record<string, string>][] = [
  ['an upper-case key', { Purpose: '1' }],
  ['mixed case', { B: '1', a: '2', C: '3' }],
  ['letters with marks', { z: '1', ä: '2' }],
  ['punctuation', { 'b-c': '1', B_c: '2', bc: '3' }],
];

describe('the official SDK’s default order of context pairs', () => {
  test.each(differing)('with %s: opens by localeSortedContext alone', async (_what, context) => {
    const message = await theirs(context);
    await expect(decrypt(ours(), message)).rejects.toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE' });
    const { plaintext, encryptionContext } = await decrypt(ours('en-US'), message);
    expect(Buffer.from(plaintext).toString()).toBe('text');
    expect(encryptionContext).toMatchObject(context);
  });

  test.each<[string, Record<string, string>]>([
    ['no pairs', {}],
    ['lower-case keys', { purpose: '1', tenant: '2' }],
  ])('with %s it is ours: opens either way', async (_what, context) => {
    const message = await theirs(context);
    for (const keyring of [ours(), ours('en-US')]) {
      expect(Buffer.from((await decrypt(keyring, message)).plaintext).toString()).toBe('text');
    }
  });

  test('the option does not let another context pass', async () => {
    const message = await theirs({ Purpose: '1' });
    const flipped = Uint8Array.from(message);
    flipped[Buffer.from(message).indexOf('Purpose') + 'Purpose'.length + 2]! ^= 1;
    await expect(decrypt(ours('en-US'), flipped)).rejects.toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE' });
  });
});
