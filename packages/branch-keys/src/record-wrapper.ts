// The KMS calls behind branch-key records, with every check of the answers.

import type { RequestPriority } from '@waxseal/core';
import {
  type KmsClientSource,
  KmsError,
  type KmsOperation,
  type KmsRequestOptions,
  parseKmsArn,
} from '@waxseal/keyring';
import type { BranchKeyKms } from './branch-key-kms.ts';
import { type BranchKeyRecord, kmsContextOf } from './branch-key-record.ts';
import { copyGrantTokens } from './store-arguments.ts';

/** Bytes of a branch key. */
export const BRANCH_KEY_LENGTH = 32;

/** How much of a supplier's complaint is told. */
const MAX_REASON_LENGTH = 200;

const METHODS = ['generateDataKeyWithoutPlaintext', 'reEncrypt', 'decrypt'] as const;

/** What callers hand down with each call. */
export type BranchKeyRequestOptions = {
  readonly signal?: AbortSignal | undefined;
  readonly priority?: RequestPriority | undefined;
};

type Attributes = Readonly<Record<string, string>>;
type WrapAnswer = { readonly CiphertextBlob?: Uint8Array | undefined; readonly KeyId?: string | undefined };

/** Makes, re-wraps and opens the `enc` of records; the attributes and the store's name are the context in KMS. */
export class RecordWrapper {
  readonly #findClient: (region: string | undefined) => BranchKeyKms | undefined;
  readonly #logicalName: string;
  readonly #grantTokens: readonly string[] | undefined;

  /** @throws TypeError when `kms` is neither a client nor a function, and for grant tokens that are no texts. */
  constructor(kms: KmsClientSource<BranchKeyKms>, logicalName: string, grantTokens: readonly string[] | undefined) {
    this.#findClient = clientFinder(kms);
    this.#logicalName = logicalName;
    this.#grantTokens = copyGrantTokens(grantTokens);
  }

  /**
   * Makes a new key of 32 bytes, which never leaves KMS, as the record with these attributes.
   *
   * @throws KmsError
   */
  async generate(attributes: Attributes, keyArn: string, options: BranchKeyRequestOptions): Promise<BranchKeyRecord> {
    const answer = await this.#call('GenerateDataKeyWithoutPlaintext', keyArn, options, (kms, requestOptions) =>
      kms.generateDataKeyWithoutPlaintext(
        {
          KeyId: keyArn,
          NumberOfBytes: BRANCH_KEY_LENGTH,
          EncryptionContext: kmsContextOf(attributes, this.#logicalName),
          ...this.#grants(),
        },
        requestOptions,
      ),
    );
    return { attributes, ciphertext: takeCiphertext(answer, 'GenerateDataKeyWithoutPlaintext', keyArn) };
  }

  /**
   * Wraps a record's key anew, under other attributes, another KMS key, or both; it does not leave KMS meanwhile. KMS
   * refuses when the record is not as it was wrapped, so this also authenticates it.
   *
   * @throws KmsError
   */
  async rewrap(
    record: BranchKeyRecord,
    attributes: Attributes,
    keys: { readonly from: string; readonly to: string },
    options: BranchKeyRequestOptions,
  ): Promise<BranchKeyRecord> {
    const answer = await this.#call('ReEncrypt', keys.from, options, (kms, requestOptions) =>
      kms.reEncrypt(
        {
          CiphertextBlob: record.ciphertext,
          SourceKeyId: keys.from,
          SourceEncryptionContext: kmsContextOf(record.attributes, this.#logicalName),
          DestinationKeyId: keys.to,
          DestinationEncryptionContext: kmsContextOf(attributes, this.#logicalName),
          ...this.#grants(),
        },
        requestOptions,
      ),
    );
    return { attributes, ciphertext: takeCiphertext(answer, 'ReEncrypt', keys.to) };
  }

  /**
   * Opens a record.
   *
   * @returns 32 bytes in a fresh buffer, which the receiver owns and wipes; the SDK's own is wiped here.
   * @throws KmsError
   */
  async unwrap(record: BranchKeyRecord, keyArn: string, options: BranchKeyRequestOptions): Promise<Uint8Array> {
    const answer = await this.#call('Decrypt', keyArn, options, (kms, requestOptions) =>
      kms.decrypt(
        {
          KeyId: keyArn,
          CiphertextBlob: record.ciphertext,
          EncryptionContext: kmsContextOf(record.attributes, this.#logicalName),
          ...this.#grants(),
        },
        requestOptions,
      ),
    );
    return takePlaintext(answer, keyArn);
  }

  async #call<Answer>(
    operation: KmsOperation,
    keyArn: string,
    { signal, priority }: BranchKeyRequestOptions,
    send: (kms: BranchKeyKms, options: KmsRequestOptions) => Promise<Answer>,
  ): Promise<Answer> {
    signal?.throwIfAborted();
    try {
      const kms = this.#client(operation, keyArn);
      return await send(kms, { ...(signal === undefined ? {} : { abortSignal: signal }), priority });
    } catch (cause) {
      signal?.throwIfAborted();
      throw KmsError.from(cause, operation, keyArn);
    }
  }

