import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { SigningKeyPair } from '../../src/crypto/crypto-engine.ts';
import { engine } from '../../src/crypto/node-engine.ts';
import { SigningKeyPairSource } from '../../src/crypto/signing-key-pair.ts';
import { toHex } from './bytes.ts';

/** A source whose pairs are numbered, and whose deferred work runs when the test says so. */
function numberedSource(failures: readonly number[] = []) {
  const deferred: (() => void)[] = [];
  const state = { made: 0 };
  const generate = async (): Promise<SigningKeyPair> => {
    state.made += 1;
    if (failures.includes(state.made)) throw new Error('no entropy');
    return { signingKey: { curve: 'P-256' }, publicKey: Uint8Array.of(state.made) };
  };
  const source = new SigningKeyPairSource(generate, (work) => deferred.push(work));
  const runDeferred = () => {
    for (const work of deferred.splice(0)) work();
  };
  const next = async () => (await source.next()).publicKey[0];
  return { source, state, next, deferred, runDeferred };
}

describe('SigningKeyPairSource', () => {
  test('makes nothing before the first pair is asked for, and two ahead after it', async () => {
    const { state, next, runDeferred } = numberedSource();
    runDeferred();
    expect(state.made).toBe(0);
    expect(await next()).toBe(1);
    runDeferred();
    expect(state.made).toBe(3);
    runDeferred();
    expect(state.made).toBe(3);
    expect(await next()).toBe(2);
    runDeferred();
    expect(state.made).toBe(4);
    expect(await next()).toBe(3);
  });

  test('never keeps more than two ahead and hands out each pair once', async () => {
    const { state, next, deferred, runDeferred } = numberedSource();
    const handedOut = await Promise.all(Array.from({ length: 16 }, next));
    expect(new Set(handedOut).size).toBe(16);
    expect(deferred).toHaveLength(1);
    runDeferred();
    expect(state.made).toBe(18);
    expect(await next()).toBe(17);
    expect(await next()).toBe(18);
    expect(await next()).toBe(19);
  });

  test('makes a fresh pair when one ahead failed', async () => {
    const { next, runDeferred } = numberedSource([2]);
    expect(await next()).toBe(1);
    runDeferred();
    expect(await next()).toBe(4);
    expect(await next()).toBe(3);
  });

  test('passes on the failure of a pair that was asked for', async () => {
    const { next } = numberedSource([1]);
    await expect(next()).rejects.toThrow('no entropy');
  });
});

test('the node engine hands out each pair once, one by one and at once', async () => {
  const keys: string[] = [];
  for (let count = 0; count < 20; count += 1)
    keys.push(toHex((await engine.generateSigningKeyPair('P-256')).publicKey));
  const together = await Promise.all(Array.from({ length: 20 }, () => engine.generateSigningKeyPair('P-256')));
  keys.push(...together.map(({ publicKey }) => toHex(publicKey)));
  expect(new Set(keys).size).toBe(40);
});

test('a pair made ahead does not keep the process alive', () => {
  const script = `
    import { engine } from './src/crypto/node-engine.ts';
    await engine.generateSigningKeyPair('P-384');
    process.on('exit', () => console.log('left by itself'));
  `;
  const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    cwd: new URL('../..', import.meta.url),
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(output).toContain('left by itself');
});
