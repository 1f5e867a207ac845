// The table of algorithm suites, written out again from the specification, apart from core's.

/** What a suite fixes. */
export type SuiteFacts = {
  readonly id: number;
  readonly keyLength: 16 | 24 | 32;
  readonly kdfHash: 'sha256' | 'sha384' | 'sha512' | undefined;
  readonly committing: boolean;
  readonly curve: 'P-256' | 'P-384' | undefined;
};

const TABLE: readonly (readonly [number, 16 | 24 | 32, SuiteFacts['kdfHash'], SuiteFacts['curve']])[] = [
  [0x0014, 16, undefined, undefined],
  [0x0046, 24, undefined, undefined],
  [0x0078, 32, undefined, undefined],
  [0x0114, 16, 'sha256', undefined],
  [0x0146, 24, 'sha256', undefined],
  [0x0178, 32, 'sha256', undefined],
  [0x0214, 16, 'sha256', 'P-256'],
  [0x0346, 24, 'sha384', 'P-384'],
  [0x0378, 32, 'sha384', 'P-384'],
  [0x0478, 32, 'sha512', undefined],
  [0x0578, 32, 'sha512', 'P-384'],
];

/** All eleven suites, in order of their ids. */
export const SUITES: readonly SuiteFacts[] = TABLE.map(([id, keyLength, kdfHash, curve]) => ({
  id,
  keyLength,
  kdfHash,
  curve,
  committing: kdfHash === 'sha512',
}));

/** @throws Error for an id of no suite. */
export function suiteFacts(id: number): SuiteFacts {
  const suite = SUITES.find((candidate) => candidate.id === id);
  if (suite === undefined) throw new Error(`no suite ${id}`);
  return suite;
}

/** The id as written in the specification. */
export function suiteName({ id }: SuiteFacts): string {
  return `0x${id.toString(16).padStart(4, '0')}`;
}
