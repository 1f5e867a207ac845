import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DynamoDbStorage } from '../src/dynamodb/index.ts';
import { failure } from './keyring-fixture.ts';

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
});
afterEach(() => vi.unstubAllEnvs());

const readWith = (client: DynamoDBClient) =>
  failure(new DynamoDbStorage({ client, tableName: 'keys' }).read({ branchKeyId: 't1', recordType: 'branch:ACTIVE' }));

it('missing credentials are denied, and named', async () => {
  const error = await readWith(new DynamoDBClient({ region: 'us-east-1' }));
  expect(error).toMatchObject({ code: 'ERR_BRANCH_KEY_STORAGE', category: 'denied' });
  expect(String(error)).toContain('no credentials were found');
});

it('a token that is gone is denied as well', async () => {
  const lost = async () => Promise.reject(Object.assign(new Error('expired'), { name: 'TokenProviderError' }));
  const error = await readWith(new DynamoDBClient({ region: 'us-east-1', credentials: lost }));
  expect(error).toMatchObject({ category: 'denied' });
});

it('a missing Region is an invalid request, with the advice to give one', async () => {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const error = await readWith(new DynamoDBClient({ credentials }));
  expect(error).toMatchObject({ code: 'ERR_BRANCH_KEY_STORAGE', category: 'invalid' });
  expect(String(error)).toContain('give the client a region');
});
