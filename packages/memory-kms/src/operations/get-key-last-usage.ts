import type { KeyLastUsageData } from '@aws-sdk/client-kms';
import type { KeyHandler } from '../engine/handler.ts';
import type { KeyUsageRecord } from '../engine/key-record.ts';

/** The last successful cryptographic operation in this Region. Tracking starts with the key. */
export const getKeyLastUsage: KeyHandler<'GetKeyLastUsage'> = ({ key, parts }) => {
  const usage = parts.store.usage(key.arn);
  const created = new Date(key.local.createdAt);
  return {
    KeyId: key.arn,
    ...(usage === undefined ? {} : { KeyLastUsage: usageData(usage) }),
    TrackingStartDate: created,
    KeyCreationDate: created,
  };
};

function usageData({ operation, at, eventId, requestId }: KeyUsageRecord): KeyLastUsageData {
  return {
    Operation: operation as NonNullable<KeyLastUsageData['Operation']>,
    Timestamp: new Date(at),
    CloudTrailEventId: eventId,
    KmsRequestId: requestId,
  };
}
