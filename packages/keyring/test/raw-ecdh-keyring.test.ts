import { diffieHellman, ECDH } from 'node:crypto';
import { algorithmSuites } from '@waxseal/core';
import { RawEcdhKeyring } from '@waxseal/keyring';
import { describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { ecPair, rsaPair } from './key-pairs.ts';
import { decryptRequest, encryptRequest } from './requests.ts';

const CURVES = [
  ['P-256', 'prime256v1', 33],
  ['P-384', 'secp384r1', 49],
  ['P-521', 'secp521r1', 67],
] as const;

const endsOn = (curve: string) => {
  const sender = ecPair(curve, 'sender');
  const recipient = ecPair(curve, 'recipient');
  return {
    sender,
    recipient,
    writer: new RawEcdhKeyring({
      schema: 'static',
      senderPrivateKey: sender.privateKey,
      recipientPublicKey: recipient.publicKey,
    }),
    ephemeral: new RawEcdhKeyring({ schema: 'ephemeral', recipientPublicKey: recipient.publicKey }),
    reader: new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey: recipient.privateKey }),
    reversed: new RawEcdhKeyring({
      schema: 'static',
      senderPrivateKey: recipient.privateKey,
      recipientPublicKey: sender.publicKey,
    }),
  };
};

describe.each(CURVES)('on %s', (curve, openssl, pointLength) => {
  const { writer, ephemeral, reader, reversed, sender } = endsOn(curve);

  test('what is sent between two known ends opens at both, and by discovery', async () => {
    const { dataKey, encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const [entry] = encryptedDataKeys;
    expect(entry?.providerId).toBe('raw-ecdh');
    expect(entry?.providerInfo).toHaveLength(9 + 2 * pointLength);
    expect(entry?.ciphertext).toHaveLength(32 + 32 + 32 + 16);
    for (const keyring of [writer, reader, reversed]) {
      expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    }
  });

  test('what an ephemeral sender sent opens by discovery alone', async () => {
    const { dataKey, encryptedDataKeys } = await ephemeral.onEncrypt(encryptRequest());
    expect(await reader.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    for (const keyring of [ephemeral, writer, reversed]) {
      expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
    }
  });

  test('every ephemeral data key has its own sender, and every data key its own salt', async () => {
    const dataKey = new Uint8Array(32);
    const made = await Promise.all([1, 2, 3].map(() => ephemeral.onEncrypt(encryptRequest({ dataKey }))));
    const infos = made.map(({ encryptedDataKeys: [entry] }) => Buffer.from(entry!.providerInfo).toString('hex'));
    expect(new Set(infos).size).toBe(3);
    const same = await Promise.all([1, 2, 3].map(() => writer.onEncrypt(encryptRequest({ dataKey }))));
    const salts = same.map(({ encryptedDataKeys: [entry] }) =>
      Buffer.from(entry!.ciphertext.subarray(0, 32)).toString(),
    );
    expect(new Set(salts).size).toBe(3);
  });

  test('the data key of aws-kms-ecdh opens too', async () => {
    const { dataKey, encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const renamed = encryptedDataKeys.map((entry) => ({ ...entry, providerId: 'aws-kms-ecdh' }));
    expect(await reader.onDecrypt(decryptRequest(renamed))).toEqual(dataKey);
  });

  test('fails when salt, commitment, ciphertext or tag is flipped anywhere', async () => {
    const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const { ciphertext } = encryptedDataKeys[0]!;
    for (let at = 0; at < ciphertext.length; at += 1) {
      ciphertext[at]! ^= 1;
      const error = await dataKeyFailure(reader.onDecrypt(decryptRequest(encryptedDataKeys)));
      expect(error.attempts).toMatchObject([{ keyring: 'RawEcdhKeyring', cause: { code: 'ERR_DECRYPTION_FAILED' } }]);
      ciphertext[at]! ^= 1;
    }
  });

  test('fails when one context value differs, and for a data key of another length', async () => {
    const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const request = decryptRequest(encryptedDataKeys);
    await dataKeyFailure(reader.onDecrypt({ ...request, encryptionContext: { purpose: 'tset', Äpfel: 'grün' } }));
    const algorithmSuite = algorithmSuites.ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256;
    await dataKeyFailure(reader.onDecrypt({ ...request, algorithmSuite }));
  });

  test('fails for a sender that is no point of the curve', async () => {
    const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const [entry] = encryptedDataKeys;
    const senderAt = 9 + pointLength;
    const info = entry!.providerInfo;
    const offCurve = findOffCurve(openssl, info.slice(senderAt));
    const causes: unknown[] = [];
    for (const point of [offCurve, new Uint8Array(pointLength), new Uint8Array(pointLength).fill(255)]) {
      const providerInfo = Uint8Array.from(info);
      providerInfo.set(point, senderAt);
      const error = await dataKeyFailure(reader.onDecrypt(decryptRequest([{ ...entry!, providerInfo }])));
      causes.push(error.attempts[0]?.cause);
    }
    expect(causes).toMatchObject(Array(3).fill({ code: 'ERR_MESSAGE_MALFORMED' }));
  });

  test.each([
    ['another version', (info: Uint8Array) => info.fill(2, 0, 1)],
    ['another length of the recipient', (info: Uint8Array) => info.fill(0, 4, 5)],
    ['another length of the sender', (info: Uint8Array) => info.fill(0, 5 + pointLength, 9 + pointLength)],
    ['a byte less', (info: Uint8Array) => info.subarray(0, -1)],
    ['a byte more', (info: Uint8Array) => Buffer.concat([info, Buffer.alloc(1)])],
    ['nothing', () => new Uint8Array(0)],
    ['another recipient', (info: Uint8Array) => info.fill(info[6]! ^ 1, 6, 7)],
  ])('gives undefined for provider info with %s', async (_what, change) => {
    const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const [entry] = encryptedDataKeys;
    const changed = { ...entry!, providerInfo: change(Uint8Array.from(entry!.providerInfo)) };
    expect(await reader.onDecrypt(decryptRequest([changed]))).toBeUndefined();
  });

  test('between known ends, gives undefined for another sender', async () => {
    const stranger = ecPair(curve, 'stranger');
    const { encryptedDataKeys } = await new RawEcdhKeyring({
      schema: 'static',
      senderPrivateKey: stranger.privateKey,
      recipientPublicKey: sender.publicKey,
    }).onEncrypt(encryptRequest());
    expect(await writer.onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
  });
});

test('a shared secret keeps its leading zeros', () => {
  // One in 256 secrets starts with a zero byte: find one, and see that its length stays.
  const { privateKey } = ecPair('P-256', 'a');
  for (let tries = 0; tries < 5_000; tries += 1) {
    const { publicKey } = ecPair('P-256', `zero ${tries}`);
    const secret = diffieHellman({ privateKey, publicKey });
    expect(secret).toHaveLength(32);
    if (secret[0] === 0) return;
  }
  throw new Error('no secret with a leading zero was found');
});

test('keys on another curve are not ours', async () => {
  const { encryptedDataKeys } = await endsOn('P-384').writer.onEncrypt(encryptRequest());
  expect(await endsOn('P-256').reader.onDecrypt(decryptRequest(encryptedDataKeys))).toBeUndefined();
});

test('discovery never encrypts', async () => {
  await expect(endsOn('P-256').reader.onEncrypt(encryptRequest())).rejects.toThrow(TypeError);
});

const { publicKey, privateKey } = ecPair();
test.each([
  ['an unknown schema', { schema: 'dynamic', recipientPublicKey: publicKey }],
  ['no keys', { schema: 'static' }],
  [
    'keys on two curves',
    { schema: 'static', senderPrivateKey: privateKey, recipientPublicKey: ecPair('P-384').publicKey },
  ],
  ['a curve of another family', { schema: 'ephemeral', recipientPublicKey: ecPair('secp256k1').publicKey }],
  ['an RSA key', { schema: 'discovery', recipientPrivateKey: rsaPair().privateKey }],
  ['a private key as public one', { schema: 'ephemeral', recipientPublicKey: privateKey }],
  ...(['pkcs8', 'sec1'] as const).map((type): [string, object] => [
    `a private DER (${type}) as public one`,
    { schema: 'ephemeral', recipientPublicKey: privateKey.export({ type, format: 'der' }) },
  ]),
  ['a public key off the curve', { schema: 'ephemeral', recipientPublicKey: offCurveSpki() }],
  ['the point at infinity', { schema: 'ephemeral', recipientPublicKey: infinitySpki() }],
])('is not made with %s', (_what, options) => {
  expect(() => new RawEcdhKeyring(options as never)).toThrow(TypeError);
});

function findOffCurve(curve: string, point: Uint8Array): Uint8Array {
  for (let value = 0; value < 256; value += 1) {
    point[point.length - 1] = value;
    try {
      ECDH.convertKey(point, curve);
    } catch {
      return point;
    }
  }
  throw new Error('every x was on the curve');
}

function offCurveSpki(): Uint8Array {
  const der = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
  der[der.length - 1]! ^= 1;
  return der;
}

function infinitySpki(): Uint8Array {
  return Buffer.from('3019301306072a8648ce3d020106082a8648ce3d03010703020000', 'hex');
}
