import type { AccessRequest, AccessResource, Caller } from '../engine/access-request.ts';
import { parseBlob } from '../engine/ciphertext-blob.ts';
import { keyArn, parseKeyIdentifier } from '../engine/key-identifier.ts';
import type { Grant } from '../engine/key-record.ts';
import type { KeyStore } from '../engine/key-store.ts';
import { isOperationName } from '../engine/operation-table.ts';

/** A question to `MemoryKms.explain`. */
export type ExplainRequest = {
  /** The IAM action, with or without `kms:`: `Decrypt`, `kms:ReEncryptTo`. */
  readonly action: string;
  /** ARN of the caller; the root of the default account unless given. */
  readonly principal?: string | undefined;
  /** The default Region unless given. */
  readonly region?: string | undefined;
  /** Key id, key ARN, alias or alias ARN. Absent: the key inside `input.CiphertextBlob`, or an action without a key. */
  readonly keyId?: string | undefined;
  readonly encryptionContext?: Readonly<Record<string, string>> | undefined;
  readonly grantTokens?: readonly string[] | undefined;
  /** Further parameters of the operation, as in the SDK's input: `SigningAlgorithm`, `Operations` of CreateGrant … */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
  readonly viaService?: string | undefined;
  readonly principalTags?: Readonly<Record<string, string>> | undefined;
  readonly sourceIp?: string | undefined;
  /** Further condition keys with their values, such as `aws:SourceVpce`. */
  readonly conditionValues?: Readonly<Record<string, string | readonly string[]>> | undefined;
};

/** What stands fast while a question is answered. */
export type ExplainSetting = {
  readonly store: KeyStore;
  readonly caller: Caller;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
};

/**
 * The access request that a question stands for, without doing anything.
 *
 * @throws TypeError where the action names no operation of KMS.
 */
export function explainedAccessRequest(question: ExplainRequest, setting: ExplainSetting): AccessRequest {
  const name = question.action.replace(/^kms:/, '');
  const operation = /^ReEncrypt(?:From|To)$/.test(name) ? 'ReEncrypt' : name;
  if (!isOperationName(operation)) throw new TypeError(`not an action of KMS: ${question.action}`);
  const { encryptionContext, viaService, principalTags, sourceIp, conditionValues } = question;
  const caller = { ...setting.caller, viaService, principalTags, sourceIp, conditionValues };
  const resource = resourceOf(question, setting);
  return {
    operation,
    action: `kms:${name}`,
    caller,
    region: setting.region,
    now: setting.now,
    resource,
    input: question.input ?? {},
    encryptionContext,
    grantTokens: question.grantTokens ?? [],
    ...(name === 'RetireGrant' ? { grant: grantOf(question, resource) } : {}),
  };
}

function resourceOf(question: ExplainRequest, setting: ExplainSetting): AccessResource {
  const { store, caller, region } = setting;
  const keyId = question.keyId ?? keyInBlob(question.input, region);
  if (keyId === undefined) return { kind: 'none' };
  const named = parseKeyIdentifier(keyId);
  const account = named.account ?? caller.account;
  const target = named.kind === 'key' ? named.name : (store.alias(account, region, named.name)?.targetKeyId ?? '');
  const key = store.find(account, region, target);
  const requestAlias = named.kind === 'alias' ? named.name : undefined;
  const aliases = store.aliasesOf(account, region, target).map(({ name }) => name);
  const arn = key?.arn ?? keyArn(region, account, target);
  return { kind: 'key', arn, key, aliases, requestAlias, lastUsedAt: store.usage(arn)?.at };
}

/** The grant that RetireGrant is about. */
function grantOf({ input = {} }: ExplainRequest, resource: AccessResource): Grant | undefined {
  const grants = resource.kind === 'key' ? (resource.key?.local.grants ?? []) : [];
  const { GrantId: id, GrantToken: token } = input;
  return grants.find((grant) => grant.id === id || grant.tokens.includes(String(token)));
}

function keyInBlob(input: Readonly<Record<string, unknown>> | undefined, region: string): string | undefined {
  const blob = input?.['CiphertextBlob'];
  if (!(blob instanceof Uint8Array)) return undefined;
  const { account, keyId } = parseBlob(blob);
  return keyArn(region, account, keyId);
}
