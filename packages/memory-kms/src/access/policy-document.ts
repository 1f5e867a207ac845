/** A policy after parsing: every optional form of the JSON (string or array, `AWS` or `*`) made one. */
export type PolicyDocument = {
  /** Policy variables count only in `2012-10-17`; a document without a version is of 2008. */
  readonly version: '2008-10-17' | '2012-10-17';
  readonly id?: string | undefined;
  readonly statements: readonly PolicyStatement[];
};

/** One statement: who may, or may not, do what, with what, and when. */
export type PolicyStatement = {
  /** Place in the document, from 0. */
  readonly index: number;
  readonly sid?: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  /** Key policies only. */
  readonly principals?: PrincipalElement | undefined;
  /** Absent where the statement has neither `Action` nor `NotAction`: it is stored and has no effect. */
  readonly actions?: NegatableList | undefined;
  /** Absent where the statement has neither `Resource` nor `NotResource`: it is stored and has no effect. */
  readonly resources?: NegatableList | undefined;
  readonly conditions: readonly PolicyCondition[];
};

/** `negated` is true for `NotAction` and `NotResource`. */
export type NegatableList = { readonly negated: boolean; readonly patterns: readonly string[] };

/** `negated` is true for `NotPrincipal`. */
export type PrincipalElement = { readonly negated: boolean; readonly principals: readonly PolicyPrincipal[] };

/** One principal of a statement. */
export type PolicyPrincipal = {
  readonly type: 'AWS' | 'Service' | 'Federated' | '*';
  /** `*`, a 12-digit account, an ARN, a service's or an identity provider's name. */
  readonly value: string;
};

/** One operator on one condition key. It holds when any of its values does (none, for the negated operators). */
export type PolicyCondition = {
  /** The operator without set qualifier and `IfExists`: `StringEquals`, `Null`. */
  readonly operator: string;
  readonly qualifier?: 'ForAnyValue' | 'ForAllValues' | undefined;
  readonly ifExists: boolean;
  readonly key: string;
  readonly values: readonly string[];
};
