import { type Clock, systemClock } from '../engine/clock.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import { ConnectionLostError, type GatedCall, type RequestGate } from '../engine/request-gate.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { FaultError } from './fault-rule.ts';

/** Texts that KMS sends with errors a script is likely to name; others come without a text. */
const TEXTS: Readonly<Record<string, string>> = {
  ThrottlingException: 'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  KMSInternalException: 'An internal error occurred.',
  DependencyTimeoutException: 'The system timed out while trying to fulfill the request.',
  KeyUnavailableException: 'The specified KMS key is unavailable.',
};

/** Applies a fault plan to every call. */
export class FaultGate implements RequestGate {
  readonly plan: FaultPlan;
  readonly #clock: Clock;

  constructor(plan: FaultPlan, clock: Clock) {
    this.plan = plan;
    this.#clock = clock;
  }

  /** @throws KmsServiceError the scripted error; ConnectionLostError where nobody answers. */
  admit(call: GatedCall): void | Promise<void> {
    const input = (typeof call.input === 'object' && call.input !== null ? call.input : {}) as Record<string, unknown>;
    const named = input['KeyId'] ?? input['SourceKeyId'];
    const struck = this.plan.strike({
      operation: call.operation,
      region: call.region,
      principal: call.caller.principal,
      ...(typeof named === 'string' ? { keyId: named } : {}),
    });
    const latencyMs = struck.reduce((sum, rule) => sum + (rule.latencyMs ?? 0), 0);
    const outage = struck.some((rule) => rule.outage === true);
    const error = struck.find((rule) => rule.error !== undefined)?.error;
    if (latencyMs === 0) return fail(outage, error);
    return wait(this.#clock, latencyMs, call.signal).then(() => fail(outage, error));
  }
}

function fail(outage: boolean, error: FaultError | undefined): void {
  if (outage) throw new ConnectionLostError();
  if (error === undefined) return;
  const { name, message, statusCode } =
    typeof error === 'string' ? ({ name: error } as Exclude<FaultError, string>) : error;
  throw new KmsServiceError(name, message ?? TEXTS[name] ?? '', statusCode);
}

/** A wait that ends with the time or, by a `ConnectionLostError`, with whoever waits. */
function wait(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new ConnectionLostError());
    const cancel = startTimer(clock, delayMs, () => {
      signal?.removeEventListener('abort', leave);
      resolve();
    });
    function leave(): void {
      cancel();
      reject(new ConnectionLostError());
    }
    signal?.addEventListener('abort', leave, { once: true });
  });
}

/** A call that waits keeps the process alive, as a socket would; the clock's own timers do not. */
function startTimer(clock: Clock, delayMs: number, callback: () => void): () => void {
  if (clock !== systemClock) return clock.setTimer(callback, delayMs);
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
}
