import { engine } from '@waxseal/core/crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { decryptFromOther, type EcdhExchange, encryptForOther } from '../src/ecdh-exchange.ts';
import { toEcPublicKey } from '../src/elliptic-curve.ts';
import { dataKeyFailure } from './failures.ts';
import { ecPair } from './key-pairs.ts';
import { decryptRequest, encryptRequest } from './requests.ts';

// Too long for the two bytes of its length, so that it can't be bound to the data key.
const encryptionContext = { long: 'x'.repeat(65_536) };
const endOf = (name: string) => toEcPublicKey(ecPair('P-256', name).publicKey, 'key');

/** An exchange whose shared secrets are kept, to be looked at afterwards. */
function setUp() {
  const secrets: Uint8Array[] = [];
  const agree = () => {
    const secret = new Uint8Array(32).fill(7);
    secrets.push(secret);
    return secret;
  };
  const exchange = { keyring: 'test', key: 'test', own: endOf('own'), other: endOf('other'), agree };
  exchange satisfies EcdhExchange;
  return { exchange, secrets };
}

const wiped = new Uint8Array(32);

afterEach(() => {
  vi.restoreAllMocks();
});

test('when wrapping fails, the shared secret and the new data key are wiped', async () => {
  const { exchange, secrets } = setUp();
  const random = vi.spyOn(engine, 'randomBytes');
  await expect(encryptForOther(exchange, 'raw-ecdh', encryptRequest({ encryptionContext }))).rejects.toThrow();
  expect(random.mock.results.map(({ value }) => value)).toEqual([wiped]);
  expect(secrets).toEqual([wiped]);
});

test('when wrapping fails, a data key that was given is left to its owner', async () => {
  const { exchange, secrets } = setUp();
  const dataKey = new Uint8Array(32).fill(3);
  await expect(encryptForOther(exchange, 'raw-ecdh', encryptRequest({ encryptionContext, dataKey }))).rejects.toThrow();
  expect(dataKey).toEqual(new Uint8Array(32).fill(3));
  expect(secrets).toEqual([wiped]);
});

test('the shared secret is wiped when unwrapping throws, fails or succeeds', async () => {
  const { exchange, secrets } = setUp();
  const { dataKey, encryptedDataKeys } = await encryptForOther(exchange, 'raw-ecdh', encryptRequest());
  expect(await decryptFromOther(exchange, decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  for (const context of [encryptionContext, { other: 'context' }]) {
    const request = decryptRequest(encryptedDataKeys, { encryptionContext: context });
    await dataKeyFailure(decryptFromOther(exchange, request));
  }
  expect(secrets).toEqual([wiped, wiped, wiped, wiped]);
});
