import * as sdk from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { freeHandlers, keyHandlers } from '../../src/engine/handlers.ts';
import { operationNames, operationTable } from '../../src/engine/operation-table.ts';
import type { Shape } from '../../src/engine/request-shape.ts';

// The SDK's own schemas: [9, namespace, name, traits, () => input, () => output] for operations,
// [3, namespace, name, traits, member names, member schemas, how many of them are required] for structures.
type OperationSchema = readonly [9, string, string, object, () => StructureSchema, () => unknown];
type StructureSchema = readonly [3, string, string, object, readonly string[], readonly unknown[], number?];

const schemas = Object.values(sdk).filter((value): value is OperationSchema & typeof value => {
  return Array.isArray(value) && value[0] === 9;
}) as unknown as readonly OperationSchema[];

const CUSTOM_STORE = /CustomKeyStores?$/;

/** What a member's schema says its kind is. */
function kindOf(schema: unknown): Shape['kind'] {
  if (typeof schema === 'function') return kindOf(schema());
  if (Array.isArray(schema) && (schema[0] === 0 || typeof schema[0] === 'function'))
    return kindOf(schema[0] === 0 ? schema[4] : schema[0]);
  if (Array.isArray(schema)) return schema[0] === 3 ? 'structure' : 'list';
  const kinds: Record<number, Shape['kind']> = {
    0: 'string',
    1: 'integer',
    2: 'boolean',
    4: 'timestamp',
    21: 'blob',
    64: 'list',
    128: 'map',
  };
  return kinds[schema as number]!;
}

describe('operationTable', () => {
  it('has every operation of the SDK and no other', () => {
    expect(schemas.length).toBeGreaterThanOrEqual(56);
    expect([...operationNames].sort()).toEqual(schemas.map(([, , name]) => name).sort());
  });

  it('has code for every operation but those of custom key stores', () => {
    const answered = [...Object.keys(keyHandlers), ...Object.keys(freeHandlers)];
    const missing = operationNames.filter((name) => !answered.includes(name));
    expect(missing).toHaveLength(6);
    expect(missing.every((name) => CUSTOM_STORE.test(name))).toBe(true);
  });

  for (const [, , name, , inputOf] of schemas.filter(([, , operation]) => !CUSTOM_STORE.test(operation))) {
    const [, , , , names, members, required = 0] = inputOf();
    const { members: ours } = operationTable[name as keyof typeof operationTable];

    it(`knows the members of ${name} and which are required`, () => {
      const wanted = names.map((member, index) => (index < required ? `${member}!` : member));
      expect(Object.keys(ours).sort()).toEqual(wanted.sort());
    });

    it(`knows the kinds of the members of ${name}`, () => {
      for (const [index, member] of names.entries()) {
        expect((ours[member] ?? ours[`${member}!`])?.kind, member).toBe(kindOf(members[index]));
      }
    });
  }
});
