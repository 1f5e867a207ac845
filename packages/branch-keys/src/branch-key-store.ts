import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EncryptionContext } from '@waxseal/core';
import { makeInspectable, type OptionNames, requireOptions } from '@waxseal/core/crypto';
import { isKmsError, type KmsClientSource } from '@waxseal/keyring';
import {
  BranchKeyExistsError,
  BranchKeyNotFoundError,
  BranchKeyRecordError,
  isConflict,
  isRecordError,
} from './branch-key-errors.ts';
import type { BranchKeyKms } from './branch-key-kms.ts';
import {
  ACTIVE_TYPE,
  ATTRIBUTE,
  addressOf,
  BEACON_TYPE,
  type BranchKeyRecord,
  VERSION_PREFIX,
} from './branch-key-record.ts';
import type { BranchKey, BranchKeySource } from './branch-key-source.ts';
import type { BranchKeyStorage, StorageRequestOptions } from './branch-key-storage.ts';
import { type CheckedRecord, checkRecord } from './check-record.ts';
import { concealKey } from './concealed-key.ts';
import { formatCreateTime, preciseNow } from './create-time.ts';
import { chooseKmsKey, type KmsKeyChoice, type KmsKeyOption } from './kms-key-choice.ts';
import { activeAttributes, beaconAttributes, firstVersionAttributes, nextVersionAttributes } from './new-records.ts';
import { type BranchKeyRequestOptions, RecordWrapper } from './record-wrapper.ts';
import { explainRefusal, isRefusal } from './refused-record.ts';
import {
  requireBranchKeyId,
  requireContext,
  requireFunction,
  requireName,
  requireStorage,
  requireVersion,
} from './store-arguments.ts';

/** Options of `BranchKeyStore`. */
export type BranchKeyStoreOptions = {
  readonly storage: BranchKeyStorage;
  readonly kms: KmsClientSource<BranchKeyKms>;
  /**
   * Name of the store, bound to every record. It outlives the table: records restored elsewhere open under their old
   * name. Not empty, and without the character U+0000.
   */
  readonly logicalName: string;
  readonly kmsKey: KmsKeyOption;
  readonly grantTokens?: readonly string[] | undefined;
  /** Milliseconds since 1970, for `create-time`; default: the system's time, with microseconds. */
  readonly now?: (() => number) | undefined;
};

/** What `createKey` is told. */
export type CreateKeyOptions = BranchKeyRequestOptions & {
  /** Default: a fresh UUID. An id of your own needs an `encryptionContext`. At most 2,048 bytes of UTF-8. */
  readonly branchKeyId?: string | undefined;
  /** Pairs bound to the branch key in KMS, in the clear in the storage. They are not those of messages. */
  readonly encryptionContext?: EncryptionContext | undefined;
};

/** The version that is active from now on. */
export type BranchKeyVersion = {
  readonly branchKeyId: string;
  /** UUID, lower case with hyphens. */
  readonly version: string;
};

/** One branch key of a listing: what its active record says, not authenticated. */
export type BranchKeySummary = BranchKeyVersion & {
  readonly kmsArn: string;
  /** When this version was made: `YYYY-MM-DDTHH:mm:ss.ssssssZ`. */
  readonly createTime: string;
};

const OPTIONS: OptionNames<BranchKeyStoreOptions> = {
  storage: true,
  kms: true,
  logicalName: true,
  kmsKey: true,
  grantTokens: true,
  now: true,
};

/** Attempts of a version that lost to another one. */
const MAX_ATTEMPTS = 12;
const LONGEST_WAIT_MS = 1000;

/**
 * Branch keys, wrapped by KMS and kept in a storage, in the records of the AWS key store: either side reads what the
 * other wrote.
 *
 * @see AWS Encryption SDK specification, framework/branch-key-store.md
 */
export class BranchKeyStore implements BranchKeySource {
  readonly logicalName: string;
  readonly #storage: BranchKeyStorage;
  readonly #kmsKey: KmsKeyChoice;
  readonly #wrapper: RecordWrapper;
  readonly #now: () => number;

