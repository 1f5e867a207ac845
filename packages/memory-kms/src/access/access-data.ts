import type { PolicyDocument } from './policy-document.ts';

/**
 * How much is enforced.
 * `open`: everybody may do everything. `keyPolicy`: key policies and grants are enforced and IAM is taken to allow
 * everything that no IAM policy denies. `strict`: IAM policies must allow too; a caller without any (the account's
 * root user excepted) may do nothing by way of IAM.
 */
export type AuthorizationMode = 'open' | 'keyPolicy' | 'strict';

/** The texts that decide: everything `evaluateAccess` looks at besides the request and the key's own grants. */
export type AccessData = {
  readonly mode: AuthorizationMode;
  /** The key's policy; absent where the request is not about a key, or the key does not exist. */
  readonly keyPolicy?: PolicyDocument | undefined;
  /** What IAM has attached to the caller; absent where nothing was configured for it. */
  readonly identity?: IdentityPolicies | undefined;
  /** A grant works without its token so many milliseconds after it was made. 0 or absent: at once. */
  readonly grantPropagationMs?: number | undefined;
};

/** IAM policies around one caller. Each kind that is present must allow; a Deny in any of them denies. */
export type IdentityPolicies = {
  /** Attached and inline policies of the user or of the role behind the session. */
  readonly policies: readonly NamedPolicy[];
  readonly permissionsBoundary?: NamedPolicy | undefined;
  /** Session policies given to AssumeRole; they can only narrow. */
  readonly sessionPolicies?: readonly NamedPolicy[] | undefined;
  /** Service control policies of the account; they can only narrow. */
  readonly serviceControlPolicies?: readonly NamedPolicy[] | undefined;
};

/** A policy with the name that `explain` shows. */
export type NamedPolicy = { readonly name: string; readonly document: PolicyDocument };
