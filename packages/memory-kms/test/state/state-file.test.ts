import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryKms } from '../../src/index.ts';

const newPath = () => join(mkdtempSync(join(tmpdir(), 'kms-state-')), 'state');

async function opened(path: string): Promise<MemoryKms> {
  const kms = new MemoryKms();
  await kms.openStateFile(path);
  return kms;
}

describe('openStateFile', () => {
  it('keeps keys, aliases and ciphertexts from one process life to the next', async () => {
    const path = newPath();
    const first = (await opened(path)).client();
    const { KeyMetadata } = await first.createKey({});
    await first.createAlias({ AliasName: 'alias/app', TargetKeyId: KeyMetadata?.KeyId });
    const { CiphertextBlob } = await first.encrypt({ KeyId: 'alias/app', Plaintext: Buffer.from('kept') });

    const second = (await opened(path)).client();
    expect(Buffer.from((await second.decrypt({ CiphertextBlob })).Plaintext ?? []).toString()).toBe('kept');
    await second.rotateKeyOnDemand({ KeyId: KeyMetadata?.KeyId });

    const third = (await opened(path)).client();
    expect((await third.listKeyRotations({ KeyId: KeyMetadata?.KeyId })).Rotations).toHaveLength(1);
    expect((await third.decrypt({ CiphertextBlob })).KeyId).toBe(KeyMetadata?.Arn);
  });

  it('makes the file readable for its owner alone, whatever it was before', async () => {
    const path = newPath();
    const kms = await opened(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    chmodSync(path, 0o644);
    await kms.client().createKey({});
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('says in the file that it is not for production', async () => {
    const path = newPath();
    await opened(path);
    expect(readFileSync(path).subarray(0, 120).toString('latin1')).toContain('NOT FOR PRODUCTION');
  });

  it.each([
    ['a text', Buffer.from('dear diary')],
    ['nothing', Buffer.alloc(0)],
    ['another CBOR document', Buffer.from('d9d9f7a0', 'hex')],
  ])('refuses a file with %s and leaves it alone', async (_name, content) => {
    const path = newPath();
    writeFileSync(path, content);
    await expect(opened(path)).rejects.toThrow('is not a state file of memory-kms; it is left as it is');
    expect(readFileSync(path)).toEqual(content);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('refuses a damaged state and leaves it alone', async () => {
    const path = newPath();
    await (await opened(path)).client().createKey({});
    const damaged = readFileSync(path).subarray(0, -20);
    writeFileSync(path, damaged);
    await expect(opened(path)).rejects.toThrow('cut short or damaged');
    expect(readFileSync(path)).toEqual(damaged);
  });

  it('writes through a symbolic link', async () => {
    const path = newPath();
    await opened(path);
    symlinkSync(path, `${path}-link`);
    await (await opened(`${path}-link`)).client().createKey({});
    expect((await (await opened(path)).client().listKeys({})).Keys).toHaveLength(1);
  });

  it('shows each instance what the others wrote', async () => {
    const path = newPath();
    const [left, right] = [(await opened(path)).client(), (await opened(path)).client()];
    const { KeyMetadata } = await left.createKey({});
    await right.createKey({});
    await right.disableKey({ KeyId: KeyMetadata?.KeyId });
    expect((await left.listKeys({})).Keys).toHaveLength(2);
    await expect(left.generateDataKey({ KeyId: KeyMetadata?.KeyId, KeySpec: 'AES_256' })).rejects.toMatchObject({
      name: 'DisabledException',
    });
  });

  it('loses no key of many instances at the same time', async () => {
    const path = newPath();
    const instances = await Promise.all(Array.from({ length: 4 }, () => opened(path)));
    await Promise.all(instances.flatMap((kms) => Array.from({ length: 5 }, () => kms.client().createKey({}))));
    expect((await (await opened(path)).client().listKeys({})).Keys).toHaveLength(20);
  });

  it('keeps what a failed call had changed before it failed', async () => {
    const path = newPath();
    const kms = await opened(path);
    await kms.client().createKey({});
    await expect(kms.client().createAlias({ AliasName: 'alias/x', TargetKeyId: 'alias/y' })).rejects.toThrow();
    expect((await (await opened(path)).client().listKeys({})).Keys).toHaveLength(1);
  });

  it('clears away drafts of whichever process, and no others: they hold key material in clear', async () => {
    const path = newPath();
    await opened(path);
    // The draft of a process that runs: process ids are used again, and count anew in each container.
    const draft = `${path}.${process.pid}.0123456789ab.tmp`;
    const lockDrafts = [`${path}.lock.1.0123456789abcdef.tmp`, `${path}.lock.fedcba98.1.0123456789abcdef.tmp`];
    const others = [`${path}.bak.1.0123456789ab.tmp`, `${path}.1.tmp`, `${path}.2024.1.0123456789ab.tmp`];
    for (const name of [draft, ...lockDrafts, ...others]) writeFileSync(name, 'left behind');
    await opened(path);
    const left = readdirSync(dirname(path)).map((name) => join(dirname(path), name));
    expect(left.sort()).toEqual([path, ...others].sort());
  });

  it('does not import a state over an open file', async () => {
    const kms = await opened(newPath());
    expect(() => kms.importState(new MemoryKms().exportState())).toThrow('a state file is open');
  });

  it('is emptied by reset', async () => {
    const path = newPath();
    const kms = await opened(path);
    await kms.client().createKey({});
    await kms.reset();
    expect((await (await opened(path)).client().listKeys({})).Keys).toHaveLength(0);
  });
});
