import * as sdk from '@aws-sdk/client-kms';
import { MemoryKms, type MemoryKmsClient, type OperationName } from '@waxseal/memory-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationNames } from '../src/engine/operation-table.ts';
import { decodeState } from '../src/state/state-document.ts';
import { type Front, frontNames, openFront } from './fronts.ts';
import { operationExamples } from './operation-examples.ts';

const exported: Readonly<Record<string, unknown>> = { ...sdk };

type Call = (client: MemoryKmsClient, input: object) => Promise<object>;

/** Each operation by its method, and by its command. */
function methodOf(name: OperationName): Call {
  const method = `${name.charAt(0).toLowerCase()}${name.slice(1)}` as keyof MemoryKmsClient;
  return (client, input) => (client[method] as (input: object) => Promise<object>)(input);
}

function commandOf(name: OperationName): Call {
  const Command = exported[`${name}Command`] as new (input: object) => sdk.DescribeKeyCommand;
  return (client, input) => client.send(new Command(input));
}

/** Operations with a `DryRun` parameter, all of whose examples succeed. */
const dryRuns = operationNames.filter((name) => {
  const schema = exported[`${name}$`] as readonly [9, string, string, 0, () => readonly unknown[]];
  return (schema[4]()[4] as readonly string[]).includes('DryRun');
});

