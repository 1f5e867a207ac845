import { randomUUID } from 'node:crypto';
import type { AuditEvent, CallEvent, ServiceEvent } from '../engine/audit-sink.ts';
import type { KmsServiceError } from '../engine/kms-service-error.ts';
import { auditIdentity, foreignIdentity } from './audit-identity.ts';
import { isReadOnly, requestParameters, responseElements } from './audit-parameters.ts';
import type { AuditRecord, AuditResource } from './audit-record.ts';

/**
 * The CloudTrail records of an event: one, or two for a call on another account's key. A denied or failed call before
 * any key was found is in the caller's trail alone.
 */
export function makeAuditRecords(event: AuditEvent): readonly AuditRecord[] {
  return event.kind === 'service' ? [serviceRecord(event)] : callRecords(event);
}

function callRecords(event: CallEvent): readonly AuditRecord[] {
  const { caller } = event.call;
  const owners = new Set(event.keys.map((key) => key.account).filter((account) => account !== caller.account));
  if (owners.size === 0 || event.error?.name === 'AccessDeniedException') return [callRecord(event)];
  const sharedEventID = randomUUID();
  // The key's owner reads the event's id in GetKeyLastUsage, so the owner's record has it.
  const own = { ...callRecord(event), eventID: randomUUID(), sharedEventID };
  const theirs = [...owners].map((account, index) => ({
    ...callRecord(event),
    userIdentity: foreignIdentity(caller),
    eventID: index === 0 ? event.eventId : randomUUID(),
    recipientAccountId: account,
    sharedEventID,
  }));
  return [own, ...theirs];
}

function callRecord({ call, eventId, startedAt, keys, additional, output, error }: CallEvent): AuditRecord {
  const { caller, operation, region } = call;
  return {
    eventVersion: '1.11',
    userIdentity: auditIdentity(caller),
    eventTime: toSeconds(startedAt),
    eventSource: 'kms.amazonaws.com',
    eventName: operation,
    awsRegion: region,
    sourceIPAddress: caller.viaService ?? caller.sourceIp ?? '127.0.0.1',
    userAgent: caller.viaService ?? caller.userAgent ?? 'memory-kms (in process)',
    ...(error === undefined ? {} : failureOf(error)),
    requestParameters: requestParameters(operation, call.input),
    responseElements: responseElements(operation, output),
    ...(Object.keys(additional).length === 0 ? {} : { additionalEventData: { ...additional } }),
    requestID: call.requestId,
    eventID: eventId,
    readOnly: isReadOnly(operation),
    ...(keys.length === 0 ? {} : { resources: keys.map(({ arn, account }) => resource(arn, account)) }),
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: caller.account,
    eventCategory: 'Management',
    ...(caller.secureTransport === true
      ? { tlsDetails: { clientProvidedHostHeader: `kms.${region}.amazonaws.com` } }
      : {}),
  };
}

function serviceRecord({ name, eventId, at, account, region, keyArn, details }: ServiceEvent): AuditRecord {
  return {
    eventVersion: '1.11',
    userIdentity: { accountId: account, invokedBy: 'AWS Internal' },
    eventTime: toSeconds(at),
    eventSource: 'kms.amazonaws.com',
    eventName: name,
    awsRegion: region,
    sourceIPAddress: 'AWS Internal',
    userAgent: 'AWS Internal',
    requestParameters: null,
    responseElements: null,
    eventID: eventId,
    readOnly: false,
    resources: [resource(keyArn, account)],
    eventType: 'AwsServiceEvent',
    managementEvent: true,
    recipientAccountId: account,
    serviceEventDetails: { ...details },
    eventCategory: 'Management',
  };
}

function resource(arn: string, accountId: string): AuditResource {
  return { accountId, type: 'AWS::KMS::Key', ARN: arn };
}

function failureOf({ name, message }: KmsServiceError): Pick<AuditRecord, 'errorCode' | 'errorMessage'> {
  const errorCode = name === 'AccessDeniedException' ? 'AccessDenied' : name;
  return message === '' ? { errorCode } : { errorCode, errorMessage: message };
}

function toSeconds(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
