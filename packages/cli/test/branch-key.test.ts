import { writeFile } from 'node:fs/promises';
import { MemoryKms } from '@waxseal/memory-kms';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BranchKeyStore, FileStorage } from 'waxseal';
import { Workplace } from './run-cli.ts';

let place: Workplace;
let branchKeyId: string;
let kmsArn: string;

beforeEach(async () => {
  place = await Workplace.create();
  await writeFile(place.file('notes.txt'), 'hello world\n');
  const kms = new MemoryKms();
  await kms.openStateFile(place.file('kms.state'));
  const { KeyMetadata } = await kms.client().createKey({});
  kmsArn = KeyMetadata?.Arn ?? '';
  const storage = new FileStorage({ path: place.file('store') });
  const keyStore = new BranchKeyStore({ storage, kms: kms.client(), logicalName: 'shop', kmsKey: { arn: kmsArn } });
  await keyStore.createStore();
  ({ branchKeyId } = await keyStore.createKey());
});
afterEach(() => place.remove());

const options = () => [
  ...['--local', '--local-state', './kms.state', '-q'],
  ...['--branch-key', branchKeyId, '--key-store', './store', '--key-store-name', 'shop'],
];

test('--branch-key encrypts under a branch key, and decrypts what it wrapped', async () => {
  expect(await place.run(['encrypt', ...options(), './notes.txt'])).toMatchObject({ code: 0, stderr: '' });
  const facts = JSON.parse((await place.run(['inspect', '--json', './notes.txt.wax'])).stdout);
  expect(facts.encryptedDataKeys).toMatchObject([{ providerId: 'aws-kms-hierarchy', key: branchKeyId }]);
  const given = ['--branch-kms-key', kmsArn];
  for (const more of [[], given]) {
    expect(await place.run(['decrypt', ...options(), ...more, './notes.txt.wax', '-o', '-'])).toMatchObject({
      code: 0,
      stdout: 'hello world\n',
    });
  }
});

test('explain tells another branch key', async () => {
  await place.run(['encrypt', ...options(), './notes.txt']);
  const other = options().map((word) => (word === branchKeyId ? 'another' : word));
  const { code, stdout } = await place.run(['explain', ...other, './notes.txt.wax']);
  expect(code).toBe(4);
  expect(stdout).toContain('✗ is not --branch-key another');
});

test('a branch key that the store does not have', async () => {
  const other = options().map((word) => (word === branchKeyId ? 'another' : word));
  const { code, stderr } = await place.run(['encrypt', ...other, './notes.txt']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('another');
});

test('--branch-key asks for its store', async () => {
  expect(await place.run(['encrypt', '--local', '-q', '--branch-key', 'x', './notes.txt'])).toMatchObject({
    code: 2,
    stderr: 'waxseal: --branch-key needs --key-store DIRECTORY and --key-store-name NAME\n',
  });
});
