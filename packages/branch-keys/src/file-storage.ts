import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EnvelopeError } from '@waxseal/core';
import { requireOptions } from '@waxseal/core/crypto';
import { BranchKeyConflictError, BranchKeyRecordError, BranchKeyStorageError } from './branch-key-errors.ts';
import { ATTRIBUTE, addressOf, type BranchKeyRecord, type RecordAddress } from './branch-key-record.ts';
import type { BranchKeyStorage, RecordWrite, StorageRequestOptions } from './branch-key-storage.ts';
import { decodeRecords, encodeRecords, type RecordFileContent } from './damaged-record-file.ts';
import { isErrno, withFileLock } from './file-lock.ts';
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
 *
 * The lock of a killed writer is taken over by writers of the same PID namespace; for others it stays, and the error
 * names it, since they can't tell whether he still runs: another container, or whoever comes after a restart.
 */
export class FileStorage implements BranchKeyStorage {
  readonly #path: string;
  readonly #lockTimeoutMs: number;

  /** @throws TypeError without a path, and for an unknown option. RangeError for a negative timeout. */
  constructor(options: FileStorageOptions) {
    requireOptions(options, { path: true, lockTimeoutMs: true }, 'FileStorage');
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
    const { records, damaged } = await this.#readFile(this.#fileOf(address.branchKeyId), options.signal);
    const found = records.find((record) => isSame(addressOf(record), address));
    const damage = found === undefined ? damaged.find((each) => isSame(each.address, address)) : undefined;
    if (damage !== undefined) throw damage.error;
    return found;
  }

  async write(writes: readonly RecordWrite[], options: StorageRequestOptions = {}): Promise<void> {
    const branchKeyId = requireOneBranchKey(writes);
    const path = this.#fileOf(branchKeyId);
    await wrapFailures('write a file of branch keys', async () => {
      await this.#requirePrepared();
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const lock = `${path}.lock`;
      await withFileLock(lock, this.#lockTimeoutMs, options.signal, async () => {
        const content = await this.#readFile(path, options.signal);
        // Named as one of the lock's files, so that whoever takes over the lock of a killed writer removes its draft.
        const draft = `${lock}.${randomUUID()}.tmp`;
        await replaceFile(path, draft, encodeRecords(applyWrites(branchKeyId, content, writes)));
      });
    });
  }

  async *list(
    branchKeyId: string | undefined,
    options: StorageRequestOptions = {},
  ): AsyncGenerator<BranchKeyRecord | BranchKeyRecordError, void, undefined> {
    const paths = branchKeyId === undefined ? this.#allFiles() : [this.#fileOf(branchKeyId)];
    for await (const path of paths) {
      options.signal?.throwIfAborted();
      yield* await this.#listFile(path, branchKeyId, options.signal);
    }
  }

  /** A file that is not ours, or that we may not read, is one error: the others are listed all the same. */
  async #listFile(
    path: string,
    branchKeyId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<(BranchKeyRecord | BranchKeyRecordError)[]> {
    try {
      const { records, damaged } = await this.#readFile(path, signal);
      return [...records, ...damaged.map(({ error }) => error)];
    } catch (error) {
      if (!(error instanceof BranchKeyStorageError) || error.category === 'transient') throw error;
      return [unreadable(branchKeyId, error)];
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

  async #readFile(path: string, signal: AbortSignal | undefined): Promise<RecordFileContent> {
    return wrapFailures('read a file of branch keys', async () => {
      const file = await openIfExists(path);
      if (file === undefined) return { records: [], damaged: [] };
      try {
        const stats = await file.stat();
        if (!stats.isFile()) throw new BranchKeyStorageError(`${path} is not a file`, 'invalid');
        if (stats.size > MAX_FILE_LENGTH) throw new BranchKeyStorageError(`${path} is too large`, 'invalid');
        return decodeRecords(await readFile(file, { encoding: 'utf8', signal }), path);
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

function isSame(one: RecordAddress, other: RecordAddress): boolean {
  return one.branchKeyId === other.branchKeyId && one.recordType === other.recordType;
}

/** @param branchKeyId - Where it is not known it is empty: the file's name is but its hash. */
function unreadable(branchKeyId: string | undefined, error: BranchKeyStorageError): BranchKeyRecordError {
  const address = { branchKeyId: branchKeyId ?? '', recordType: '' };
  return new BranchKeyRecordError(
    address,
    [ATTRIBUTE.branchKeyId, ATTRIBUTE.type],
    `are unknown: ${error.message}`,
    error,
  );
}

function applyWrites(
  branchKeyId: string,
  { records, damaged }: RecordFileContent,
  writes: readonly RecordWrite[],
): RecordFileContent {
  const byType = new Map(records.map((record) => [addressOf(record).recordType, record]));
  // What is damaged is neither absent nor known to have the ciphertext that a condition names.
  const damagedTypes = new Set(damaged.map(({ address }) => address.recordType));
  for (const { record, condition } of writes) {
    const { recordType } = addressOf(record);
    if (damagedTypes.has(recordType) || !conditionHolds(condition, byType.get(recordType)))
      throw new BranchKeyConflictError(branchKeyId);
  }
  for (const { record } of writes) byType.set(addressOf(record).recordType, record);
  return { records: [...byType.values()], damaged };
}

/**
 * Replaces a file as a whole, under its lock: readers see the old content or the new one, also after a crash.
 *
 * @param draft - A new file beside it. What stands there already, a link to another file too, is left alone and an error.
 */
async function replaceFile(path: string, draft: string, text: string): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    await writeAndClose(file, text);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

async function writeAndClose(file: FileHandle, text: string): Promise<void> {
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name survive a crash; systems that can't open directories keep names by themselves. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  if (directory === undefined) return;
  await directory.sync().catch(() => undefined);
  await directory.close();
}

async function openIfExists(path: string): Promise<FileHandle | undefined> {
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
