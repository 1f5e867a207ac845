import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { decodeDerSignature, encodeDerSignature, fitDerSignature } from '../../src/crypto/der-signature.ts';
import { type CurveName, ecdsaCurves } from '../../src/crypto/ecdsa-curves.ts';
import { engine } from '../../src/crypto/index.ts';
import { engine as nodeEngine } from '../../src/crypto/node-engine.ts';
import { engine as portableEngine } from '../../src/crypto/portable-engine.ts';
import { toHex } from './bytes.ts';

const parts = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 5 });
const key = fc.constantFrom(16, 24, 32).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
const iv = fc.uint8Array({ minLength: 12, maxLength: 12 });
const aad = fc.uint8Array({ maxLength: 80 });
const hash = fc.constantFrom('sha256' as const, 'sha384' as const, 'sha512' as const);
const curve = fc.constantFrom<CurveName>('P-256', 'P-384');

test.prop([key, iv, aad, parts])('AES-GCM: both engines give the same bytes and open each other’s', (k, i, a, p) => {
  const sealed = [nodeEngine, portableEngine].map((maker) => {
    const output: Uint8Array[] = [];
    const tag = maker.createAead(k).seal(i, a, p, output);
    return { output, tag };
  });
  const [byNode, byPortable] = [sealed[0]!, sealed[1]!];
  expect(toHex(...byPortable.output, byPortable.tag)).toBe(toHex(...byNode.output, byNode.tag));
  for (const opener of [nodeEngine, portableEngine]) {
    const opened: Uint8Array[] = [];
    expect(opener.createAead(k).open(i, a, byNode.output, byNode.tag, opened)).toBe(true);
    expect(toHex(...opened)).toBe(toHex(...p));
  }
});

test.prop([hash, fc.uint8Array({ maxLength: 200 }), parts])('hashes and HMACs are the same', (name, k, p) => {
  expect(toHex(portableEngine.digest(name, p))).toBe(toHex(nodeEngine.digest(name, p)));
  expect(toHex(portableEngine.hmac(name, k, p))).toBe(toHex(nodeEngine.hmac(name, k, p)));
});

test.prop([curve, parts], { numRuns: 10 })('each engine verifies the other’s signatures', async (name, p) => {
  for (const [maker, checker] of [
    [nodeEngine, portableEngine],
    [portableEngine, nodeEngine],
  ] as const) {
    const { signingKey, publicKey } = await maker.generateSigningKeyPair(name);
    const length = name === 'P-256' ? 71 : 103;
    const signature = await maker.signWhole(signingKey, p, length);
    expect(signature).toHaveLength(length);
    const verifier = checker.createVerifier(name, publicKey)!;
    for (const part of p) verifier.update(part);
    expect(await verifier.verify(signature)).toBe(true);
    expect(await checker.verifyWhole(name, publicKey, [...p, Uint8Array.of(1)], signature)).toBe(false);
    const other = maker === nodeEngine ? portableEngine : nodeEngine;
    expect(() => other.createSigner(signingKey)).toThrow(TypeError);
  }
});

test.prop([fc.uint8Array({ maxLength: 110 }), curve])(
  'whatever decodes as DER encodes to the same bytes',
  (bytes, name) => {
    const raw = decodeDerSignature(ecdsaCurves[name], bytes);
    if (raw !== undefined) expect(encodeDerSignature(ecdsaCurves[name], raw)).toEqual(bytes);
  },
);

test.prop([curve, fc.nat(), fc.uint8Array({ minLength: 96, maxLength: 96 })])(
  'DER of any r and s in range round-trips, also after n − s',
  (name, zeros, random) => {
    const parameters = ecdsaCurves[name];
    const size = parameters.coordinateLength;
    const raw = random.slice(0, 2 * size);
    raw.fill(0, 0, zeros % (size - 1));
    raw[0]! &= 0x7f;
    raw[size]! &= 0x7f;
    raw[size - 1]! |= 1;
    raw[2 * size - 1]! |= 1;
    const der = encodeDerSignature(parameters, raw);
    expect(decodeDerSignature(parameters, der)).toEqual(raw);
    const longer = fitDerSignature(parameters, der, der.length + 1);
    expect(decodeDerSignature(parameters, longer)?.subarray(0, size)).toEqual(raw.subarray(0, size));
    expect(fitDerSignature(parameters, longer, der.length)).toEqual(der);
  },
);

test.prop([fc.integer({ min: 0, max: 600 })])('random draws have their length and own memory', (length) => {
  const bytes = engine.randomBytes(length);
  expect(bytes.length).toBe(length);
  expect(bytes.buffer.byteLength).toBe(length);
});
