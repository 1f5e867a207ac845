// Messages that other implementations wrote under a static branch key.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decrypt, parseMessageHeader } from '@waxseal/core';
import { describe, expect, it } from 'vitest';
import { type BranchKey, type BranchKeySource, HierarchicalKeyring } from '../src/index.ts';

type Vector = {
  readonly id: string;
  readonly message: string;
  readonly plaintext: string;
  readonly keyring: { kind: string; branchKeyId: string; branchKeyVersion: string; key: string };
};

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = resolve(root, process.env['WAXSEAL_VECTORS'] ?? '../shared/vectors');
const found = existsSync(join(folder, 'keys.json'));
if (!found) {
  process.stderr.write(`\n*** BRANCH KEY VECTORS SKIPPED: ${folder} does not exist. Set WAXSEAL_VECTORS. ***\n\n`);
}

function readJson<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Content;
}

function keyStoreOf({ keyring }: Vector): BranchKeySource {
  const keys = readJson<Record<string, { material: string }>>('keys.json');
  const key = Uint8Array.from(Buffer.from(keys[keyring.key]?.material ?? '', 'base64'));
  const read = async (branchKeyId: string, version: string): Promise<BranchKey> => {
    if (branchKeyId !== keyring.branchKeyId || version !== keyring.branchKeyVersion) throw new Error('no such key');
    return { branchKeyId, version, key: key.slice(), encryptionContext: {} };
  };
  return {
    logicalName: 'static',
    getActiveBranchKey: (id) => read(id, keyring.branchKeyVersion),
    getBranchKeyVersion: read,
  };
}

describe.skipIf(!found)('vectors with a static branch key', () => {
  const sets = found ? ['js-hierarchy', 'dafny-4.1.0'].map((set) => readJson<Vector[]>(`${set}.json`)) : [];
  const vectors = sets.flat().filter(({ keyring }) => keyring.kind === 'hierarchical');

  it('are there', () => {
    expect(vectors).toHaveLength(10);
  });

  it.each(vectors)('$id opens', async (vector) => {
    const message = Uint8Array.from(readFileSync(join(folder, vector.message)));
    const { branchKeyId } = vector.keyring;
    const keyring = new HierarchicalKeyring({ keyStore: keyStoreOf(vector), branchKeyId, maxAgeMs: 60_000 });
    const { algorithmSuite, encryptionContext, encryptedDataKeys } = parseMessageHeader(message);
    const dataKey = await keyring.onDecrypt({ algorithmSuite, encryptionContext, encryptedDataKeys });
    expect(dataKey).toHaveLength(algorithmSuite.dataKeyLength);
    const { plaintext } = await decrypt(keyring, message, { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' });
    expect(Buffer.from(plaintext).equals(readFileSync(join(folder, vector.plaintext)))).toBe(true);
  });
});
