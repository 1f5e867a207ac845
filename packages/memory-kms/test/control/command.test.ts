import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/server/run-command.ts';

const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const SEED = `
region: eu-west-1
authorization: strict
principals:
  - arn: arn:aws:iam::111122223333:user/alice
    policies: [{ name: use, document: { Version: "2012-10-17", Statement: { Effect: Allow, Action: "kms:*", Resource: "*" } } }]
    accessKeys: [{ accessKeyId: AKIAALICE, secretAccessKey: for-tests-only }]
keys:
  - { id: ${KEY_ID}, aliases: [alias/app], materialFromSeed: fixture, rotation: true }
`;

/** Runs the command while `work` talks to it. */
async function serve(args: readonly string[], work: (url: string) => Promise<void> = async () => undefined) {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await runCommand(['--port', '0', ...args], {
    print: (line) => printed.push(line),
    complain: (line) => complaints.push(line),
    untilStopped: () => work(/http:\/\/\S+/.exec(printed.join(' '))?.[0] ?? ''),
  });
  return { code, complaints: complaints.join('\n') };
}

function fileWith(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'kms-command-')), 'seed.yaml');
  writeFileSync(path, text);
  return path;
}

const alice = (endpoint: string, secretAccessKey = 'for-tests-only') =>
  new KMS({
    endpoint,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIAALICE', secretAccessKey },
  });

describe('memory-kms with seed, signatures, control endpoints and state', () => {
  it('serves the seeded keys to who holds the secret, by name, and moves their clock', async () => {
    const args = ['--seed', fileWith(SEED), '--verify-signatures', '--control'];
    const { code, complaints } = await serve(args, async (url) => {
      const { KeyMetadata } = await alice(url).describeKey({ KeyId: 'alias/app' });
      expect(KeyMetadata?.KeyId).toBe(KEY_ID);
      await expect(alice(url, 'guessed').listKeys({})).rejects.toMatchObject({ name: 'InvalidSignatureException' });
      const headers = { 'content-type': 'application/json' };
      await fetch(`${url}/_kms/clock`, { method: 'POST', headers, body: '{"advance":"366d"}' });
      expect((await alice(url).listKeyRotations({ KeyId: KEY_ID })).Rotations).toHaveLength(1);
      const { total } = (await (await fetch(`${url}/_kms/counts`)).json()) as { total: number };
      expect(total).toBe(2);
    });
    expect([code, complaints]).toEqual([0, '']);
  });

  it('keeps in the state file what the seed began and calls changed', async () => {
    const seed = fileWith(SEED);
    const args = ['--seed', seed, '--state', `${seed}.state`];
    await serve(args, async (url) => {
      await alice(url).updateKeyDescription({ KeyId: KEY_ID, Description: 'changed' });
    });
    await serve(args, async (url) => {
      expect((await alice(url).describeKey({ KeyId: 'alias/app' })).KeyMetadata?.Description).toBe('changed');
    });
  });

  it('says what is wrong with a seed file, and with a state file that is not its own', async () => {
    const wrong = await serve(['--seed', fileWith('keys: [{ id: 7 }]')]);
    expect(wrong.code).toBe(2);
    expect(wrong.complaints).toContain('seed.yaml:1:14: keys[0].id: must be text in quotes');
    const foreign = await serve(['--state', fileWith('a diary')]);
    expect(foreign.code).toBe(1);
    expect(foreign.complaints).toContain('is not a state file of memory-kms; it is left as it is');
  });
});
