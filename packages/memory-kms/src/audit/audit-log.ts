import type { AuditEvent, AuditSink } from '../engine/audit-sink.ts';
import { type OptionNames, refuseUnknownOptions } from '../known-options.ts';
import type { AuditRecord } from './audit-record.ts';
import { CallCounters, type CallCounts } from './call-counters.ts';
import { makeAuditRecords } from './make-audit-records.ts';

/** Takes records one at a time, in order. A callback, or `auditFile(path)`. */
export type AuditOutput = (record: AuditRecord) => void;

/** How an `AuditLog` keeps its records. */
export type AuditLogOptions = {
  /** Records kept in memory, 10,000 unless given; the oldest go first. 0 keeps none. */
  readonly keep?: number | undefined;
  readonly outputs?: readonly AuditOutput[] | undefined;
};

const OPTION_NAMES: OptionNames<AuditLogOptions> = { keep: true, outputs: true };

/** The record of everything that was asked of the KMS, and its counters. */
export class AuditLog implements AuditSink {
  readonly #records: AuditRecord[] = [];
  readonly #counters = new CallCounters();
  readonly #keep: number;
  readonly #outputs: readonly AuditOutput[];
  #failedOutputs = 0;

  /** @throws TypeError for an unknown option; RangeError where `keep` is not a number from 0. */
  constructor(options: AuditLogOptions = {}) {
    refuseUnknownOptions(options, OPTION_NAMES, 'audit');
    this.#keep = options.keep ?? 10_000;
    this.#outputs = options.outputs ?? [];
    if (!(this.#keep >= 0)) throw new RangeError('audit: keep is not a number from 0');
  }

  record(event: AuditEvent): void {
    if (event.kind === 'call') this.#counters.count(event);
    for (const record of makeAuditRecords(event)) {
      this.#records.push(record);
      for (const output of this.#outputs) this.#send(output, record);
    }
    // Trimmed in strides: dropping one record at each call would move all the others each time.
    if (this.#records.length > this.#keep * 1.25) this.#trim();
  }

  /** The records kept, oldest first. The array grows with further calls. */
  get records(): readonly AuditRecord[] {
    this.#trim();
    return this.#records;
  }

  /** The counts of all calls since the start or the last `clear`. */
  counts(): CallCounts {
    return this.#counters.counts();
  }

  /** Records that an output failed to take. The calls themselves are not disturbed by it. */
  get failedOutputs(): number {
    return this.#failedOutputs;
  }

  /** Forgets records and counts; outputs keep what they have. */
  clear(): void {
    this.#records.length = 0;
    this.#counters.clear();
  }

  #trim(): void {
    if (this.#records.length > this.#keep) this.#records.splice(0, this.#records.length - this.#keep);
  }

  #send(output: AuditOutput, record: AuditRecord): void {
    try {
      output(record);
    } catch {
      this.#failedOutputs += 1;
    }
  }
}
