// Moves branch keys to another KMS key. Messages name branch key and version only, so none of them is touched.

import { type OptionNames, requireOptions } from '@waxseal/core/crypto';
import { isKmsError, type KmsClientSource, matchesMultiRegionKey, parseKmsKeyArn } from '@waxseal/keyring';
import { type BranchKeyRecordError, isConflict, isRecordError } from './branch-key-errors.ts';
import type { BranchKeyKms } from './branch-key-kms.ts';
import type { BranchKeyRecord } from './branch-key-record.ts';
import type { BranchKeyStorage } from './branch-key-storage.ts';
import { checkRecord } from './check-record.ts';
import { requireKeyArn } from './kms-key-choice.ts';
import { movedAttributes } from './new-records.ts';
import { RecordWrapper } from './record-wrapper.ts';
import { explainRefusal, isRefusal } from './refused-record.ts';
import { requireFunction, requireName, requireStorage } from './store-arguments.ts';

/** What `rewrapBranchKeys` is told. */
export type RewrapOptions = {
  readonly storage: BranchKeyStorage;
  readonly kms: KmsClientSource<BranchKeyKms>;
  /** Name of the key store that the records belong to. */
  readonly logicalName: string;
  /** ARN of the KMS key to leave. Of a multi-Region key, records that name a replica are moved too. */
  readonly from: string;
  /** ARN of the KMS key to move to, in the same Region: KMS re-encrypts within one. */
  readonly to: string;
  readonly grantTokens?: readonly string[] | undefined;
  /** Records under way at once, 1 to 64. Default 8. Each costs one KMS request. */
  readonly concurrency?: number | undefined;
  /** Counts what would be moved; changes nothing, and asks KMS nothing. */
  readonly dryRun?: boolean | undefined;
  /** Called after each record. What it throws ends the work. */
  readonly onProgress?: ((progress: RewrapProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
};

/** Counts so far. */
export type RewrapProgress = {
  /** Which walk through the records; the last one finds nothing to move. */
  readonly pass: number;
  /** Records seen in this pass. */
  readonly examined: number;
  /** Records moved in all passes; with `dryRun`, that would be. */
  readonly rewrapped: number;
  /** Records refused in this pass. */
  readonly refused: number;
};

/** How it ended. */
export type RewrapResult = RewrapProgress & {
  /** Whether no record is left under the key to leave, so that it can be disabled. */
  readonly complete: boolean;
  /** Why records were left as they are: the first 1,000 of the last pass. */
  readonly refusals: readonly BranchKeyRecordError[];
};

const OPTIONS: OptionNames<RewrapOptions> = {
  storage: true,
  kms: true,
  logicalName: true,
  from: true,
  to: true,
  grantTokens: true,
  concurrency: true,
  dryRun: true,
  onProgress: true,
  signal: true,
};

const DEFAULT_CONCURRENCY = 8;
const MAX_CONCURRENCY = 64;
const MAX_REFUSALS = 1000;
/** Writers that still use the key to leave could keep a walk busy for ever. */
const MAX_PASSES = 20;

/**
 * Re-wraps every record from one KMS key to another by `ReEncrypt`: no branch key leaves KMS, and no message changes.
 * Each record is replaced as a whole, on condition that nobody changed it meanwhile.
 *
 * Killed at any moment, it has moved some records and left the others; started again, it moves the rest. Several at once
 * do no harm. Walks through the records until a walk finds nothing to move, since others may make versions meanwhile.
 * Readers must accept both keys for that time: `kmsKey: { arn: to, formerArns: [from] }`.
 *
 * @throws KmsError and BranchKeyStorageError when KMS or the storage fails; the signal's reason. What was moved stays
 *   moved. TypeError for an unknown or unfit option, and for ARNs that are not those of keys, are equal, or are of two
 *   Regions.
 */
export async function rewrapBranchKeys(options: RewrapOptions): Promise<RewrapResult> {
  const move = new KeyMove(options);
  while (await move.walk()) {
    if (options.dryRun === true || move.pass === MAX_PASSES) return move.result(false);
  }
  return move.result(true);
}

class KeyMove {
  pass = 0;
  rewrapped = 0;
  #examined = 0;
  #conflicts = 0;
  #refused = 0;
  #refusals: BranchKeyRecordError[] = [];
  readonly #options: RewrapOptions;
  readonly #concurrency: number;
  readonly #wrapper: RecordWrapper;
  readonly #isOld: (storedArn: string) => boolean;

  constructor(options: RewrapOptions) {
    requireOptions(options, OPTIONS, 'rewrapBranchKeys');
    this.#options = { ...options, storage: requireStorage(options.storage) };
    checkSwitches(options);
    this.#isOld = oldKeyTest(options.from, options.to);
    this.#wrapper = new RecordWrapper(options.kms, requireName(options.logicalName), options.grantTokens);
    this.#concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
    if (!(Number.isInteger(this.#concurrency) && this.#concurrency > 0 && this.#concurrency <= MAX_CONCURRENCY)) {
      throw new RangeError(`concurrency must be an integer from 1 to ${MAX_CONCURRENCY}`);
    }
  }

  /** Goes through all records once, several at a time. @returns Whether there was anything to move. */
  async walk(): Promise<boolean> {
    const rewrappedBefore = this.rewrapped;
    this.pass += 1;
    this.#examined = 0;
    this.#conflicts = 0;
    this.#refused = 0;
    this.#refusals = [];
    await this.#visitAll(this.#options.storage.list(undefined, this.#options)[Symbol.asyncIterator]());
    return this.rewrapped > rewrappedBefore || this.#conflicts > 0;
  }

  async #visitAll(records: AsyncIterator<BranchKeyRecord | BranchKeyRecordError>): Promise<void> {
    let stopped = false;
    const work = async (): Promise<void> => {
      try {
        while (!stopped) {
          const next = await records.next();
          if (next.done === true) return;
          await this.#visit(next.value);
        }
      } finally {
        stopped = true;
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: this.#concurrency }, work));
    const failure = workers.find((worker) => worker.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  /** @param foundNothing - Whether the last walk had nothing to move. */
  result(foundNothing: boolean): RewrapResult {
    return { ...this.#progress(), complete: foundNothing && this.#refused === 0, refusals: this.#refusals };
  }

  #progress(): RewrapProgress {
    return { pass: this.pass, examined: this.#examined, rewrapped: this.rewrapped, refused: this.#refused };
  }

  async #visit(listed: BranchKeyRecord | BranchKeyRecordError): Promise<void> {
    this.#options.signal?.throwIfAborted();
    this.#examined += 1;
    try {
      if (isRecordError(listed)) throw listed;
      if (this.#isOld(checkRecord(listed).kmsArn)) await this.#move(listed);
    } catch (error) {
      if (!isRecordError(error)) throw error;
      this.#refused += 1;
      if (this.#refusals.length < MAX_REFUSALS) this.#refusals.push(error);
    }
    this.#options.onProgress?.(this.#progress());
  }

  async #move(record: BranchKeyRecord): Promise<void> {
    const { storage, from, to, signal, dryRun } = this.#options;
    if (dryRun !== true) {
      const moved = await this.#rewrap(record, movedAttributes(record.attributes, to), { from, to });
      try {
        await storage.write([{ record: moved, condition: { ciphertext: record.ciphertext } }], { signal });
      } catch (error) {
        if (!isConflict(error)) throw error;
        this.#conflicts += 1;
        return;
      }
    }
    this.rewrapped += 1;
  }

  async #rewrap(
    record: BranchKeyRecord,
    attributes: Readonly<Record<string, string>>,
    keys: { readonly from: string; readonly to: string },
  ): Promise<BranchKeyRecord> {
    const { storage, signal } = this.#options;
    try {
      return await this.#wrapper.rewrap(record, attributes, keys, { signal, priority: 'background' });
    } catch (error) {
      if (isKmsError(error) && isRefusal(error)) throw await explainRefusal(storage, record, error, { signal });
      throw error;
    }
  }
}

/** A `dryRun` that is nearly `true` must not move anything. */
function checkSwitches({ dryRun, onProgress, signal }: RewrapOptions): void {
  if (dryRun !== undefined && typeof dryRun !== 'boolean') throw new TypeError('dryRun must be true or false');
  requireFunction(onProgress, 'onProgress');
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw new TypeError('signal must be an AbortSignal');
  }
}

function oldKeyTest(from: string, to: string): (storedArn: string) => boolean {
  const source = requireKeyArn(from, 'from');
  const target = requireKeyArn(to, 'to');
  if (from === to) throw new TypeError('from and to are the same KMS key');
  if (source.region !== target.region)
    throw new TypeError('from and to must be of one Region: KMS re-encrypts within one');
  return (storedArn) => {
    const stored = parseKmsKeyArn(storedArn);
    return stored !== undefined && storedArn !== to && matchesMultiRegionKey(source, stored);
  };
}
