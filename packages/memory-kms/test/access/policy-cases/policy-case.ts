import type { AuthorizationMode } from '../../../src/access/access-data.ts';
import type { ExplainRequest } from '../../../src/access/explain-access.ts';
import type { Grant, KeyRecord } from '../../../src/engine/key-record.ts';

export const ACCOUNT = '111122223333';
export const OTHER_ACCOUNT = '444455556666';
export const REGION = 'eu-west-1';
export const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
export const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${KEY_ID}`;

export const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
export const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
export const BOB = `arn:aws:iam::${ACCOUNT}:user/staff/bob`;
export const APP_ROLE = `arn:aws:iam::${ACCOUNT}:role/service/app`;
export const APP = `arn:aws:sts::${ACCOUNT}:assumed-role/app/job-7`;
export const STRANGER = `arn:aws:iam::${OTHER_ACCOUNT}:user/stranger`;
export const OTHER_ROOT = `arn:aws:iam::${OTHER_ACCOUNT}:root`;

export type Statement = Readonly<Record<string, unknown>>;

/** One row of the table: a setting, a question, the answer. */
export type PolicyCase = {
  readonly name: string;
  /** `strict` unless given. */
  readonly mode?: AuthorizationMode;
  readonly keyPolicy: readonly Statement[];
  readonly policyVersion?: string;
  /** Attached to the caller, or to the role behind its session. */
  readonly iam?: readonly Statement[];
  readonly boundary?: readonly Statement[];
  readonly sessionPolicy?: readonly Statement[];
  readonly scp?: readonly Statement[];
  /** Alice unless given. */
  readonly caller?: string;
  /** `Decrypt` unless given. */
  readonly action?: string;
  readonly ask?: Partial<ExplainRequest>;
  readonly key?: Partial<KeyRecord>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly aliases?: readonly string[];
  readonly grants?: readonly Partial<Grant>[];
  readonly grantPropagationMs?: number;
  readonly expected: 'allow' | 'explicitDeny' | 'implicitDeny';
  /** Part of the line that `explain` gives. */
  readonly explained: string;
};

/** An Allow or Deny of a key policy. */
export function says(
  Effect: 'Allow' | 'Deny',
  principal: unknown,
  Action: unknown = 'kms:*',
  more: Statement = {},
): Statement {
  const Principal = typeof principal === 'string' && principal !== '*' ? { AWS: principal } : principal;
  return { Effect, Principal, Action, Resource: '*', ...more };
}

/** An Allow or Deny of an IAM policy. */
export function iam(
  Effect: 'Allow' | 'Deny',
  Action: unknown,
  Resource: unknown = '*',
  more: Statement = {},
): Statement {
  return { Effect, Action, Resource, ...more };
}

/** The statement of the default key policy: IAM decides. */
export const DELEGATE: Statement = { Sid: 'Enable IAM User Permissions', ...says('Allow', ROOT) };

export type Ask = Partial<ExplainRequest>;

/** Operator, condition key, values of the policy, the request, whether the condition holds. */
export type ConditionRow = readonly [
  operator: string,
  key: string,
  values: unknown,
  ask: Ask,
  holds: boolean,
  action?: string,
];

/** Each row twice: in an Allow it decides whether anything allows, in a Deny whether it is denied. */
export const bothEffects = (rows: readonly ConditionRow[], prefix = ''): readonly PolicyCase[] =>
  rows.flatMap(([operator, key, values, ask, holds, action], index) => {
    const Condition = { [operator]: { [key]: values } };
    const shared = {
      ask,
      tags: { team: 'blue' },
      aliases: ['alias/app', 'alias/second'],
      ...(action === undefined ? {} : { action }),
    };
    const title = `${prefix}${index}: ${operator} on ${key} ${holds ? 'holds' : 'does not hold'}`;
    return [
      {
        ...shared,
        name: `Allow ${title}`,
        keyPolicy: [says('Allow', ALICE, 'kms:*', { Condition })],
        policyVersion: '2012-10-17',
        expected: holds ? 'allow' : 'implicitDeny',
        explained: holds ? 'key policy statement 0' : `key policy statement 0 needs`,
      },
      {
        ...shared,
        name: `Deny ${title}`,
        keyPolicy: [says('Allow', ALICE), says('Deny', ALICE, 'kms:*', { Condition })],
        policyVersion: '2012-10-17',
        expected: holds ? 'explicitDeny' : 'allow',
        explained: holds ? 'Deny of key policy statement 1' : 'key policy statement 0',
      },
    ];
  });
