import type { EncryptionContext } from '@waxseal/core';
import { decryptionEntryId, encryptionEntryId, type Partition } from './materials-entry-id.ts';
import type { SharedDecryptionRequest, SharedEncryptionRequest } from './own-copies.ts';

/** Ids that are remembered; when there are more, all are forgotten. */
const MAX_IDS = 1_000;
/** Longer requests are not worth the memory. */
const MAX_KEY_LENGTH = 1_024;

/**
 * Finds the entry ids of one partition, and remembers those of the last requests: serializing and hashing a context takes
 * longer than everything else about a hit.
 *
 * Remembers contexts as text, which are not secret, and holds at most 2 MiB of it.
 */
export class EntryIdMemo {
  readonly #partition: Partition;
  readonly #ids = new Map<string, string>();

  constructor(partition: Partition) {
    this.#partition = partition;
  }

  /** As `encryptionEntryId`. */
  encryptionId(request: SharedEncryptionRequest): string {
    const { commitmentPolicy, algorithmSuite, encryptionContext, requiredEncryptionContextKeys = [] } = request;
    let key = `e${commitmentPolicy} ${algorithmSuite?.id} ${requiredEncryptionContextKeys.length} `;
    for (const required of requiredEncryptionContextKeys) key += framed(required);
    return this.#find(key + describeContext(encryptionContext), () => encryptionEntryId(this.#partition, request));
  }

  /** As `decryptionEntryId`. */
  decryptionId(request: SharedDecryptionRequest): string {
    const { commitmentPolicy, algorithmSuite, encryptionContext, encryptedDataKeys } = request;
    let key = `d${commitmentPolicy} ${algorithmSuite.id} ${encryptedDataKeys.length} `;
    for (const { providerId, providerInfo, ciphertext } of encryptedDataKeys) {
      key += framed(providerId) + framed(latin1(providerInfo)) + framed(latin1(ciphertext));
      if (key.length > MAX_KEY_LENGTH) return decryptionEntryId(this.#partition, request);
    }
    key += describeContext(encryptionContext) + describeContext(request.reproducedEncryptionContext ?? {});
    return this.#find(key, () => decryptionEntryId(this.#partition, request));
  }

  #find(key: string, compute: () => string): string {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = compute();
    if (key.length > MAX_KEY_LENGTH) return id;
    if (this.#ids.size >= MAX_IDS) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }
}

/** Text that can be told from what follows it. */
function framed(text: string): string {
  return `${text.length}:${text}`;
}

/** Pairs in the order they come in: another order is another key for the same id. */
function describeContext(context: EncryptionContext): string {
  const keys = Object.keys(context);
  let description = `${keys.length} `;
  for (const key of keys) description += framed(key) + framed(context[key] ?? '');
  return description;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
