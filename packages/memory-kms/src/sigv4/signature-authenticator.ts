import { createHash } from 'node:crypto';
import type { KeyHolder, PrincipalDirectory } from '../access/principal-directory.ts';
import { callerOf } from '../engine/caller.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Authenticator, Identity, WireRequest } from '../wire/answer-request.ts';
import { type AuthorizationHeader, parseAuthorizationHeader } from './authorization-header.ts';
import { expectedSignature, isSameSignature } from './expected-signature.ts';

/** Against what signatures are verified. */
export type SignatureOptions = {
  /** Knows the secrets; an access key without a secret is refused as an unknown one. */
  readonly directory: PrincipalDirectory;
  /** Regions that a credential scope may name; all where absent. */
  readonly regions?: readonly string[] | undefined;
  /** Milliseconds since 1970 by the wall clock (never the emulator's own clock: SDKs sign with real time). */
  readonly now?: (() => number) | undefined;
};

/** How far a signature's date may be off, in milliseconds. */
const MAX_SKEW_MS = 5 * 60_000;

const INVALID = 'InvalidSignatureException';
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key ' +
  'and signing method. Consult the service documentation for details.';

/**
 * Verifies the signature of every request (Signature Version 4): who has no secret gets nothing.
 *
 * Stricter than AWS in one point: `host`, `x-amz-date`, `x-amz-target` and a session token must be among the signed
 * headers, so that nothing that decides can be changed on the way. The SDKs sign all of them.
 *
 * Its `authenticate` throws `KmsServiceError`: MissingAuthenticationToken, IncompleteSignature, UnrecognizedClient,
 * ExpiredToken or InvalidSignature, each …Exception.
 */
export function signatureAuthenticator(options: SignatureOptions): Authenticator {
  return { authenticate: (request) => verify(request, options) };
}

async function verify(request: WireRequest, options: SignatureOptions): Promise<Identity> {
  const now = options.now?.() ?? Date.now();
  const header = parseAuthorizationHeader(request.headers['authorization']);
  const holder = holderOf(header, request, options.directory, now);
  checkScope(header, request, options.regions);
  const signingDate = checkDate(header, request, now);
  checkSignedHeaders(header, request);
  checkPayloadHash(request);
  const expected = await expectedSignature(request, header, holder.accessKey, signingDate);
  if (!isSameSignature(expected, header.signature)) throw new KmsServiceError(INVALID, MISMATCH);
  const { sourceIp, secureTransport } = request;
  const userAgent = request.headers['user-agent'];
  const { accessKeyId, region } = header;
  return { region, caller: { ...callerOf(holder.principal), accessKeyId, sourceIp, userAgent, secureTransport } };
}

function holderOf(
  { accessKeyId }: AuthorizationHeader,
  request: WireRequest,
  directory: PrincipalDirectory,
  now: number,
): KeyHolder {
  const holder = directory.findByAccessKeyId(accessKeyId);
  const token = request.headers['x-amz-security-token'];
  if (holder?.accessKey.secretAccessKey === undefined || holder.accessKey.sessionToken !== token) {
    throw new KmsServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  if (holder.accessKey.expiresAt !== undefined && holder.accessKey.expiresAt.getTime() <= now) {
    throw new KmsServiceError('ExpiredTokenException', 'The security token included in the request is expired');
  }
  return holder;
}

/** The Region must be served, and be the one whose endpoint was called where the host says which. */
function checkScope(
  { region, service }: AuthorizationHeader,
  request: WireRequest,
  regions: readonly string[] | undefined,
): void {
  if (service !== 'kms') throw new KmsServiceError(INVALID, "Credential should be scoped to correct service: 'kms'.");
  const [, endpointRegion = region] = /^kms\.([a-z0-9-]+)\.amazonaws\.com/.exec(request.headers['host'] ?? '') ?? [];
  if (endpointRegion !== region || (regions !== undefined && !regions.includes(region))) {
    throw new KmsServiceError(INVALID, 'Credential should be scoped to a valid region.');
  }
}

function checkDate({ date }: AuthorizationHeader, request: WireRequest, now: number): Date {
  const stamp = request.headers['x-amz-date'] ?? '';
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) {
    throw new KmsServiceError(
      'IncompleteSignatureException',
      "Authorization header requires existence of 'X-Amz-Date' header.",
    );
  }
  if (!stamp.startsWith(date))
    throw new KmsServiceError(
      INVALID,
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.',
    );
  if (time < now - MAX_SKEW_MS) {
    const text = `Signature expired: ${stamp} is now earlier than ${compact(now - MAX_SKEW_MS)} (${compact(now)} - 5 min.)`;
    throw new KmsServiceError(INVALID, text);
  }
  if (time > now + MAX_SKEW_MS) {
    const text = `Signature not yet current: ${stamp} is still later than ${compact(now + MAX_SKEW_MS)} (${compact(now)} + 5 min.)`;
    throw new KmsServiceError(INVALID, text);
  }
  return new Date(time);
}

function checkSignedHeaders({ signedHeaders }: AuthorizationHeader, request: WireRequest): void {
  const required = ['host', 'x-amz-date', 'x-amz-target'];
  if (request.headers['x-amz-security-token'] !== undefined) required.push('x-amz-security-token');
  const missing = required.find((name) => !signedHeaders.includes(name));
  if (missing !== undefined) throw new KmsServiceError(INVALID, `'${missing}' must be a signed header.`);
}

/** A hash in a header must be that of the body: `UNSIGNED-PAYLOAD` or another's hash would let any body pass. */
function checkPayloadHash({ headers, body }: WireRequest): void {
  const claimed = headers['x-amz-content-sha256'];
  if (claimed === undefined || claimed === createHash('sha256').update(body).digest('hex')) return;
  throw new KmsServiceError(INVALID, MISMATCH);
}

function compact(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
