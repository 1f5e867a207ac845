import { inspect } from 'node:util';
import {
  CreateKeyCommand,
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type KMS,
} from '@aws-sdk/client-kms';
import { MemoryKms } from '@waxseal/memory-kms';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { KmsClient } from '../../keyring/src/kms-client.ts';

describe('MemoryKms#client', () => {
  it('fits the port of the keyrings with no adapter, as the SDK does', () => {
    expectTypeOf(new MemoryKms().client()).toExtend<KmsClient>();
    expectTypeOf<KMS>().toExtend<KmsClient>();
  });

  it('tells its Region', async () => {
    expect(await new MemoryKms().client({ region: 'eu-west-1' }).config.region()).toBe('eu-west-1');
    expect(await new MemoryKms({ regions: ['eu-west-2', 'eu-west-1'] }).client().config.region()).toBe('eu-west-2');
  });

  it('answers the commands of the SDK with the types of the SDK', async () => {
    const client = new MemoryKms().client();
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata?.KeyId;
    const made = await client.send(new GenerateDataKeyCommand({ KeyId, NumberOfBytes: 5 }));
    expectTypeOf(made.CiphertextBlob).toEqualTypeOf<Uint8Array<ArrayBufferLike> | undefined>();
    const opened = await client.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(opened.Plaintext).toEqual(made.Plaintext);
    expect(opened.$metadata.httpStatusCode).toBe(200);
  });

  it('answers commands of older SDKs, which carry no schema, by their class name', async () => {
    class ListedCommand extends EncryptCommand {}
    const command = Object.assign(new ListedCommand({ KeyId: 'alias/x', Plaintext: new Uint8Array(1) }), {
      schema: undefined,
    });
    await expect(new MemoryKms().client().send(command)).rejects.toThrow(TypeError);
  });

  it('has errors with name, fault and metadata', async () => {
    const failure = new MemoryKms().client().describeKey({ KeyId: '1234abcd-12ab-34cd-56ef-1234567890ab' });
    await expect(failure).rejects.toMatchObject({
      name: 'NotFoundException',
      message: "Key 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' does not exist",
      $fault: 'client',
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), attempts: 1 },
    });
  });

  it('refuses an aborted call as the SDK does', async () => {
    const abortSignal = AbortSignal.abort();
    await expect(new MemoryKms().client().listKeys({}, { abortSignal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('shows in logs whom it plays and where, and none of its methods', () => {
    const kms = new MemoryKms();
    const principal = 'arn:aws:iam::444455556666:user/partner';
    const client = kms.client({ region: 'eu-west-1', principal });
    expect(inspect(client)).toBe(
      `MemoryKmsClient {\n  region: 'eu-west-1',\n  account: '444455556666',\n  principal: '${principal}'\n}`,
    );
    expect(inspect(kms.client({ viaService: 's3.us-east-1.amazonaws.com' }))).toContain("viaService: 's3");
    expect(Object.keys({ ...client })).toContain('encrypt');
  });

  it('refuses a principal that is no ARN', () => {
    expect(() => new MemoryKms().client({ principal: 'bob' })).toThrow(TypeError);
  });

  it('returns bytes that share no memory with anything else', async () => {
    const client = new MemoryKms().client();
    const { KeyMetadata } = await client.createKey();
    const { CiphertextBlob, Plaintext } = await client.generateDataKey({
      KeyId: KeyMetadata?.KeyId,
      KeySpec: 'AES_256',
    });
    const opened = await client.decrypt({ CiphertextBlob });
    for (const bytes of [CiphertextBlob, Plaintext, opened.Plaintext]) {
      expect(bytes?.constructor).toBe(Uint8Array);
      expect(bytes?.buffer.byteLength).toBe(bytes?.length);
    }
  });
});