  #client(operation: KmsOperation, keyArn: string): BranchKeyKms {
    const region = parseKmsArn(keyArn)?.region;
    let client: unknown;
    try {
      client = this.#findClient(region);
    } catch (cause) {
      // Its text can be told: a supplier sees a Region, and neither request nor answer.
      const reason = cause instanceof Error ? `: ${cause.message.split('\n', 1)[0]?.slice(0, MAX_REASON_LENGTH)}` : '';
      throw new KmsError('noClient', operation, keyArn, `${region}${reason}`, cause);
    }
    if (isClient(client)) return client;
    throw new KmsError(typeof client === 'function' ? 'clientIsFunction' : 'noClient', operation, keyArn, region);
  }

  #grants(): { GrantTokens?: string[] } {
    return this.#grantTokens === undefined ? {} : { GrantTokens: [...this.#grantTokens] };
  }
}

function clientFinder(kms: KmsClientSource<BranchKeyKms>): (region: string | undefined) => BranchKeyKms | undefined {
  const source: unknown = kms;
  if (isClient(source)) return () => source;
  if (typeof source === 'function') return source as (region: string | undefined) => BranchKeyKms | undefined;
  throw new TypeError(`kms must be a KMS client with ${METHODS.join(', ')}, or a function that gives one for a Region`);
}

function isClient(source: unknown): source is BranchKeyKms {
  const client = source as Partial<BranchKeyKms> | null | undefined;
  return METHODS.every((method) => typeof client?.[method] === 'function');
}

function takeCiphertext(answer: WrapAnswer, operation: KmsOperation, keyArn: string): Uint8Array {
  if (answer.KeyId !== keyArn) throw new KmsError('unexpectedAnswer', operation, keyArn, 'KMS used another key');
  const { CiphertextBlob: ciphertext } = answer;
  if (ciphertext !== undefined && ciphertext.length > 0) return Uint8Array.from(ciphertext);
  throw new KmsError('unexpectedAnswer', operation, keyArn, 'no ciphertext');
}

function takePlaintext(
  answer: { readonly Plaintext?: Uint8Array | undefined; readonly KeyId?: string | undefined },
  keyArn: string,
): Uint8Array {
  const bytes = answer.Plaintext;
  const copy = bytes?.length === BRANCH_KEY_LENGTH ? Uint8Array.from(bytes) : undefined;
  bytes?.fill(0);
  if (copy === undefined) {
    throw new KmsError('unexpectedAnswer', 'Decrypt', keyArn, `plaintext is not ${BRANCH_KEY_LENGTH} bytes long`);
  }
  if (answer.KeyId === keyArn) return copy;
  copy.fill(0);
  throw new KmsError('unexpectedAnswer', 'Decrypt', keyArn, 'KMS used another key');
}
