/** Which text decided: a statement of a policy, a grant, or a rule that needs neither. */
export type Decider =
  | { readonly kind: 'keyPolicy'; readonly statement: StatementName }
  | { readonly kind: 'iamPolicy'; readonly policy: string; readonly statement: StatementName }
  | { readonly kind: 'grant'; readonly grantId: string; readonly name?: string | undefined }
  /** `open` mode, the account's root user in IAM, or a fixed rule such as that of AWS managed keys. */
  | { readonly kind: 'rule'; readonly rule: string };

/** A statement by its place (from 0) and its `Sid`, if it has one. */
export type StatementName = { readonly index: number; readonly sid?: string | undefined };

/** The answer to an `AccessRequest`. `reason` is one readable line; `message` is what AccessDeniedException says. */
export type Decision =
  | { readonly allowed: true; readonly reason: string; readonly decidedBy: readonly Decider[] }
  | {
      readonly allowed: false;
      /** `explicit`: a Deny statement matched. `implicit`: nothing allowed it. */
      readonly denial: 'explicit' | 'implicit';
      readonly reason: string;
      /** Empty for an implicit denial. */
      readonly decidedBy: readonly Decider[];
      readonly message: string;
    };
