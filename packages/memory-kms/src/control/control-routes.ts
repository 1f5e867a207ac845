// The endpoints below `/_kms/`, for tests that reach the KMS only over HTTP. Off unless asked for: whoever reaches them
// can change time, drop all keys and read the audit log.

import type { ExplainRequest } from '../access/explain-access.ts';
import type { AuditRecord } from '../audit/audit-record.ts';
import type { CallCounts } from '../audit/call-counters.ts';
import type { Clock, Duration } from '../engine/clock.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { WireRequest, WireResponse } from '../wire/answer-request.ts';

/** What the endpoints act on: a `MemoryKms`, by shape. */
export type Controlled = {
  readonly clock: Clock;
  readonly faults: FaultPlan;
  readonly auditLog: readonly AuditRecord[];
  counts(): CallCounts;
  explain(request: ExplainRequest): string;
  reset(): Promise<void>;
};

type Answer = { readonly status: number; readonly body: unknown };
type Route = (kms: Controlled, body: unknown) => Answer | Promise<Answer>;

const ok = (body: unknown): Answer => ({ status: 200, body });

const routes: Readonly<Record<string, Route>> = {
  'GET /_kms/health': (kms) => ok({ status: 'ok', service: 'kms', production: false, now: isoNow(kms) }),
  'POST /_kms/reset': async (kms) => {
    await kms.reset();
    return ok({ status: 'reset' });
  },
  'GET /_kms/clock': (kms) => ok({ now: isoNow(kms) }),
  'POST /_kms/clock': (kms, body) => advance(kms, body),
  'GET /_kms/faults': (kms) => ok(kms.faults.status()),
  'PUT /_kms/faults': (kms, body) => {
    kms.faults.replace(Array.isArray(body) ? body : [body]);
    return ok(kms.faults.status());
  },
  'DELETE /_kms/faults': (kms) => {
    kms.faults.replace([]);
    return ok([]);
  },
  'GET /_kms/audit': (kms) => ok(kms.auditLog),
  'GET /_kms/counts': (kms) => ok(kms.counts()),
  'POST /_kms/explain': (kms, body) => ok({ decision: kms.explain(body as ExplainRequest) }),
};

/**
 * Makes the handler of `/_kms/…`; it answers undefined for every other path.
 *
 * A browser must not reach it from a page: requests with an `Origin` are refused, and bodies must be
 * `application/json`, which a page can't send without asking first.
 */
export function createControlRoutes(kms: Controlled): {
  answer(request: WireRequest): Promise<WireResponse | undefined>;
} {
  return {
    async answer(request) {
      const [path = ''] = request.path.split('?', 1);
      return path === '/_kms' || path.startsWith('/_kms/') ? toResponse(await respond(kms, request, path)) : undefined;
    },
  };
}

async function respond(kms: Controlled, request: WireRequest, path: string): Promise<Answer> {
  const key = `${request.method} ${path}`;
  if (request.headers['origin'] !== undefined) return { status: 403, body: { message: 'Not for web pages.' } };
  const route = Object.hasOwn(routes, key) ? routes[key] : undefined;
  if (route === undefined)
    return { status: 404, body: { message: `No ${key}. There are: ${Object.keys(routes).join(', ')}` } };
  if (request.method !== 'GET' && !/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return { status: 415, body: { message: 'The content type must be application/json.' } };
  }
  try {
    return await route(
      kms,
      request.body.length === 0 ? undefined : JSON.parse(Buffer.from(request.body).toString('utf8')),
    );
  } catch (error) {
    return {
      status: 400,
      body: { message: error instanceof Error ? error.message : 'The request is not understood.' },
    };
  }
}

function advance(kms: Controlled, body: unknown): Answer {
  const { clock } = kms;
  const wanted = (body as { readonly advance?: unknown } | undefined)?.advance;
  if (!('advance' in clock) || typeof clock.advance !== 'function') {
    return { status: 409, body: { message: "This KMS runs on the system's clock, which can't be moved." } };
  }
  if (typeof wanted !== 'string' && typeof wanted !== 'number') {
    return { status: 400, body: { message: 'Send {"advance": "400d"} (ms, s, m, h, d) or milliseconds.' } };
  }
  clock.advance(wanted as Duration);
  return ok({ now: isoNow(kms) });
}

function isoNow({ clock }: Controlled): string {
  return new Date(clock.now()).toISOString();
}

function toResponse({ status, body }: Answer): WireResponse {
  const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
  return {
    status,
    headers: { 'content-type': 'application/json', 'content-length': String(bytes.length) },
    body: bytes,
  };
}
