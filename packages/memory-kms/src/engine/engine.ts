// The engine: one call in, one answer or one error of the service out. The order of its checks is fixed:
//
//   gate (quotas, faults) → shape of the request → name of the key → Region → account → alias → key → authorization →
//   state → usage → algorithm → dry run → the operation itself
//
// See docs/decisions/memory-kms-order-of-checks.md.

import type { Authorizer } from './access-request.ts';
import type { AuditSink, CallEvent } from './audit-sink.ts';
import { settleDue } from './due-events.ts';
import { freeHandlers, keyHandlers } from './handlers.ts';
import { applyInputRules } from './input-rules.ts';
import type { CallTrace, EngineParts, Invocation, KeyInvocation } from './invocation.ts';
import { requireState } from './key-state.ts';
import type { KmsCall } from './kms-call.ts';
import { KmsServiceError } from './kms-service-error.ts';
import { type OperationRow, operationTable } from './operation-table.ts';
import type { OperationName } from './operation-types.ts';
import { randomUuid } from './random-source.ts';
import { ConnectionLostError, type RequestGate } from './request-gate.ts';
import { requireOperationName } from './require-operation-name.ts';
import { peekKey, resolveKey } from './resolve-key.ts';
import { validateInput } from './validate-input.ts';

/** What stands around the engine: each with a default that lets everything through. */
export type EngineSeams = {
  readonly authorizer: Authorizer;
  readonly gate?: RequestGate | undefined;
  readonly audit?: AuditSink | undefined;
  /** Runs each call's work on the state: where a file holds the state, under its lock. */
  readonly session?: StateSession | undefined;
};

/** Brackets a piece of work on the store. */
export interface StateSession {
  run<T>(work: () => Promise<T>): Promise<T>;
}

type Answer = Readonly<Record<string, unknown>>;
type Handler = (invocation: Invocation) => Answer | Promise<Answer>;
type OnKey = (invocation: KeyInvocation<Answer>) => Answer | Promise<Answer>;

/** Answers calls. All state is in `parts.store`. */
export class Engine {
  readonly parts: EngineParts;
  readonly seams: EngineSeams;
  readonly #counts = new Map<OperationName, number>();

  constructor(parts: EngineParts, seams: EngineSeams) {
    this.parts = parts;
    this.seams = seams;
  }

  /**
   * Calls so far, of one operation or of all; failed and throttled ones count.
   *
   * @throws TypeError for what is no operation of KMS.
   */
  callCount(operation?: OperationName): number {
    if (operation !== undefined) {
      requireOperationName(operation, 'callCount');
      return this.#counts.get(operation) ?? 0;
    }
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Counts from nothing again. */
  forgetCounts(): void {
    this.#counts.clear();
  }

  /**
   * Answers one call.
   *
   * @returns The answer, without `$metadata`, owned by the caller.
   * @throws KmsServiceError with `$metadata.requestId` of the call; ConnectionLostError in a scripted outage, and where
   *   the caller went away before the call was admitted.
   */
  async handle(call: KmsCall): Promise<Answer> {
    this.#counts.set(call.operation, (this.#counts.get(call.operation) ?? 0) + 1);
    const startedAt = this.parts.clock.now();
    const trace = emptyTrace();
    try {
      const output = await this.#answer(call, trace);
      this.#record(call, startedAt, trace, { output });
      return output;
    } catch (thrown) {
      if (thrown instanceof ConnectionLostError) throw thrown;
      const error = serviceError(thrown, call.requestId);
      this.#record(call, startedAt, trace, { error });
      throw error;
    }
  }

  async #answer(call: KmsCall, trace: CallTrace): Promise<Answer> {
    await this.#admit(call);
    const { session } = this.seams;
    return session === undefined ? this.#perform(call, trace) : session.run(() => this.#perform(call, trace));
  }

