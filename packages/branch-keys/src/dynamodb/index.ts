export { DynamoDbStorage, type DynamoDbStorageOptions } from './dynamodb-storage.ts';
