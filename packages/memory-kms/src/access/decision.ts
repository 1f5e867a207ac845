import type { Decision } from '../engine/access-request.ts';

/** Which text decided: a statement of a policy, a grant, or a rule that needs neither. */
export type Decider =
  | { readonly kind: 'keyPolicy'; readonly statement: StatementName }
  | { readonly kind: 'iamPolicy'; readonly policy: string; readonly statement: StatementName }
  | { readonly kind: 'grant'; readonly grantId: string; readonly name?: string | undefined }
  /** `open` mode, the account's root user in IAM, or a fixed rule such as that of AWS managed keys. */
  | { readonly kind: 'rule'; readonly rule: string };

/** A statement by its place (from 0) and its `Sid`, if it has one. */
export type StatementName = { readonly index: number; readonly sid?: string | undefined };

/** A decision with what it rests on: every text that was needed to allow, or the one that denied. */
export type ExplainedDecision = Decision & {
  /** `allow`; `explicitDeny`: a Deny statement matched; `implicitDeny`: nothing allowed it. */
  readonly outcome: 'allow' | 'explicitDeny' | 'implicitDeny';
  /** Empty for an implicit denial. */
  readonly decidedBy: readonly Decider[];
};