  /** @throws TypeError when an option is unknown, missing or of the wrong form. */
  constructor(options: BranchKeyStoreOptions) {
    requireOptions(options, OPTIONS, 'BranchKeyStore');
    this.logicalName = requireName(options.logicalName);
    this.#storage = requireStorage(options.storage);
    this.#kmsKey = chooseKmsKey(options.kmsKey);
    this.#wrapper = new RecordWrapper(options.kms, this.logicalName, options.grantTokens);
    this.#now = requireFunction(options.now, 'now') ?? preciseNow;
    const shown = { logicalName: this.logicalName, kmsKey: structuredClone(options.kmsKey) };
    makeInspectable(this, () => shown);
  }

  /** Makes the storage ready: creates the table or directory, or checks the existing one. */
  async createStore(options: StorageRequestOptions = {}): Promise<void> {
    await this.#storage.prepare(options);
  }

  /**
   * Makes a branch key: its first version, active, and its beacon key. Three KMS calls and one write.
   *
   * @throws BranchKeyExistsError; KmsError; BranchKeyStorageError. TypeError in the discovery kinds, and for an id
   *   without context.
   */
  async createKey(options: CreateKeyOptions = {}): Promise<BranchKeyVersion> {
    requireOptions(options, { branchKeyId: true, encryptionContext: true, signal: true, priority: true }, 'createKey');
    const kmsArn = this.#requireCreationArn('createKey');
    const encryptionContext = requireContext(options.encryptionContext, options.branchKeyId);
    const branchKeyId = options.branchKeyId === undefined ? randomUUID() : requireBranchKeyId(options.branchKeyId);
    const version = randomUUID();
    const facts = { kmsArn, createTime: this.#createTime(), encryptionContext };
    const keys = { from: kmsArn, to: kmsArn };
    const attributes = firstVersionAttributes(branchKeyId, version, facts);
    const versionRecord = await this.#wrapper.generate(attributes, kmsArn, options);
    const activeRecord = await this.#wrapper.rewrap(versionRecord, activeAttributes(attributes), keys, options);
    const beaconRecord = await this.#wrapper.generate(beaconAttributes(attributes), kmsArn, options);
    const records = [versionRecord, activeRecord, beaconRecord];
    try {
      await this.#storage.write(
        records.map((record) => ({ record, condition: 'absent' })),
        options,
      );
    } catch (error) {
      throw isConflict(error) ? new BranchKeyExistsError(branchKeyId, error) : error;
    }
    return { branchKeyId, version };
  }

