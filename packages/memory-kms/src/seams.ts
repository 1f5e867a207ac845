// What stands around the engine, made from options: who may, how often, what goes wrong, what is recorded.

import type { AuthorizationMode } from './access/access-data.ts';
import { PolicyAuthorizer } from './access/policy-authorizer.ts';
import { type AccountConfig, type PrincipalConfig, PrincipalDirectory } from './access/principal-directory.ts';
import { AuditLog, type AuditLogOptions } from './audit/audit-log.ts';
import type { Clock } from './engine/clock.ts';
import type { RequestGate } from './engine/request-gate.ts';
import { FaultGate } from './faults/fault-gate.ts';
import { FaultPlan } from './faults/fault-plan.ts';
import type { FaultRule } from './faults/fault-rule.ts';
import type { OptionNames } from './known-options.ts';
import { QuotaGate } from './quotas/quota-gate.ts';
import { type QuotaOption, quotaTable } from './quotas/quota-table.ts';

/** Everything about a KMS that is not the KMS itself. */
export type SeamOptions = {
  /** `open` unless given: everybody may do everything. */
  readonly authorization?: AuthorizationMode | undefined;
  /** Users, roles and sessions with their IAM policies, tags and access keys. */
  readonly principals?: readonly PrincipalConfig[] | undefined;
  readonly accounts?: readonly AccountConfig[] | undefined;
  /** Milliseconds until a grant works without its token; 0 unless given. */
  readonly grantPropagationMs?: number | undefined;
  /** Off unless given. */
  readonly quotas?: QuotaOption | undefined;
  readonly faults?: readonly FaultRule[] | undefined;
  /** For fault rules with a probability: the same seed strikes the same calls. 1 unless given. */
  readonly faultSeed?: number | undefined;
  readonly audit?: AuditLogOptions | undefined;
  /** Verify the signature of every request on the wire fronts against the access keys of `principals`. */
  readonly verifySignatures?: boolean | undefined;
};

/** The names of `SeamOptions`. */
export const seamOptionNames: OptionNames<SeamOptions> = {
  authorization: true,
  principals: true,
  accounts: true,
  grantPropagationMs: true,
  quotas: true,
  faults: true,
  faultSeed: true,
  audit: true,
  verifySignatures: true,
};

/** The parts that `SeamOptions` make. */
export type Seams = {
  readonly directory: PrincipalDirectory;
  readonly authorizer: PolicyAuthorizer;
  readonly gate: RequestGate;
  readonly faults: FaultPlan;
  readonly audit: AuditLog;
};

/**
 * Makes them.
 *
 * @throws PolicyFault, TypeError or RangeError naming what is wrong with an option.
 */
export function createSeams(options: SeamOptions, clock: Clock): Seams {
  const directory = new PrincipalDirectory(options.principals, options.accounts);
  const faults = new FaultPlan(options.faults, options.faultSeed);
  const faultGate = new FaultGate(faults, clock);
  const quotaGate = options.quotas === undefined ? undefined : new QuotaGate(quotaTable(options.quotas));
  return {
    directory,
    authorizer: new PolicyAuthorizer({
      mode: options.authorization,
      directory,
      grantPropagationMs: options.grantPropagationMs,
    }),
    // Faults first: what an outage swallows never reaches the service and is not counted against a quota.
    gate: {
      async admit(call) {
        await faultGate.admit(call);
        quotaGate?.admit(call);
      },
    },
    faults,
    audit: new AuditLog(options.audit),
  };
}