  async #perform(call: KmsCall, trace: CallTrace): Promise<Answer> {
    requireServedRegion(this.parts, call.region);
    settleDue(this.parts, this.parts.clock.now());
    const row = operationTable[call.operation];
    const input = validateInput(call.input, row.members);
    trace.input = input;
    applyInputRules(call.operation, input, this.parts.settings.maxContextLength);
    const invocation = this.#invocation(call, input, trace);
    const free = freeHandlers[call.operation] as Handler | undefined;
    if (free !== undefined) return free(invocation);
    const onKey = keyHandlers[call.operation] as OnKey | undefined;
    if (onKey !== undefined) return onKey(withKey(invocation, row));
    throw new KmsServiceError('UnsupportedOperationException', `${call.operation} is not supported.`);
  }

  #invocation(call: KmsCall, input: Answer, trace: CallTrace): Invocation {
    return { parts: this.parts, authorizer: this.seams.authorizer, call, input, now: this.parts.clock.now(), trace };
  }

  async #admit(call: KmsCall): Promise<void> {
    const { gate } = this.seams;
    if (gate === undefined) return;
    const keySpec = () => this.#peekSpec(call);
    await gate.admit({ ...call, now: this.parts.clock.now(), keySpec });
  }

  #peekSpec(call: KmsCall): string | undefined {
    const input = (typeof call.input === 'object' ? call.input : {}) as Record<string, unknown> | null;
    const name = input?.['KeyId'] ?? input?.['DestinationKeyId'];
    if (typeof name !== 'string') return undefined;
    const invocation = this.#invocation(call, {}, emptyTrace());
    return peekKey(invocation, name, operationTable[call.operation])?.key.record.spec;
  }

  #record(call: KmsCall, startedAt: number, trace: CallTrace, result: Pick<CallEvent, 'output' | 'error'>): void {
    const finishedAt = this.parts.clock.now();
    const eventId = randomUuid(this.parts.random);
    if (result.output !== undefined) {
      for (const { arn } of trace.used) {
        this.parts.store.putUsage({
          arn,
          operation: call.operation,
          at: finishedAt,
          requestId: call.requestId,
          eventId,
        });
      }
    }
    const { keys, aliasArn, additional, input } = trace;
    this.seams.audit?.record({
      kind: 'call',
      call: { ...call, input },
      eventId,
      startedAt,
      finishedAt,
      keys,
      aliasArn,
      relayed: result.error === undefined ? trace.relayed : [],
      additional,
      ...result,
    });
  }
}

function emptyTrace(): CallTrace {
  return { keys: [], additional: {}, relayed: [], used: [] };
}

/** In AWS another Region is another host; here a signature for it is all that can be wrong. */
function requireServedRegion({ settings }: EngineParts, region: string): void {
  if (settings.regions?.includes(region) ?? true) return;
  throw new KmsServiceError('InvalidSignatureException', 'Credential should be scoped to a valid Region.');
}

/** Finds the key of a request that has exactly one, asks for it, and checks its state. */
function withKey(invocation: Invocation, row: OperationRow): KeyInvocation<Answer> {
  const name = invocation.input['KeyId'] as string;
  const context = invocation.input['EncryptionContext'] as Readonly<Record<string, string>> | undefined;
  const target = resolveKey(invocation, name, row, `kms:${invocation.call.operation}`, { encryptionContext: context });
  requireState(target.key, row.states, invocation.now);
  return { ...invocation, ...target };
}

/** Whatever else is thrown is a fault of this KMS, told as KMS tells its own. */
function serviceError(thrown: unknown, requestId: string): KmsServiceError {
  const error = thrown instanceof KmsServiceError ? thrown : internalError(thrown);
  error.$metadata = { ...error.$metadata, requestId };
  return error;
}

function internalError(cause: unknown): KmsServiceError {
  const error = new KmsServiceError('KMSInternalException', 'The in-memory KMS failed; its cause is in `cause`.');
  error.cause = cause;
  return error;
}
