// Primary keys and replicas of multi-Region keys.

import type { LocalKey } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';

/** Whether this is a replica, which takes its material and rotation from the primary key. */
export function isMultiRegionReplica({ record, local }: LocalKey): boolean {
  return record.multiRegion && local.region !== record.primaryRegion;
}

/** The refusal of what only a primary key can do. */
export function notPrimary({ arn }: LocalKey): KmsServiceError {
  return new KmsServiceError('UnsupportedOperationException', `${arn} is not a multi-region primary key.`);
}
