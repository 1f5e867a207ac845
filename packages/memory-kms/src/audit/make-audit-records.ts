import { randomUUID } from 'node:crypto';
import type { AuditEvent, CallEvent, RelayedCall, ServiceEvent } from '../engine/audit-sink.ts';
import type { KmsServiceError } from '../engine/kms-service-error.ts';
import { auditIdentity, foreignIdentity } from './audit-identity.ts';
import { isReadOnly, requestParameters, responseElements } from './audit-parameters.ts';
import type { AuditRecord, AuditResource } from './audit-record.ts';

/**
 * The CloudTrail records of an event: one, or two for a call on another account's key, or two for one that KMS carries
 * on into another Region. A denied or failed call before any key was found is in the caller's trail alone.
 */
export function makeAuditRecords(event: AuditEvent): readonly AuditRecord[] {
  if (event.kind === 'service') return [serviceRecord(event)];
  return [...callRecords(event), ...event.relayed.map((relayed) => relayedRecord(event, relayed))];
}

/** Operations on multi-Region keys; all of them are for the key's own account. */
function relayedRecord(event: CallEvent, { operation, region, keyArn, input, output }: RelayedCall): AuditRecord {
  const call = { ...event.call, operation, region, input };
  const keys = [{ arn: keyArn, account: event.call.caller.account }];
  const record = callRecord({ ...event, call, keys, output, eventId: randomUUID() });
  return { ...record, userIdentity: { ...record.userIdentity, invokedBy: 'kms.amazonaws.com' } };
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

function callRecord(event: CallEvent): AuditRecord {
  const { call, eventId, startedAt, keys, additional, output, error } = event;
  const { caller, operation, region } = call;
  const resources = resourcesOf(event);
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
    responseElements: responseElements(operation, output, keys[0]?.arn),
    ...(Object.keys(additional).length === 0 ? {} : { additionalEventData: { ...additional } }),
    requestID: call.requestId,
    eventID: eventId,
    readOnly: isReadOnly(operation),
    ...(resources.length === 0 ? {} : { resources }),
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
    responseElements: SERVICE_EVENTS_NAMING_THE_KEY.has(name) ? { keyId: keyArn } : null,
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

const SERVICE_EVENTS_NAMING_THE_KEY: ReadonlySet<string> = new Set(['DeleteKey', 'SynchronizeMultiRegionKey']);

/** Alias operations name the alias too; CreateAlias after its key, the others before theirs. */
function resourcesOf({ call, keys, aliasArn }: CallEvent): readonly AuditResource[] {
  const touched = keys.map(({ arn, account }) => resource(arn, account));
  if (aliasArn === undefined) return touched;
  const alias = resource(aliasArn, call.caller.account);
  return call.operation === 'CreateAlias' ? [...touched, alias] : [alias, ...touched];
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
