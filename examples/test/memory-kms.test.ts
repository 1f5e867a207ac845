import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';

const folder = new URL('../', import.meta.url);

/** The examples of the in-memory KMS, and what each has to say at the least. */
const examples: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  '08-rotation.ts': [
    'opened: sealed in January\nopened: sealed in July',
    'rotated: 2026-04-01 AUTOMATIC\nrotated: 2026-06-30 AUTOMATIC',
    'renewed: sealed in January',
    'after the move: sealed in January',
    'shows 3 rotations by KMS itself',
  ],
  '09-grants-and-policies.ts': [
    'writer may not seal without one\nwriter may not open',
    'job opens by its grant: for the report',
    /allowed: kms:Decrypt by .*: grant "nightly-report"/,
    /denied: .*has an EncryptionContextSubset that does not hold/,
    'job may not open once the grant is revoked',
  ],
  '13-bucket-keys.ts': ['one per object: 6336', 'one per life of a branch key: 48', /saved: 99\.\d %/],
};
const names = Object.keys(examples);

afterEach(() => vi.restoreAllMocks());

describe('examples of the in-memory KMS', () => {
  test.each(names)('%s runs offline and says what it should', async (name) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    await import(new URL(name, folder).href);
    const said = log.mock.calls.map(([line]) => String(line)).join('\n');
    for (const line of examples[name] ?? []) expect(said).toMatch(line);
  });

  test.each(names)('%s is short', async (name) => {
    expect((await readFile(new URL(name, folder), 'utf8')).split('\n').length).toBeLessThanOrEqual(60);
  });
});
