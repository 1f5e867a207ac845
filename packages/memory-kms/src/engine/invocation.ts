// One call on its way through the engine: what its handler may read and use.

import type { AccessRequest, AccessResource, Authorizer } from './access-request.ts';
import type { AuditedKey, RelayedCall, ServiceEvent } from './audit-sink.ts';
import type { Clock } from './clock.ts';
import type { Grant, KeyMaterial, LocalKey } from './key-record.ts';
import type { KeyStore } from './key-store.ts';
import type { KmsCall } from './kms-call.ts';
import { KmsServiceError } from './kms-service-error.ts';
import type { RandomSource } from './random-source.ts';

/** Settings that are not part of the state. */
export type EngineSettings = {
  /** Regions that are served; every Region where absent. */
  readonly regions?: readonly string[] | undefined;
  /** How long ReplicateKey keeps a replica in `Creating`, and UpdatePrimaryRegion both keys in `Updating`; 0 by default. */
  readonly transitionMs: number;
  /** Bytes of all keys and values of one encryption context together; 8,192 by default. AWS documents no limit. */
  readonly maxContextLength: number;
};

/** A service event before it gets its id. */
export type UnnumberedServiceEvent = Omit<ServiceEvent, 'kind' | 'eventId'>;

/** What the engine is made of. */
export type EngineParts = {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly settings: EngineSettings;
  /** Takes an event that KMS makes by itself. */
  readonly emit: (event: UnnumberedServiceEvent) => void;
};

/** What the audit record tells beyond request and answer; handlers add to it as they go. */
export type CallTrace = {
  readonly keys: AuditedKey[];
  readonly additional: Record<string, string>;
  /** What KMS calls on the caller's behalf in other Regions; recorded where the call succeeds. */
  readonly relayed: RelayedCall[];
  /** For alias operations: the ARN of the alias, from where it is authorized on. */
  aliasArn?: string;
  /** The keys whose last usage a success updates. */
  readonly used: LocalKey[];
  /** The validated request; absent where it never got that far. */
  input?: Readonly<Record<string, unknown>>;
};

/** A call whose request has been validated. */
export type Invocation<In = Readonly<Record<string, unknown>>> = {
  readonly parts: EngineParts;
  readonly authorizer: Authorizer;
  readonly call: KmsCall;
  readonly input: In;
  /** Milliseconds since 1970, the same throughout the call. */
  readonly now: number;
  readonly trace: CallTrace;
};

/** A key that a request names, found and named in the ways access control wants it. */
export type KeyTarget = {
  readonly key: LocalKey;
  /** The alias name, where the request named the key by alias. */
  readonly requestAlias?: string | undefined;
};

/** An invocation that names one key, which was found, authorized and is in a state that allows the operation. */
export type KeyInvocation<In> = Invocation<In> & KeyTarget;

/** The action's own context and conditions, where it has them. */
export type AccessDetails = {
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  readonly conditionValues?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly grant?: Grant | undefined;
  /** Where it is not the endpoint's: ReplicateKey asks for CreateKey in the replica's Region. */
  readonly region?: string | undefined;
};

/**
 * Asks the authorizer.
 *
 * @param action - Such as `kms:Decrypt`.
 * @throws KmsServiceError AccessDeniedException with the authorizer's text.
 */
export function authorize(
  invocation: Invocation<object>,
  action: `kms:${string}`,
  resource: AccessResource,
  details: AccessDetails = {},
): void {
  const decision = invocation.authorizer.authorize(accessRequest(invocation, action, resource, details));
  if (!decision.allowed) throw new KmsServiceError('AccessDeniedException', decision.message);
}

function accessRequest(
  { call, now, input: request }: Invocation<object>,
  action: `kms:${string}`,
  resource: AccessResource,
  details: AccessDetails,
): AccessRequest {
  const input = request as Readonly<Record<string, unknown>>;
  const grantTokens = Array.isArray(input['GrantTokens']) ? (input['GrantTokens'] as readonly string[]) : [];
  const region = details.region ?? call.region;
  return {
    operation: call.operation,
    action,
    caller: call.caller,
    now,
    resource,
    input,
    grantTokens,
    ...details,
    region,
  };
}

/** The PutKeyPolicy that a new key policy must leave its author: of the same caller, on the key as it will be. */
export function nextPutKeyPolicy(invocation: Invocation<object>, key: LocalKey): AccessRequest {
  const { region } = key.local;
  const resource = keyResource(invocation, { key });
  const bare = { ...invocation, input: {} };
  return { ...accessRequest(bare, 'kms:PutKeyPolicy', resource, { region }), operation: 'PutKeyPolicy' };
}

/** The resource of an access request about a key that exists. */
export function keyResource(invocation: Invocation<object>, target: KeyTarget): AccessResource {
  const { record, local, arn } = target.key;
  const { store } = invocation.parts;
  const aliases = store.aliasesOf(record.account, local.region, record.id).map(({ name }) => name);
  const lastUsedAt = store.usage(arn)?.at;
  return { kind: 'key', arn, key: target.key, aliases, requestAlias: target.requestAlias, lastUsedAt };
}

/** Ends a dry run, after every real check and before anything is done. */
export function endDryRun(input: { readonly DryRun?: boolean | undefined }): void {
  if (input.DryRun !== true) return;
  const message = 'The request would have succeeded, but the DryRun option is set.';
  throw new KmsServiceError('DryRunOperationException', message);
}

/** Notes a cryptographic use of a key, for `GetKeyLastUsage`. */
export function noteUse(invocation: Invocation<object>, key: LocalKey): void {
  invocation.trace.used.push(key);
}

/**
 * The material of a key with its bytes in this Region.
 *
 * @param materialId - The material; the current one unless given.
 * @returns Undefined where the key never had it or this Region does not hold it.
 */
export function materialOf(
  { record, local }: LocalKey,
  materialId: string | undefined = record.currentMaterialId,
): (KeyMaterial & { readonly bytes: Uint8Array }) | undefined {
  const material = record.materials.find(({ id }) => id === materialId);
  const imported = local.imported.find((each) => each.materialId === materialId);
  const bytes = record.origin === 'EXTERNAL' ? imported?.bytes : material?.bytes;
  return material === undefined || bytes === undefined ? undefined : { ...material, bytes };
}

/**
 * The current material of a key that is in a usable state.
 *
 * @throws KmsServiceError KMSInternalException where there is none, which no state allows.
 */
export function currentMaterial(key: LocalKey): KeyMaterial & { readonly bytes: Uint8Array } {
  const material = materialOf(key);
  if (material === undefined) throw new KmsServiceError('KMSInternalException', 'The key has no material.');
  return material;
}
