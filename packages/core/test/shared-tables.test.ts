import { expect, it } from 'vitest';
import { algorithmSuites, CommitmentPolicy, encrypt } from '../src/index.ts';
import { FakeKeyring } from './materials/fake-keyring.ts';

it('lets nobody change the tables that all messages share', () => {
  expect(Object.isFrozen(CommitmentPolicy)).toBe(true);
  expect(Object.isFrozen(algorithmSuites)).toBe(true);
  for (const suite of Object.values(algorithmSuites)) {
    expect(Object.isFrozen(suite)).toBe(true);
    expect(Object.isFrozen(suite.signature)).toBe(true);
  }
});

it('signs the next message though the receiver of a header wrote on its suite', async () => {
  const { header } = await encrypt(new FakeKeyring(), new Uint8Array(1));
  expect(() => Object.assign(header.algorithmSuite, { signature: undefined })).toThrow(TypeError);
  const next = await encrypt(new FakeKeyring(), new Uint8Array(1));
  expect(next.header.algorithmSuite.signature).toBeDefined();
});
