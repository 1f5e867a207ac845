// What every keyring must do, whatever it wraps with.

import { inspect } from 'node:util';
import {
  type AlgorithmSuite,
  algorithmSuites,
  DataKeyUnavailableError,
  decrypt,
  encrypt,
  type Keyring,
  type KeyringEncryptResult,
} from '@waxseal/core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  CONTEXT,
  copyOf,
  decryptRequest,
  deepFreeze,
  encryptRequest,
  failureOf,
  hex,
} from '../src/keyring-requests.ts';

/** One keyring and its counterparts, fresh and used by nobody else. */
export type KeyringParties = {
  readonly writer: Keyring;
  /** Opens what the writer wrapped; may be the writer itself. */
  readonly reader: Keyring;
  /** The same kind of keyring with another wrapping key: opens nothing of the writer's. */
  readonly stranger: Keyring;
};

/** What the suite has to know about a keyring. */
export type KeyringSuiteOptions = {
  readonly name: string;
  readonly make: () => Promise<KeyringParties>;
  /** Whether the wrapping itself binds the encryption context; true when absent. */
  readonly bindsContext?: boolean | undefined;
  /** Whether the keyring itself notices an altered ciphertext; true when absent. PKCS #1 v1.5 must not tell. */
  readonly noticesAlteration?: boolean | undefined;
  /** Whether suites with a signature are taken; true when absent. */
  readonly takesSigningSuites?: boolean | undefined;
  /** Whether a data key from outside can be wrapped; true when absent. */
  readonly wrapsGivenDataKey?: boolean | undefined;
};

/** Runs the suite of the port `Keyring` over one keyring. */
export function keyringSuite(options: KeyringSuiteOptions): void {
  describe(`Keyring: ${options.name}`, () => {
    let parties: KeyringParties;
    beforeAll(async () => {
      parties = await options.make();
    });
    const context: SuiteContext = { options, parties: () => parties };
    wrapping(context);
    unwrapping(context);
    refusingBytes(context);
    refusingContexts(context);
    messages(context);
  });
}

type SuiteContext = { readonly options: KeyringSuiteOptions; readonly parties: () => KeyringParties };

const SECRET = 'v3ry-s3cret-value';

function suitesFor({ takesSigningSuites = true }: KeyringSuiteOptions): readonly AlgorithmSuite[] {
  const all: readonly AlgorithmSuite[] = Object.values(algorithmSuites);
  return all.filter(({ signature }) => takesSigningSuites || signature === undefined);
}

function wrapping({ options, parties }: SuiteContext): void {
  test.each(suitesFor(options))(
    'makes a fresh data key of the length that $name takes, and opens it',
    async (suite) => {
      const { writer, reader } = parties();
      const request = encryptRequest({ algorithmSuite: suite });
      const [first, second] = await Promise.all([writer.onEncrypt(request), writer.onEncrypt(request)]);
      expect(first.dataKey).toHaveLength(suite.dataKeyLength);
      expect(hex(first.dataKey)).not.toBe(hex(second.dataKey));
      const opened = await reader.onDecrypt(decryptRequest(first.encryptedDataKeys, { algorithmSuite: suite }));
      expect(hex(opened!)).toBe(hex(first.dataKey));
    },
  );

  test('gives encrypted data keys that fit the header', async () => {
    const { encryptedDataKeys } = await parties().writer.onEncrypt(encryptRequest());
    expect(encryptedDataKeys.length).toBeGreaterThan(0);
    for (const { providerId, providerInfo, ciphertext } of encryptedDataKeys) {
      expect(providerId).not.toBe('');
      expect(providerInfo.length).toBeLessThanOrEqual(65_535);
      expect(ciphertext.length).toBeGreaterThan(0);
      expect(ciphertext.length).toBeLessThanOrEqual(65_535);
    }
  });

  test.skipIf(options.wrapsGivenDataKey === false)('wraps a given data key, and leaves it as it is', async () => {
    const { writer, reader } = parties();
    const dataKey = new Uint8Array(32).fill(0xa5);
    const result = await writer.onEncrypt({ ...encryptRequest(), dataKey });
    expect(hex(result.dataKey)).toBe('a5'.repeat(32));
    expect(hex(dataKey)).toBe('a5'.repeat(32));
    expect(hex((await reader.onDecrypt(decryptRequest(result.encryptedDataKeys)))!)).toBe('a5'.repeat(32));
  });

  test.skipIf(options.wrapsGivenDataKey === false)('refuses a given data key of another length', async () => {
    const wrong = parties().writer.onEncrypt({ ...encryptRequest(), dataKey: new Uint8Array(31) });
    expect(await failureOf(wrong)).toBeInstanceOf(Error);
  });

  test('never wraps one data key twice into the same bytes', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => parties().writer.onEncrypt(encryptRequest())));
    const ciphertexts = results.map(({ encryptedDataKeys }) => hex(encryptedDataKeys[0]!.ciphertext));
    expect(new Set(ciphertexts).size).toBe(5);
  });

  test('keeps nothing of the data key that it gave away: wiping it changes nothing', async () => {
    const { writer, reader } = parties();
    const result = await writer.onEncrypt(encryptRequest());
    const before = hex(result.dataKey);
    result.dataKey.fill(0);
    const opened = await reader.onDecrypt(decryptRequest(result.encryptedDataKeys));
    expect(hex(opened!)).toBe(before);
  });
}

