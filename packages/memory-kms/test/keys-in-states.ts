// Keys in every state, for tests.

import { FakeClock, MemoryKms, type MemoryKmsClient } from '@waxseal/memory-kms';

export type CreateKeyInput = NonNullable<Parameters<MemoryKmsClient['createKey']>[0]>;

/** A KMS that stands still in time, with a client of it. */
export function stillKms(options: ConstructorParameters<typeof MemoryKms>[0] = {}) {
  const clock = new FakeClock();
  const kms = new MemoryKms({ clock, ...options });
  return { clock, kms, client: kms.client() };
}

/** A new key's id and ARN. */
export async function newKey(client: MemoryKmsClient, input: CreateKeyInput = {}) {
  const { KeyMetadata } = await client.createKey(input);
  return { id: KeyMetadata!.KeyId!, arn: KeyMetadata!.Arn! };
}

export async function stateOf(client: MemoryKmsClient, KeyId: string) {
  return (await client.describeKey({ KeyId })).KeyMetadata!.KeyState;
}

/** What a call throws; fails where it throws nothing. */
export async function errorOf(call: Promise<unknown>): Promise<Error> {
  return call.then(
    () => Promise.reject(new Error('the call succeeded')),
    (error: Error) => error,
  );
}

/** `Name: text` of what a call throws, `ok` where it succeeds. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'ok',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

export const bytes = (text: string) => new Uint8Array(Buffer.from(text));
export const UNKNOWN_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
