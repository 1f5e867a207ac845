import type { AccessData } from './access-data.ts';
import type { AccessRequest } from './access-request.ts';
import type { Decision } from './decision.ts';

/** Decides one request by the texts in `data`. Pure. Source: KMS Developer Guide, "Determining access to AWS KMS keys". */
export function evaluateAccess(request: AccessRequest, data: AccessData): Decision {
  if (data.mode === 'open') {
    return {
      allowed: true,
      reason: 'authorization is open: everybody may do everything',
      decidedBy: [{ kind: 'rule', rule: 'open' }],
    };
  }
  throw new Error(`kms:${request.action}: authorization modes other than open are being built`);
}