function unwrapping({ parties }: SuiteContext): void {
  let written: KeyringEncryptResult;
  beforeAll(async () => {
    written = await parties().writer.onEncrypt(encryptRequest());
  });

  test('gives a fresh buffer each time, which the caller may wipe', async () => {
    const { reader } = parties();
    const first = await reader.onDecrypt(decryptRequest(written.encryptedDataKeys));
    first!.fill(0);
    const second = await reader.onDecrypt(decryptRequest(written.encryptedDataKeys));
    expect(hex(second!)).toBe(hex(written.dataKey));
  });

  test('changes nothing of the request', async () => {
    const copies = written.encryptedDataKeys.map(copyOf);
    await parties().reader.onDecrypt(deepFreeze(decryptRequest(copies)));
    expect(copies.map(({ ciphertext }) => hex(ciphertext))).toEqual(
      written.encryptedDataKeys.map(({ ciphertext }) => hex(ciphertext)),
    );
  });

  test('finds its own among others, before and after', async () => {
    const other = { providerId: 'somebody-else', providerInfo: new Uint8Array(3), ciphertext: new Uint8Array(80) };
    const mixed = [other, ...written.encryptedDataKeys, other];
    expect(hex((await parties().reader.onDecrypt(decryptRequest(mixed)))!)).toBe(hex(written.dataKey));
  });

  test('gives undefined when nothing is its own: that is no error', async () => {
    const other = { providerId: 'somebody-else', providerInfo: new Uint8Array(3), ciphertext: new Uint8Array(80) };
    expect(await parties().reader.onDecrypt(decryptRequest([other]))).toBeUndefined();
    expect(await parties().reader.onDecrypt(decryptRequest([other, other]))).toBeUndefined();
  });

  test('serves many callers at once', async () => {
    const { reader } = parties();
    const calls = Array.from({ length: 20 }, () => reader.onDecrypt(decryptRequest(written.encryptedDataKeys)));
    for (const opened of await Promise.all(calls)) expect(hex(opened!)).toBe(hex(written.dataKey));
  });

  test.each([
    ['no pairs', {}],
    ['a pair named __proto__', JSON.parse('{"__proto__":"x","constructor":"y"}')],
    [
      'keys of every kind',
      { B: '1', a: '2', '\u{10000}': '3', '\ufffd': '4', '\ufeff': '5', '': '6', '10': '7', '9': '8' },
    ],
    ['a long value', { long: 'x'.repeat(3_000) }],
  ])('takes a context with %s', async (_what, encryptionContext) => {
    const { writer, reader } = parties();
    const { dataKey, encryptedDataKeys } = await writer.onEncrypt(encryptRequest({ encryptionContext }));
    const opened = await reader.onDecrypt(decryptRequest(encryptedDataKeys, { encryptionContext }));
    expect(hex(opened!)).toBe(hex(dataKey));
  });
}

/** Awaits a refusal: an error that tells of each attempt, or undefined for what is not the keyring's own. */
async function expectRefusal(
  { options }: SuiteContext,
  promise: Promise<Uint8Array | undefined>,
  dataKey: Uint8Array,
): Promise<void> {
  const outcome = await promise.catch((error: unknown) => error);
  if (outcome instanceof Uint8Array && options.noticesAlteration === false) {
    expect(hex(outcome)).not.toBe(hex(dataKey));
    return;
  }
  if (outcome === undefined) return;
  expect(outcome).toBeInstanceOf(DataKeyUnavailableError);
  for (const { keyring, key, cause } of (outcome as DataKeyUnavailableError).attempts) {
    expect(keyring).toMatch(/Keyring$/);
    expect(key).not.toBe('');
    expect(cause).toBeInstanceOf(Error);
  }
}