describe.each(frontNames)('%s', (frontName) => {
  const kms = new MemoryKms();
  const prepare = kms.client();
  let front: Front;
  let client: MemoryKmsClient;

  beforeAll(async () => {
    front = await openFront(kms, frontName);
    client = front.client();
  });
  afterAll(() => front.close());

  describe.each([
    ['method', methodOf],
    ['command', commandOf],
  ] as const)('by %s', (_, callOf) => {
    it.each(operationNames)('answers %s', async (name) => {
      const { input, answers = [], fails } = await operationExamples[name](prepare);
      const before = kms.callCount(name);
      const call = callOf(name)(client, input);
      if (fails === undefined) {
        const { $metadata, ...answer } = (await call) as Record<string, unknown> & {
          $metadata: sdk.KMSServiceException['$metadata'];
        };
        expect(
          Object.keys(answer)
            .filter((member) => answer[member] !== undefined)
            .sort(),
        ).toEqual(answers);
        expect($metadata.httpStatusCode).toBe(200);
        expect($metadata.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      } else {
        await expect(call).rejects.toMatchObject({ name: fails, $fault: 'client', $metadata: { httpStatusCode: 400 } });
      }
      expect(kms.callCount(name)).toBe(before + 1);
    });
  });

  it('has 17 operations with DryRun', () => {
    expect(dryRuns).toHaveLength(17);
  });

  it.each(dryRuns)('ends a dry run of %s after its checks and does nothing', async (name) => {
    const { input, fails } = await operationExamples[name](prepare);
    const state = decodeState(kms.exportState()).snapshot;
    const call = methodOf(name)(client, { ...input, DryRun: true });
    await expect(call).rejects.toMatchObject({
      name: fails ?? 'DryRunOperationException',
      ...(fails === undefined
        ? {
            message: 'The request would have succeeded, but the DryRun option is set.',
            $metadata: { httpStatusCode: 400 },
          }
        : {}),
    });
    expect(decodeState(kms.exportState()).snapshot).toEqual(state);
  });

  it.each(dryRuns)('tells the real error of %s in a dry run', async (name) => {
    const { input } = await operationExamples[name](prepare);
    const KeyId = '1234abcd-12ab-34cd-56ef-1234567890ab';
    const named = { ...input, DryRun: true, ...(name === 'RetireGrant' ? { GrantToken: 'none' } : { KeyId }) };
    const wrong = name === 'ReEncrypt' ? { ...named, DestinationKeyId: KeyId } : named;
    const expected = name === 'RetireGrant' ? 'InvalidGrantTokenException' : 'NotFoundException';
    await expect(methodOf(name)(client, wrong)).rejects.toMatchObject({ name: expected });
  });

  it('refuses a Recipient rather than show the plaintext', async () => {
    const { KeyMetadata } = await prepare.createKey();
    const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' as const, AttestationDocument: new Uint8Array(8) };
    const request = { KeyId: KeyMetadata!.KeyId!, KeySpec: 'AES_256' as const, Recipient };
    await expect(client.generateDataKey(request)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
    await expect(client.generateRandom({ NumberOfBytes: 8, Recipient })).rejects.toMatchObject({
      name: 'UnsupportedOperationException',
    });
  });

  it('tells dates as dates', async () => {
    const { KeyMetadata } = await client.createKey();
    const { DeletionDate } = await client.scheduleKeyDeletion({ KeyId: KeyMetadata!.KeyId!, PendingWindowInDays: 7 });
    expect(KeyMetadata!.CreationDate).toBeInstanceOf(Date);
    expect(DeletionDate!.getTime() - KeyMetadata!.CreationDate!.getTime()).toBeGreaterThanOrEqual(7 * 86_400_000);
  });

  it('sends errors without text as KMS does', async () => {
    const failure = client.decrypt({ CiphertextBlob: new Uint8Array(9) });
    await expect(failure).rejects.toMatchObject({ name: 'InvalidCiphertextException', message: 'UnknownError' });
  });

  it('keeps accounts and Regions apart', async () => {
    const { KeyMetadata } = await client.createKey();
    const KeyId = KeyMetadata!.KeyId!;
    for (const other of [{ region: 'eu-west-1' }, { account: '444455556666' }]) {
      await expect(front.client(other).describeKey({ KeyId })).rejects.toMatchObject({ name: 'NotFoundException' });
    }
    expect(KeyMetadata!.Arn).toBe(`arn:aws:kms:us-east-1:111122223333:key/${KeyId}`);
  });

  it('pages', async () => {
    const { KeyMetadata } = await client.createKey();
    const KeyId = KeyMetadata!.KeyId!;
    const Tags = Array.from({ length: 7 }, (_, index) => ({ TagKey: `tag-${index}`, TagValue: `${index}` }));
    await client.tagResource({ KeyId, Tags });
    const seen: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await client.listResourceTags({ KeyId, Limit: 3, Marker });
      seen.push(...page.Tags!.map(({ TagKey }) => TagKey!));
      Marker = page.NextMarker;
      expect(page.Truncated).toBe(Marker !== undefined);
    } while (Marker !== undefined);
    expect(seen).toEqual(Tags.map(({ TagKey }) => TagKey));
    await expect(client.listResourceTags({ KeyId, Marker: 'x' })).rejects.toMatchObject({
      name: 'InvalidMarkerException',
    });
  });
});

describe.each(['request handler', 'HTTP server'] as const)('%s', (frontName) => {
  it("throws the SDK's own classes", async () => {
    const front = await openFront(new MemoryKms(), frontName);
    const client = front.client();
    const failure = client.describeKey({ KeyId: 'alias/nothing' });
    await expect(failure).rejects.toBeInstanceOf(sdk.NotFoundException);
    await expect(client.decrypt({ CiphertextBlob: new Uint8Array(1) })).rejects.toBeInstanceOf(
      sdk.InvalidCiphertextException,
    );
    await expect(client.encrypt({} as never)).rejects.toBeInstanceOf(sdk.KMSServiceException);
    await front.close();
  });

  it('is retried by the SDK on throttling, as AWS is', async () => {
    const kms = new MemoryKms({ faults: [{ operation: 'GenerateRandom', error: 'ThrottlingException', nth: [1, 2] }] });
    const front = await openFront(kms, frontName);
    const { $metadata } = await front.client({ maxAttempts: 3 }).generateRandom({ NumberOfBytes: 1 });
    expect($metadata.attempts).toBe(3);
    expect(kms.callCount('GenerateRandom')).toBe(3);
    await front.close();
  });

  it('is not retried where the client is at fault', async () => {
    const kms = new MemoryKms();
    const front = await openFront(kms, frontName);
    await expect(front.client({ maxAttempts: 3 }).generateRandom({})).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'NumberOfBytes is required.',
      $metadata: { attempts: 1 },
    });
    expect(kms.callCount()).toBe(1);
    await front.close();
  });
});
