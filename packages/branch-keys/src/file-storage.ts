import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvelopeError } from '@waxseal/core';
import { BranchKeyConflictError, BranchKeyStorageError } from './branch-key-errors.ts';
import { addressOf, type BranchKeyRecord, type RecordAddress } from './branch-key-record.ts';
import type { BranchKeyStorage, RecordWrite, StorageRequestOptions } from './branch-key-storage.ts';
import { isErrno, withFileLock } from './file-lock.ts';
import { decodeRecordFile, encodeRecordFile } from './record-file.ts';
import { conditionHolds, requireOneBranchKey } from './record-writes.ts';

/** Options of `FileStorage`. */
export type FileStorageOptions = {
  /** The directory, which this storage alone uses; made where it does not exist. On a local disk. */
  readonly path: string;
  /** How long a write waits for other writers of the same branch key. Default 10,000. */
  readonly lockTimeoutMs?: number | undefined;
};

const RECORD_FILE = /^[0-9a-f]{64}\.json$/;
const FOLDER = /^[0-9a-f]{2}$/;
/** A file of one branch key; 10,000 versions take about 10 MB. */
const MAX_FILE_LENGTH = 64 * 1024 * 1024;

/**
 * Branch keys in files, for the processes of one machine.
 *
 *   <path>/<first 2 digits>/<SHA-256 of the branch key id, hex>.json     see `encodeRecordFile`
 *
 * All records of a branch key are one file, which is replaced as a whole (written beside it, flushed, renamed), so that
 * readers need no lock and a crash leaves the old state or the new one. Writers of the same branch key wait for each
 * other by a lock file. Network file systems do not keep these promises.
 */
export class FileStorage implements BranchKeyStorage {
  readonly #path: string;
  readonly #lockTimeoutMs: number;

  /** @throws TypeError without a path. RangeError for a negative timeout. */
  constructor(options: FileStorageOptions) {
    if (typeof options.path !== 'string' || options.path === '') throw new TypeError('path must be a directory');
    this.#path = options.path;
    this.#lockTimeoutMs = options.lockTimeoutMs ?? 10_000;
    if (!(this.#lockTimeoutMs >= 0)) throw new RangeError('lockTimeoutMs must not be negative');
  }

  async prepare(options: StorageRequestOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    await wrapFailures('make the directory of branch keys', () => mkdir(this.#path, { recursive: true, mode: 0o700 }));
  }

  async read(address: RecordAddress, options: StorageRequestOptions = {}): Promise<BranchKeyRecord | undefined> {
    options.signal?.throwIfAborted();
    const records = await this.#readFile(this.#fileOf(address.branchKeyId), options.signal);
    return records.find((record) => isAt(record, address));
  }

  async write(writes: readonly RecordWrite[], options: StorageRequestOptions = {}): Promise<void> {
    const branchKeyId = requireOneBranchKey(writes);
    const path = this.#fileOf(branchKeyId);
    await wrapFailures('write a file of branch keys', async () => {
      await this.#requirePrepared();
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await withFileLock(`${path}.lock`, this.#lockTimeoutMs, options.signal, async () => {
        const records = await this.#readFile(path, options.signal);
        await replaceFile(path, encodeRecordFile(applyWrites(branchKeyId, records, writes)));
      });
    });
  }

  async *list(
    branchKeyId: string | undefined,
    options: StorageRequestOptions = {},
  ): AsyncGenerator<BranchKeyRecord, void, undefined> {
    const paths = branchKeyId === undefined ? this.#allFiles() : [this.#fileOf(branchKeyId)];
    for await (const path of paths) {
      options.signal?.throwIfAborted();
      yield* await this.#readFile(path, options.signal);
    }
  }

  async #requirePrepared(): Promise<void> {
    const exists = await stat(this.#path).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!exists) throw new BranchKeyStorageError(`${this.#path} is no directory: call createStore first`, 'invalid');
  }

  async *#allFiles(): AsyncGenerator<string, void, undefined> {
    for (const folder of await namesIn(this.#path, FOLDER)) {
      for (const file of await namesIn(join(this.#path, folder), RECORD_FILE)) yield join(this.#path, folder, file);
    }
  }

  async #readFile(path: string, signal: AbortSignal | undefined): Promise<BranchKeyRecord[]> {
    return wrapFailures('read a file of branch keys', async () => {
      const file = await openIfExists(path);
      if (file === undefined) return [];
      try {
        const { size } = await file.stat();
        if (size > MAX_FILE_LENGTH) throw new BranchKeyStorageError(`${path} is too large`, 'invalid');
        return decodeRecordFile(await readFile(file, { encoding: 'utf8', signal }), path);
      } finally {
        await file.close();
      }
    });
  }

  #fileOf(branchKeyId: string): string {
    const name = createHash('sha256').update(branchKeyId, 'utf8').digest('hex');
    return join(this.#path, name.slice(0, 2), `${name}.json`);
  }
}

function isAt(record: BranchKeyRecord, { branchKeyId, recordType }: RecordAddress): boolean {
  const own = addressOf(record);
  return own.branchKeyId === branchKeyId && own.recordType === recordType;
}

function applyWrites(
  branchKeyId: string,
  stored: readonly BranchKeyRecord[],
  writes: readonly RecordWrite[],
): BranchKeyRecord[] {
  const byType = new Map(stored.map((record) => [addressOf(record).recordType, record]));
  for (const { record, condition } of writes) {
    if (!conditionHolds(condition, byType.get(addressOf(record).recordType)))
      throw new BranchKeyConflictError(branchKeyId);
  }
  for (const { record } of writes) byType.set(addressOf(record).recordType, record);
  return [...byType.values()];
}

/** Replaces a file as a whole, under its lock: readers see the old content or the new one, also after a crash. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.tmp`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

/** Makes the new name survive a crash; systems that can't open directories keep names by themselves. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  if (directory === undefined) return;
  await directory.sync().catch(() => undefined);
  await directory.close();
}

async function openIfExists(path: string): Promise<Awaited<ReturnType<typeof open>> | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

async function namesIn(path: string, pattern: RegExp): Promise<string[]> {
  const names = await wrapFailures('list the files of branch keys', () => readdir(path));
  return names.filter((name) => pattern.test(name)).sort();
}

/** Turns the system's errors into ours; aborts and our own errors stay as they are. */
async function wrapFailures<Result>(what: string, task: () => Promise<Result>): Promise<Result> {
  try {
    return await task();
  } catch (error) {
    const foreign = error instanceof Error && (error as NodeJS.ErrnoException).syscall !== undefined;
    if (!foreign || EnvelopeError.is(error)) throw error;
    const denied = isErrno(error, 'EACCES') || isErrno(error, 'EPERM');
    throw new BranchKeyStorageError(`could not ${what}: ${error.message}`, denied ? 'denied' : 'transient', error);
  }
}