function refusingBytes(context: SuiteContext): void {
  const { parties } = context;
  test('another wrapping key opens nothing', async () => {
    const { writer, stranger } = parties();
    const { dataKey, encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    await expectRefusal(context, stranger.onDecrypt(decryptRequest(encryptedDataKeys)), dataKey);
  });

  test('a ciphertext that was altered, cut or lengthened is refused', async () => {
    const { writer, reader } = parties();
    const { dataKey, encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const changes: ((bytes: Uint8Array) => Uint8Array)[] = [
      (bytes) => bytes.subarray(0, -1),
      (bytes) => Buffer.concat([bytes, new Uint8Array(1)]),
      () => new Uint8Array(0),
      ...[0, 0.3, 0.6, 0.999].map((share) => (bytes: Uint8Array) => {
        bytes[Math.floor(share * bytes.length)]! ^= 1;
        return bytes;
      }),
    ];
    for (const change of changes) {
      const altered = encryptedDataKeys
        .map(copyOf)
        .map((entry) => ({ ...entry, ciphertext: change(entry.ciphertext) }));
      await expectRefusal(context, reader.onDecrypt(decryptRequest(altered)), dataKey);
    }
  });

  test('a data key of another length than the suite takes is refused', async () => {
    const { writer, reader } = parties();
    const small = algorithmSuites.ALG_AES_128_GCM_IV12_TAG16_HKDF_SHA256;
    const { dataKey, encryptedDataKeys } = await writer.onEncrypt(encryptRequest({ algorithmSuite: small }));
    await expectRefusal(context, reader.onDecrypt(decryptRequest(encryptedDataKeys)), dataKey);
  });

  test('hostile provider info is refused or passed over', async () => {
    const { writer, reader } = parties();
    const { dataKey, encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    const infos = [new Uint8Array(0), new Uint8Array(65_535), Uint8Array.of(0xff, 0xfe)];
    for (const providerInfo of infos) {
      const hostile = encryptedDataKeys.map((entry) => ({ ...copyOf(entry), providerInfo }));
      await expectRefusal(context, reader.onDecrypt(decryptRequest(hostile)), dataKey);
    }
  });

  test('an aborted signal ends both ways with its reason', async () => {
    const { writer, reader } = parties();
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
    expect(await failureOf(writer.onEncrypt({ ...encryptRequest(), signal }))).toBe(reason);
    expect(await failureOf(reader.onDecrypt(decryptRequest(encryptedDataKeys, { signal })))).toBe(reason);
  });
}

function refusingContexts({ options, parties }: SuiteContext): void {
  test.runIf(options.bindsContext !== false)(
    'another context is refused, and its values are told to nobody',
    async () => {
      const { writer, reader } = parties();
      const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest());
      for (const changed of [{ ...CONTEXT, purpose: SECRET }, { ...CONTEXT, more: SECRET }, {}]) {
        const request = decryptRequest(encryptedDataKeys, { encryptionContext: changed });
        const error = await failureOf(reader.onDecrypt(request));
        expect(error).toBeInstanceOf(DataKeyUnavailableError);
        const causes = (error as DataKeyUnavailableError).attempts.map(({ cause }) => cause);
        expect(causes).toContainEqual(expect.objectContaining({ category: 'mismatch' }));
        expect(inspect(error, { depth: 6 })).not.toContain(SECRET);
      }
    },
  );

  test.runIf(options.bindsContext !== false)('pairs are bound as pairs: {"a":"bc"} is not {"ab":"c"}', async () => {
    const { writer, reader } = parties();
    const { encryptedDataKeys } = await writer.onEncrypt(encryptRequest({ encryptionContext: { a: 'bc' } }));
    const request = decryptRequest(encryptedDataKeys, { encryptionContext: { ab: 'c' } });
    expect(await failureOf(reader.onDecrypt(request))).toBeInstanceOf(DataKeyUnavailableError);
  });
}

function messages({ options, parties }: SuiteContext): void {
  test('serves whole messages', async () => {
    const { writer, reader } = parties();
    const plaintext = Buffer.from('a message under this keyring');
    const encryptionContext = { purpose: 'conformance' };
    for (const { id } of suitesFor(options).filter(({ committing }) => committing)) {
      const { message } = await encrypt(writer, plaintext, { encryptionContext, algorithmSuite: id });
      const opened = await decrypt(reader, message, { encryptionContext });
      expect(Buffer.compare(opened.plaintext, plaintext)).toBe(0);
      expect(await failureOf(decrypt(parties().stranger, message))).toMatchObject({
        code: expect.stringMatching(/^ERR_(DATA_KEY_UNAVAILABLE|DECRYPTION_FAILED)$/),
      });
    }
  });
}
