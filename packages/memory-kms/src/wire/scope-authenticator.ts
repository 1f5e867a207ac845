// The default authenticator: believes the credential scope of a signature without checking the signature.

import { callerOf } from '../engine/caller.ts';
import { rootArn } from '../engine/key-identifier.ts';
import { KmsServiceError } from '../engine/kms-service-error.ts';
import type { Authenticator, Identity, WireRequest } from './answer-request.ts';

/** Whom to see in whom. */
export type ScopeOptions = {
  /** The account of access keys that tell none. Twelve digits. */
  readonly accountId: string;
  /** The Region of requests without a credential scope. */
  readonly region: string;
  /** Every request is this principal's (ARN), whatever its access key. */
  readonly principal?: string | undefined;
  /** ARN of the principal of each access key. */
  readonly principals?: Readonly<Record<string, string>> | undefined;
};

/** `Credential=<access key>/<date>/<region>/kms/aws4_request` */
const SCOPE = /Credential=([\w-]+)\/\d{8}\/([a-z0-9-]+)\/kms\/aws4_request/;

/**
 * Tells Region and access key from the scope of the signature. An access key that is an account number stands for
 * that account's root, as in other emulators; unknown ones for the root of the default account.
 */
export function scopeAuthenticator(options: ScopeOptions): Authenticator {
  return { authenticate: (request) => identityOf(request, options) };
}

function identityOf(request: WireRequest, options: ScopeOptions): Identity {
  const authorization = request.headers['authorization'];
  if (authorization === undefined) {
    throw new KmsServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const [, accessKeyId, region] = SCOPE.exec(authorization) ?? [];
  if (accessKeyId === undefined || region === undefined) {
    throw new KmsServiceError(
      'IncompleteSignatureException',
      'The Authorization header has no credential scope of KMS.',
    );
  }
  const principal = options.principal ?? principalOf(accessKeyId, region, options);
  const { sourceIp, secureTransport } = request;
  const userAgent = request.headers['user-agent'];
  return { region, caller: { ...callerOf(principal), accessKeyId, sourceIp, userAgent, secureTransport } };
}

function principalOf(accessKeyId: string, region: string, { accountId, principals = {} }: ScopeOptions): string {
  if (Object.hasOwn(principals, accessKeyId)) return principals[accessKeyId] ?? '';
  return rootArn(region, /^\d{12}$/.test(accessKeyId) ? accessKeyId : accountId);
}
