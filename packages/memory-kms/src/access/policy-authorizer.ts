import type { AccessRequest, Authorizer } from '../engine/access-request.ts';
import type { AuthorizationMode } from './access-data.ts';
import type { ExplainedDecision } from './decision.ts';
import { evaluateAccess } from './evaluate-access.ts';
import { overlyPermissiveCondition } from './overly-permissive-condition.ts';
import { parsePolicy } from './parse-policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import { PolicyFault } from './policy-fault.ts';
import { PrincipalDirectory } from './principal-directory.ts';

/** How a `PolicyAuthorizer` decides. */
export type PolicyAuthorizerOptions = {
  /** `open` unless given. */
  readonly mode?: AuthorizationMode | undefined;
  readonly directory?: PrincipalDirectory | undefined;
  /** A grant works without its token so many milliseconds after it was made; 0 unless given (AWS: up to 5 minutes). */
  readonly grantPropagationMs?: number | undefined;
};

/** Parsed key policies that are kept; each is at most 32 KB of text. */
const MAX_CACHED_POLICIES = 1000;

/** Decides by key policies, grants and IAM policies. */
export class PolicyAuthorizer implements Authorizer {
  readonly mode: AuthorizationMode;
  readonly directory: PrincipalDirectory;
  readonly #grantPropagationMs: number;
  readonly #parsed = new Map<string, PolicyDocument | PolicyFault>();

  /** @throws TypeError for a mode that is none: a slip of the pen must not decide who may what. */
  constructor(options: PolicyAuthorizerOptions = {}) {
    this.mode = requireMode(options.mode ?? 'open');
    this.directory = options.directory ?? new PrincipalDirectory();
    this.#grantPropagationMs = options.grantPropagationMs ?? 0;
  }

  authorize(request: AccessRequest): ExplainedDecision {
    const policy = request.resource.kind === 'key' ? request.resource.key?.local.policy : undefined;
    return this.#evaluate(request, policy, this.mode);
  }

  /**
   * Asks whether the caller could still put a key policy under the new one. IAM is taken to allow it: the check is
   * about the key policy. In `open` mode nobody can be locked out.
   */
  wouldLockOut(policy: string, next: AccessRequest): boolean {
    if (this.mode === 'open') return false;
    const document = this.#parse(policy);
    if (document instanceof PolicyFault) return true;
    const decision = evaluateAccess(this.#withTags(next), { mode: 'keyPolicy', keyPolicy: document });
    return !decision.allowed;
  }

  policyFault(policy: string): string | undefined {
    const document = this.#parse(policy);
    return document instanceof PolicyFault ? document.message : overlyPermissiveCondition(document);
  }

  #evaluate(request: AccessRequest, policy: string | undefined, mode: AuthorizationMode): ExplainedDecision {
    const keyPolicy = policy === undefined ? undefined : this.#parse(policy);
    return evaluateAccess(this.#withTags(request), {
      mode,
      identity: this.directory.identityOf(request.caller.principal),
      grantPropagationMs: this.#grantPropagationMs,
      ...(keyPolicy === undefined || keyPolicy instanceof PolicyFault ? {} : { keyPolicy }),
    });
  }

  #withTags(request: AccessRequest): AccessRequest {
    const { caller } = request;
    const principalTags = caller.principalTags ?? this.directory.tagsOf(caller.principal);
    return { ...request, caller: { ...caller, principalTags } };
  }

  #parse(policy: string): PolicyDocument | PolicyFault {
    const known = this.#parsed.get(policy);
    if (known !== undefined) return known;
    const parsed = parseOrFault(policy);
    if (this.#parsed.size >= MAX_CACHED_POLICIES) this.#parsed.clear();
    this.#parsed.set(policy, parsed);
    return parsed;
  }
}

function requireMode(mode: AuthorizationMode): AuthorizationMode {
  if (mode === 'open' || mode === 'keyPolicy' || mode === 'strict') return mode;
  throw new TypeError("authorization must be 'open', 'keyPolicy' or 'strict'");
}

function parseOrFault(policy: string): PolicyDocument | PolicyFault {
  try {
    return parsePolicy(policy, 'key');
  } catch (error) {
    if (error instanceof PolicyFault) return error;
    throw error;
  }
}
