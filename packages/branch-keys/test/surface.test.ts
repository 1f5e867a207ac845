import { expect, it } from 'vitest';
import * as dynamodb from '../src/dynamodb/index.ts';
import * as branchKeys from '../src/index.ts';

it('exports these values and no others', () => {
  expect(Object.keys(branchKeys).sort()).toEqual([
    'BranchKeyConflictError',
    'BranchKeyExistsError',
    'BranchKeyNotFoundError',
    'BranchKeyRecordError',
    'BranchKeyStorageError',
    'BranchKeyStore',
    'FileStorage',
    'HierarchicalKeyring',
    'MemoryStorage',
    'rewrapBranchKeys',
  ]);
});

it('exports DynamoDB apart', () => {
  expect(Object.keys(dynamodb)).toEqual(['DynamoDbStorage']);
});
