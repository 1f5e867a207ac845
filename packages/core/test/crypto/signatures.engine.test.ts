import { describe, expect, test } from 'vitest';
import { decodeDerSignature, encodeDerSignature } from '../../src/crypto/der-signature.ts';
import { ecdsaCurves } from '../../src/crypto/ecdsa-curves.ts';
import { engine } from '../../src/crypto/index.ts';
import { fromHex, utf8 } from './bytes.ts';

const curves = [
  { curve: 'P-256', publicKeyLength: 33, signatureLength: 71 },
  { curve: 'P-384', publicKeyLength: 49, signatureLength: 103 },
] as const;
const message = utf8('a message that is signed in pieces');

describe.each(curves)('ECDSA over $curve', ({ curve, publicKeyLength, signatureLength }) => {
  test('makes a new pair each time, its public key a compressed point', async () => {
    const [first, second] = [await engine.generateSigningKeyPair(curve), await engine.generateSigningKeyPair(curve)];
    expect(first.publicKey).toHaveLength(publicKeyLength);
    expect([0x02, 0x03]).toContain(first.publicKey[0]);
    expect(first.publicKey).not.toEqual(second.publicKey);
    expect(first.signingKey.curve).toBe(curve);
  });

  test('verifies what it signed, however the message was cut', async () => {
    const { signingKey, publicKey } = await engine.generateSigningKeyPair(curve);
    const signer = engine.createSigner(signingKey);
    signer.update(message.subarray(0, 5));
    signer.update(message.subarray(5));
    const signature = await signer.sign(signatureLength);
    const verifier = engine.createVerifier(curve, publicKey)!;
    for (const byte of message) verifier.update(Uint8Array.of(byte));
    expect(await verifier.verify(signature)).toBe(true);
    expect(await engine.verifyWhole(curve, publicKey, [message], signature)).toBe(true);
  });

  test('signs many messages with one key, each signature of a whole message as long as asked', async () => {
    const { signingKey, publicKey } = await engine.generateSigningKeyPair(curve);
    for (let count = 0; count < 40; count += 1) {
      const text = utf8(`message ${count}`);
      const signature = await engine.signWhole(signingKey, [text.subarray(0, 3), text.subarray(3)], signatureLength);
      expect(signature).toHaveLength(signatureLength);
      expect(await engine.verifyWhole(curve, publicKey, [text], signature)).toBe(true);
    }
  });

  test('signs and verifies a long message in parts as it does in one piece', async () => {
    const { signingKey, publicKey } = await engine.generateSigningKeyPair(curve);
    const long = new Uint8Array(0x110_0000).fill(0x5a);
    const parts = [long.subarray(0, 1000), long.subarray(1000, 0x30_0000), long.subarray(0x30_0000)];
    const signature = await engine.signWhole(signingKey, parts, signatureLength);
    const verifier = engine.createVerifier(curve, publicKey)!;
    verifier.update(long);
    expect(await verifier.verify(signature)).toBe(true);
    expect(await engine.verifyWhole(curve, publicKey, [long], signature)).toBe(true);
    long[long.length - 1] = 0;
    expect(await engine.verifyWhole(curve, publicKey, [long], signature)).toBe(false);
  });

  test('keeps apart more public keys than a cache may hold', async () => {
    const pairs = await Promise.all(Array.from({ length: 70 }, () => engine.generateSigningKeyPair(curve)));
    const signature = await engine.signWhole(pairs[0]!.signingKey, [message], signatureLength);
    for (const [index, { publicKey }] of [...pairs, pairs[0]!].entries()) {
      const isSigner = index % pairs.length === 0;
      expect(await engine.verifyWhole(curve, publicKey, [message], signature)).toBe(isSigner);
    }
  });

  test('refuses a length that no signature has, instead of trying for ever', async () => {
    const { signingKey } = await engine.generateSigningKeyPair(curve);
    await expect(engine.signWhole(signingKey, [message], 20)).rejects.toThrow(RangeError);
  });

  test('rejects another message, another key and every single changed bit of the signature', async () => {
    const { signingKey, publicKey } = await engine.generateSigningKeyPair(curve);
    const other = await engine.generateSigningKeyPair(curve);
    const signature = await engine.signWhole(signingKey, [message], signatureLength);
    expect(await engine.verifyWhole(curve, publicKey, [message.subarray(1)], signature)).toBe(false);
    expect(await engine.verifyWhole(curve, other.publicKey, [message], signature)).toBe(false);
    for (let index = 0; index < signature.length; index += 1) {
      const changed = Uint8Array.from(signature);
      changed[index]! ^= 1;
      expect(await engine.verifyWhole(curve, publicKey, [message], changed)).toBe(false);
    }
  });

  test('accepts s and n − s alike, and any DER length', async () => {
    const { signingKey, publicKey } = await engine.generateSigningKeyPair(curve);
    const signer = engine.createSigner(signingKey);
    signer.update(message);
    const signature = await signer.sign(signatureLength);
    const raw = decodeDerSignature(ecdsaCurves[curve], signature)!;
    const size = raw.length / 2;
    const order = BigInt(`0x${Buffer.from(ecdsaCurves[curve].order).toString('hex')}`);
    const s = BigInt(`0x${Buffer.from(raw.subarray(size)).toString('hex')}`);
    raw.set(fromHex((order - s).toString(16).padStart(2 * size, '0')), size);
    const negated = encodeDerSignature(ecdsaCurves[curve], raw);
    expect(await engine.verifyWhole(curve, publicKey, [message], negated)).toBe(true);
  });

  test('rejects DER with anything appended, and a long-form length', async () => {
    const { signingKey, publicKey } = await engine.generateSigningKeyPair(curve);
    const signature = await engine.signWhole(signingKey, [message], signatureLength);
    const appended = Uint8Array.from([...signature, 0]);
    const longForm = Uint8Array.from([0x30, 0x81, ...signature.subarray(1)]);
    for (const bad of [appended, longForm, signature.subarray(0, -1), new Uint8Array(0)]) {
      const verifier = engine.createVerifier(curve, publicKey)!;
      verifier.update(message);
      expect(await verifier.verify(bad)).toBe(false);
      expect(await engine.verifyWhole(curve, publicKey, [message], bad)).toBe(false);
    }
  });

  test('takes no public key but a compressed point of the curve', async () => {
    const { publicKey } = await engine.generateSigningKeyPair(curve);
    const wrongPrefix = Uint8Array.from([0x04, ...publicKey.subarray(1)]);
    const tooLarge = Uint8Array.from([0x02, ...new Uint8Array(publicKeyLength - 1).fill(0xff)]);
    const offCurve = offCurvePoint(curve, publicKeyLength);
    const uncompressed = new Uint8Array(2 * publicKeyLength - 1);
    uncompressed[0] = 0x04;
    for (const bad of [
      wrongPrefix,
      tooLarge,
      offCurve,
      uncompressed,
      publicKey.subarray(1),
      new Uint8Array(0),
      Uint8Array.of(0),
    ]) {
      expect(engine.createVerifier(curve, bad)).toBeUndefined();
      expect(await engine.verifyWhole(curve, bad, [message], new Uint8Array(70))).toBe(false);
    }
  });

  test('signs and verifies once per object', async () => {
    const { signingKey, publicKey } = await engine.generateSigningKeyPair(curve);
    const signer = engine.createSigner(signingKey);
    const signature = await signer.sign(signatureLength);
    await expect(signer.sign(signatureLength)).rejects.toThrow();
    const verifier = engine.createVerifier(curve, publicKey)!;
    expect(await verifier.verify(signature)).toBe(true);
    await expect(verifier.verify(signature)).rejects.toThrow();
  });

  test('does not show the private key when it is inspected or serialized', async () => {
    const { inspect } = await import('node:util');
    const { signingKey } = await engine.generateSigningKeyPair(curve);
    expect(inspect(signingKey, { depth: 5, showHidden: true })).not.toMatch(/Uint8Array|Buffer|<[0-9a-f]{2} /);
    expect(JSON.stringify(signingKey)).not.toMatch(/"d"|"0"/);
  });

  test('refuses a signing key that it did not make', async () => {
    expect(() => engine.createSigner({ curve })).toThrow(TypeError);
    await expect(engine.signWhole({ curve }, [message], signatureLength)).rejects.toThrow(TypeError);
  });
});

test('a P-256 point is no P-384 point', async () => {
  const { publicKey } = await engine.generateSigningKeyPair('P-256');
  expect(engine.createVerifier('P-384', publicKey)).toBeUndefined();
});

/** The first x from 1 on that no point of the curve has; half of all x have none. */
function offCurvePoint(curve: 'P-256' | 'P-384', length: number): Uint8Array {
  const coefficients = {
    'P-256': {
      p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
      b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    },
    'P-384': {
      p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
      b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    },
  } as const;
  const { p, b } = coefficients[curve];
  for (let x = 1n; ; x += 1n) {
    const ySquared = (x ** 3n - 3n * x + b) % p;
    if (power(ySquared < 0n ? ySquared + p : ySquared, (p - 1n) / 2n, p) === p - 1n) {
      return fromHex(`02${x.toString(16).padStart(2 * (length - 1), '0')}`);
    }
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
