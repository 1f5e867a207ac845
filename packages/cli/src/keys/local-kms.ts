// The embedded KMS of --local: for trying things out. It is no KMS: its keys lie in a file in the clear.

import { homedir } from 'node:os';
import { join } from 'node:path';
import type { MemoryKms } from '@waxseal/memory-kms';
import { makeFolderOf } from '../make-folder.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The key that --local uses; made on first use. */
export const LOCAL_ALIAS = 'alias/waxseal-local';

/** @returns Where the state of --local lies unless --local-state says otherwise. */
export function localStatePath(env: Terminal['env']): string {
  const base = env['XDG_STATE_HOME'] || join(env['HOME'] || homedir(), '.local', 'state');
  return join(base, 'waxseal', 'local-kms.state');
}

/**
 * Opens the embedded KMS over its state file, both made where they don't exist.
 *
 * @param path - The state file; its folder is made for its owner alone.
 * @throws UsageError for a file of another kind, which is left alone; the file system's error.
 */
export async function openLocalKms(path: string): Promise<MemoryKms> {
  await makeFolderOf(path, 0o700);
  const { MemoryKms, StateFormatError } = await import('@waxseal/memory-kms');
  const kms = new MemoryKms();
  try {
    await kms.openStateFile(path);
  } catch (error) {
    throw error instanceof StateFormatError ? new UsageError(`--local-state: ${error.message}`) : error;
  }
  return kms;
}

/** @returns The ARN of the key behind `alias/waxseal-local`, which is made if it is missing. */
export async function localKeyArn(kms: MemoryKms): Promise<string> {
  const client = kms.client();
  const find = async (): Promise<string | undefined> =>
    (await client.describeKey({ KeyId: LOCAL_ALIAS })).KeyMetadata?.Arn;
  const found = await find().catch(ignore('NotFoundException'));
  if (found !== undefined) return found;
  const { KeyMetadata } = await client.createKey({ Description: 'waxseal --local' });
  const { KeyId = '' } = KeyMetadata ?? {};
  // Another process may have come first: then its key counts, and this one stays unused.
  await client.createAlias({ AliasName: LOCAL_ALIAS, TargetKeyId: KeyId }).catch(ignore('AlreadyExistsException'));
  return (await find()) ?? KeyId;
}

function ignore(name: string): (error: { name?: unknown }) => undefined {
  return (error) => {
    if (error.name !== name) throw error;
    return undefined;
  };
}
