// The seam to access control: what the engine asks before it acts, and what it is told.

import type { AliasRecord, Grant, LocalKey } from './key-record.ts';
import type { OperationName } from './operation-types.ts';

/** Who makes a call, as far as the front knows. */
export type Caller = {
  /** ARN of the principal: user, role, assumed role or account root. */
  readonly principal: string;
  /** Twelve digits. */
  readonly account: string;
  readonly accessKeyId?: string | undefined;
  readonly sourceIp?: string | undefined;
  readonly userAgent?: string | undefined;
  /** Whether the call came by TLS; undefined in process. */
  readonly secureTransport?: boolean | undefined;
  /** For `kms:ViaService`, such as `s3.eu-west-1.amazonaws.com`. */
  readonly viaService?: string | undefined;
  /** For `aws:PrincipalTag/…`. */
  readonly principalTags?: Readonly<Record<string, string>> | undefined;
  /** Further global condition keys with their values, such as `aws:SourceVpce`; names as policies write them. */
  readonly conditionValues?: Readonly<Record<string, string | readonly string[]>> | undefined;
};

/** What a decision is about. */
export type AccessResource =
  | {
      readonly kind: 'key';
      /** The key ARN that the request names, whether or not the key exists. */
      readonly arn: string;
      /** Absent where no such key exists: a stranger must not learn that. */
      readonly key?: LocalKey | undefined;
      /** Every alias of the key in its account and Region. */
      readonly aliases: readonly string[];
      /** For `kms:RequestAlias`: the alias name by which the request names the key. */
      readonly requestAlias?: string | undefined;
      /** The last successful cryptographic operation in this Region; milliseconds since 1970. */
      readonly lastUsedAt?: number | undefined;
    }
  | { readonly kind: 'alias'; readonly arn: string; readonly alias?: AliasRecord | undefined }
  /** Operations that no key is in play for: decided by IAM alone. */
  | { readonly kind: 'none' };

/** One question to the authorizer. `ReEncrypt`, `UpdateAlias` and the like ask several, one for each action. */
export type AccessRequest = {
  readonly operation: OperationName;
  /** The IAM action, such as `kms:Decrypt` or `kms:ReEncryptTo`. */
  readonly action: `kms:${string}`;
  readonly caller: Caller;
  /** The Region of the endpoint. */
  readonly region: string;
  /** Milliseconds since 1970, on the engine's clock. */
  readonly now: number;
  readonly resource: AccessResource;
  /** The validated request, as in the SDK's input types; condition keys such as `kms:SigningAlgorithm` come from it. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The context that this action is about (for ReEncrypt: that of its side); absent where none was sent. */
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  readonly grantTokens: readonly string[];
  /** Condition values known only to the engine, such as `kms:ReEncryptOnSameKey`; names as policies write them. */
  readonly conditionValues?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** For `kms:RetireGrant`: the grant to be retired. */
  readonly grant?: Grant | undefined;
};

/** The answer. A denial's `message` is what AccessDeniedException says. */
export type Decision =
  | { readonly allowed: true; readonly reason: string }
  | { readonly allowed: false; readonly reason: string; readonly message: string };

/** Decides who may do what. Must be a function of its argument and of its own configuration alone. */
export interface Authorizer {
  authorize(request: AccessRequest): Decision;
  /**
   * Whether this policy would lock its author out.
   * Called for CreateKey, ReplicateKey and PutKeyPolicy unless the safety check is bypassed.
   *
   * @param next - The `kms:PutKeyPolicy` that must stay possible, on the key as it will be.
   */
  wouldLockOut?(policy: string, next: AccessRequest): boolean;
  /**
   * Checks a key policy beyond being a JSON object.
   *
   * @returns Why it is not a policy (the text of MalformedPolicyDocumentException), or undefined where it is one.
   */
  policyFault?(policy: string): string | undefined;
}
