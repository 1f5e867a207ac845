// The table of a key store: the same that other implementations make.

import type { CreateTableCommandInput, TableDescription } from '@aws-sdk/client-dynamodb';
import { ATTRIBUTE } from '../branch-key-record.ts';

/** What to create: `branch-key-id` (S) as partition key, `type` (S) as sort key, paid per request. */
export function tableDefinition(tableName: string): CreateTableCommandInput {
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: ATTRIBUTE.branchKeyId, AttributeType: 'S' },
      { AttributeName: ATTRIBUTE.type, AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: ATTRIBUTE.branchKeyId, KeyType: 'HASH' },
      { AttributeName: ATTRIBUTE.type, KeyType: 'RANGE' },
    ],
  };
}

/** Whether an existing table has that schema; indexes and billing are its owner's business. */
export function fitsSchema({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): boolean {
  const keyed = (name: string, keyType: string): boolean =>
    KeySchema.some(({ AttributeName, KeyType }) => AttributeName === name && KeyType === keyType) &&
    AttributeDefinitions.some(({ AttributeName, AttributeType }) => AttributeName === name && AttributeType === 'S');
  return KeySchema.length === 2 && keyed(ATTRIBUTE.branchKeyId, 'HASH') && keyed(ATTRIBUTE.type, 'RANGE');
}
