// Random requests by the shapes of the table of operations: mostly well formed, often slightly wrong, sometimes absurd.

import type { OperationName } from '@waxseal/memory-kms';
import { operationNames, operationTable } from '../src/engine/operation-table.ts';
import type { Members, Shape } from '../src/engine/request-shape.ts';

/** A small generator (mulberry32), so that a failure can be had again by its seed. */
export function randomSource(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (bound: number) => Math.floor(next() * bound);
  const pick = <T>(items: readonly T[]): T => items[below(items.length)]!;
  return { next, below, pick };
}

export type Random = ReturnType<typeof randomSource>;

/** Values that fit somewhere: ids of keys and grants, tokens, blobs. Grows as answers come in. */
export type Pool = { readonly strings: string[]; readonly blobs: Uint8Array[] };

const absurd = (): readonly unknown[] => [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  '',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  'x'.repeat(9000),
  [],
  [[[]]],
  {},
  JSON.parse('{"__proto__":{"polluted":"yes"}}'),
  { toString: 'x', length: 3 },
  new Uint8Array(0),
  new Uint8Array(7000),
];

function randomValue(shape: Shape, random: Random, pool: Pool): unknown {
  if (random.below(25) === 0) return random.pick(absurd());
  switch (shape.kind) {
    case 'string':
      return shape.values === undefined ? random.pick(pool.strings) : random.pick(shape.values);
    case 'blob':
      return random.below(3) === 0 ? damaged(random.pick(pool.blobs), random) : random.pick(pool.blobs);
    case 'integer':
      return shape.min + random.below(Math.min(shape.max - shape.min + 2, 40));
    case 'boolean':
      return random.below(4) === 0;
    case 'timestamp':
      return new Date(Date.UTC(2026, 0, 1) + random.below(500) * 86_400_000);
    case 'list':
      return Array.from({ length: random.below(4) }, () => randomValue(shape.of, random, pool));
    case 'map':
      return random.pick([{}, { a: 'b' }, { ab: 'c' }, JSON.parse('{"__proto__":"x"}'), { a: 1 }]);
    case 'structure':
      return structureOf(shape.members, random, pool);
  }
}

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
}

function structureOf(members: Members, random: Random, pool: Pool): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [marked, shape] of Object.entries(members)) {
    const isRequired = marked.endsWith('!');
    if (random.below(isRequired ? 30 : 3) === (isRequired ? 7 : 0)) continue;
    if (isRequired || random.below(3) === 0) value[marked.replace('!', '')] = randomValue(shape, random, pool);
  }
  return value;
}

/** What costs a tenth of a second or more, asked seldom. */
const SLOW: ReadonlySet<string> = new Set([
  'GetParametersForImport',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'CreateKey',
]);

export function randomRequest(
  random: Random,
  pool: Pool,
): { operation: OperationName; input: Record<string, unknown> } {
  const operation = random.pick(operationNames);
  if (SLOW.has(operation) && random.below(20) > 0) return randomRequest(random, pool);
  const input = structureOf(operationTable[operation].members, random, pool);
  for (const member of ['KeySpec', 'KeyPairSpec', 'WrappingKeySpec']) {
    const spec = input[member];
    if (typeof spec === 'string' && /^RSA_[34]/.test(spec)) input[member] = 'RSA_2048';
  }
  return { operation, input };
}

/** Takes up what an answer brought. */
export function learn(answer: unknown, pool: Pool): void {
  if (answer instanceof Uint8Array) remember(pool.blobs, answer);
  else if (typeof answer === 'string') remember(pool.strings, answer);
  else if (typeof answer === 'object' && answer !== null)
    for (const member of Object.values(answer)) learn(member, pool);
}

function remember<T>(items: T[], item: T): void {
  if (items.length < 200) items.push(item);
  else items[items.length % 7 === 0 ? 0 : 20 + ((JSON.stringify(item)?.length ?? 0) % 180)] = item;
}
