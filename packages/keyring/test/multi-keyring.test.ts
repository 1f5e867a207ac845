import { DataKeyUnavailableError, type Keyring } from '@waxseal/core';
import { KmsKeyring, MultiKeyring, RawAesKeyring } from '@waxseal/keyring';
import { expect, test } from 'vitest';
import { decryptRequest, encryptRequest } from './requests.ts';
import { awsError, keyArn, StubKms } from './stub-kms.ts';

const raw = (name: string, fill = 1) =>
  new RawAesKeyring({ namespace: 'app', name, key: new Uint8Array(32).fill(fill) });

test('the generator makes the data key and the children wrap it, in the order given', async () => {
  const multi = new MultiKeyring({ generator: raw('a'), children: [raw('b'), raw('c')] });
  const { dataKey, encryptedDataKeys } = await multi.onEncrypt(encryptRequest());
  expect(encryptedDataKeys.map(({ providerInfo }) => String.fromCharCode(providerInfo[0]!))).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'b', 'c']) {
    expect(await raw(name).onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  }
});

test('children wrap in parallel', async () => {
  let open = 0;
  let most = 0;
  const slow = (inner: Keyring): Keyring => ({
    onDecrypt: (request) => inner.onDecrypt(request),
    onEncrypt: async (request) => {
      most = Math.max(most, ++open);
      await new Promise((resolve) => setTimeout(resolve, 5));
      open -= 1;
      return inner.onEncrypt(request);
    },
  });
  await new MultiKeyring({ generator: raw('a'), children: [slow(raw('b')), slow(raw('c'))] }).onEncrypt(
    encryptRequest(),
  );
  expect(most).toBe(2);
});

test('one failing child fails all, and the data key is wiped only after every child is done', async () => {
  let seen: Uint8Array | undefined;
  let atEnd: number | undefined;
  const late: Keyring = {
    onDecrypt: async () => undefined,
    onEncrypt: async ({ dataKey }) => {
      seen = dataKey;
      await new Promise((resolve) => setTimeout(resolve, 5));
      atEnd = dataKey?.reduce((sum, byte) => sum + byte, 0);
      throw new Error('late');
    },
  };
  const early: Keyring = {
    onDecrypt: async () => undefined,
    onEncrypt: async () => Promise.reject(new Error('early')),
  };
  const multi = new MultiKeyring({ generator: raw('a'), children: [early, late] });
  const error = await multi.onEncrypt(encryptRequest()).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DataKeyUnavailableError);
  expect(error).toMatchObject({ attempts: [{ key: 'child 0' }, { key: 'child 1' }] });
  expect(atEnd).toBeGreaterThan(0);
  expect(seen).toEqual(new Uint8Array(32));
});

test('a failing generator is not replaced by a child', async () => {
  const broken: Keyring = {
    onDecrypt: async () => undefined,
    onEncrypt: async () => Promise.reject(new Error('no generator')),
  };
  const multi = new MultiKeyring({ generator: broken, children: [raw('b')] });
  await expect(multi.onEncrypt(encryptRequest())).rejects.toThrow('no generator');
});

test('the data key comes from the generator alone, or from outside alone', async () => {
  const dataKey = new Uint8Array(32);
  const withGenerator = new MultiKeyring({ generator: raw('a') });
  await expect(withGenerator.onEncrypt(encryptRequest({ dataKey }))).rejects.toThrow(TypeError);
  const without = new MultiKeyring({ children: [raw('a')] });
  await expect(without.onEncrypt(encryptRequest())).rejects.toThrow(TypeError);
  expect((await without.onEncrypt(encryptRequest({ dataKey }))).dataKey).toBe(dataKey);
});

test('the first keyring that opens wins, whatever failed before it', async () => {
  const wrong = raw('a', 2);
  const { dataKey, encryptedDataKeys } = await new MultiKeyring({
    generator: raw('a'),
    children: [raw('b')],
  }).onEncrypt(encryptRequest());
  const multi = new MultiKeyring({ generator: wrong, children: [raw('z'), raw('b')] });
  expect(await multi.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
});

test('failures of all keyrings are listed together; without any attempt the answer is undefined', async () => {
  const kms = new StubKms();
  const arn = keyArn('k');
  const writer = new MultiKeyring({ generator: new KmsKeyring({ kms, generatorKeyId: arn }), children: [raw('a')] });
  const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
  kms.bend = () => {
    throw awsError('AccessDeniedException');
  };
  const inner = new MultiKeyring({ children: [raw('a', 2)] });
  const reader = new MultiKeyring({ generator: inner, children: [new KmsKeyring({ kms, keyIds: [arn] })] });
  const error = await reader.onDecrypt(decryptRequest(encryptedDataKeys)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    category: 'denied',
    attempts: [
      { keyring: 'RawAesKeyring', key: 'app/a' },
      { keyring: 'KmsKeyring', key: arn, cause: { code: 'ERR_KMS_ACCESS_DENIED' } },
    ],
  });
  const stranger = new MultiKeyring({ children: [raw('y'), raw('z')] });
  expect(await stranger.onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
});

const twice = raw('a');
test.each([
  ['nothing', {}],
  ['a keyring as generator and child', { generator: twice, children: [twice] }],
  ['a child given twice', { children: [twice, twice] }],
  ['something that is no keyring', { generator: {} }],
])('is not made with %s', (_what, options) => {
  expect(() => new MultiKeyring(options as never)).toThrow(TypeError);
});