  /**
   * Makes a new version of a branch key and activates it; old versions stay for decrypting. The active record is
   * authenticated first. Of several calls at once each makes its version, one after the other.
   *
   * @throws BranchKeyNotFoundError; BranchKeyRecordError; BranchKeyConflictError when others kept coming first; KmsError;
   *   BranchKeyStorageError. TypeError in the discovery kinds.
   */
  async versionKey(branchKeyId: string, options: BranchKeyRequestOptions = {}): Promise<BranchKeyVersion> {
    this.#requireCreationArn('versionKey');
    requireBranchKeyId(branchKeyId);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return { branchKeyId, version: await this.#writeNextVersion(branchKeyId, options) };
      } catch (error) {
        if (!isConflict(error) || attempt === MAX_ATTEMPTS) throw error;
        const longest = Math.min(LONGEST_WAIT_MS, 10 * 2 ** attempt);
        await delay(Math.random() * longest, undefined, { signal: options.signal });
      }
    }
  }

  /**
   * @returns The version that new messages are encrypted under.
   * @throws BranchKeyNotFoundError; BranchKeyRecordError naming the attribute; KmsError; BranchKeyStorageError.
   */
  async getActiveBranchKey(branchKeyId: string, options: BranchKeyRequestOptions = {}): Promise<BranchKey> {
    return this.#open(requireBranchKeyId(branchKeyId), ACTIVE_TYPE, options);
  }

  /**
   * @param version - UUID, lower case with hyphens.
   * @throws As `getActiveBranchKey`.
   */
  async getBranchKeyVersion(
    branchKeyId: string,
    version: string,
    options: BranchKeyRequestOptions = {},
  ): Promise<BranchKey> {
    return this.#open(requireBranchKeyId(branchKeyId), VERSION_PREFIX + requireVersion(version), options);
  }

  /**
   * @returns The key for searchable-encryption beacons, without a version.
   * @throws As `getActiveBranchKey`.
   */
  async getBeaconKey(branchKeyId: string, options: BranchKeyRequestOptions = {}): Promise<Omit<BranchKey, 'version'>> {
    const { version: _none, ...beacon } = await this.#open(requireBranchKeyId(branchKeyId), BEACON_TYPE, options);
    return beacon;
  }

  /**
   * Lists the branch keys, in no particular order and without a KMS call: nothing is authenticated.
   *
   * @throws BranchKeyRecordError for a record of the wrong form; BranchKeyStorageError.
   */
  async *listBranchKeys(options: StorageRequestOptions = {}): AsyncGenerator<BranchKeySummary, void, undefined> {
    for await (const record of this.#storage.list(undefined, options)) {
      if (isRecordError(record)) throw record;
      if (addressOf(record).recordType !== ACTIVE_TYPE) continue;
      const { branchKeyId, version = '', kmsArn } = checkRecord(record);
      yield { branchKeyId, version, kmsArn, createTime: record.attributes[ATTRIBUTE.createTime] ?? '' };
    }
  }

  async #open(branchKeyId: string, recordType: string, options: BranchKeyRequestOptions): Promise<BranchKey> {
    const { record, facts, keyArn } = await this.#read(branchKeyId, recordType, options);
    const key = await this.#explained(record, options, () => this.#wrapper.unwrap(record, keyArn, options));
    const { version = '', encryptionContext } = facts;
    return { branchKeyId, version, key: concealKey(key), encryptionContext };
  }

  async #writeNextVersion(branchKeyId: string, options: BranchKeyRequestOptions): Promise<string> {
    const { record: active, facts, keyArn } = await this.#read(branchKeyId, ACTIVE_TYPE, options);
    await this.#explained(active, options, () =>
      this.#wrapper.rewrap(active, active.attributes, { from: keyArn, to: keyArn }, options),
    );
    const version = randomUUID();
    const kmsArn = this.#kmsKey.nextArn(facts.kmsArn);
    const wrappingArn = this.#requireCreationArn('versionKey');
    const keys = { from: wrappingArn, to: wrappingArn };
    const attributes = nextVersionAttributes(active.attributes, version, { kmsArn, createTime: this.#createTime() });
    const versionRecord = await this.#wrapper.generate(attributes, wrappingArn, options);
    const activeRecord = await this.#wrapper.rewrap(versionRecord, activeAttributes(attributes), keys, options);
    await this.#storage.write(
      [
        { record: versionRecord, condition: 'absent' },
        { record: activeRecord, condition: { ciphertext: active.ciphertext } },
      ],
      options,
    );
    return version;
  }

  async #read(branchKeyId: string, recordType: string, options: StorageRequestOptions): Promise<ReadRecord> {
    const address = { branchKeyId, recordType };
    const record = await this.#storage.read(address, options);
    if (record === undefined) throw new BranchKeyNotFoundError(branchKeyId, recordType);
    const facts = checkRecord(record, address);
    const keyArn = this.#kmsKey.keyFor(facts.kmsArn);
    if (keyArn !== undefined) return { record, facts, keyArn };
    throw new BranchKeyRecordError(
      address,
      [ATTRIBUTE.kmsArn],
      'is not the KMS key that this store is configured with',
    );
  }

  /** Turns "KMS does not open it" into the attribute at fault. */
  async #explained<Result>(
    record: BranchKeyRecord,
    options: StorageRequestOptions,
    callKms: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await callKms();
    } catch (error) {
      const refused = isKmsError(error) && isRefusal(error);
      throw refused ? await explainRefusal(this.#storage, record, error, options) : error;
    }
  }

  #createTime(): string {
    return formatCreateTime(this.#now());
  }

  #requireCreationArn(method: string): string {
    if (this.#kmsKey.creationArn !== undefined) return this.#kmsKey.creationArn;
    throw new TypeError(`${method} needs kmsKey: { arn } or { mrkArn }; a store in discovery can only read`);
  }
}

type ReadRecord = {
  readonly record: BranchKeyRecord;
  readonly facts: CheckedRecord;
  /** The ARN to call KMS with. */
  readonly keyArn: string;
};
