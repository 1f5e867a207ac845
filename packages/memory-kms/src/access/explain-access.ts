import type { AccessRequest, AccessResource, Caller } from '../engine/access-request.ts';
import { parseBlob } from '../engine/ciphertext-blob.ts';
import { type KeyIdentifier, parseKeyIdentifier, partitionOf } from '../engine/key-identifier.ts';
import type { Grant, LocalKey } from '../engine/key-record.ts';
import type { KeyStore } from '../engine/key-store.ts';
import { serviceOfAlias } from '../engine/managed-keys.ts';
import { isOperationName } from '../engine/operation-table.ts';
import { type OptionNames, refuseUnknownOptions } from '../known-options.ts';

/** A question to `MemoryKms.explain`. */
export type ExplainRequest = {
  /** The IAM action, with or without `kms:`: `Decrypt`, `kms:ReEncryptTo`. */
  readonly action: string;
  /** ARN of the caller; the root of the default account unless given. */
  readonly principal?: string | undefined;
  /** The default Region unless given. */
  readonly region?: string | undefined;
  /**
   * Key id, key ARN, alias or alias ARN, of a key that is there. Absent: the key inside `input.CiphertextBlob`, or an
   * action without a key.
   */
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

const QUESTION_NAMES: OptionNames<ExplainRequest> = {
  action: true,
  principal: true,
  region: true,
  keyId: true,
  encryptionContext: true,
  grantTokens: true,
  input: true,
  viaService: true,
  principalTags: true,
  sourceIp: true,
  conditionValues: true,
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
 * @throws TypeError where the action names no operation of KMS, the key or alias is not in the Region, or a name of the
 *   question is unknown.
 */
export function explainedAccessRequest(question: ExplainRequest, setting: ExplainSetting): AccessRequest {
  refuseUnknownOptions(question, QUESTION_NAMES, 'explain()');
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
  const { store, region } = setting;
  const named = question.keyId === undefined ? keyInBlob(question.input) : parseKeyIdentifier(question.keyId);
  if (named === undefined) return { kind: 'none' };
  const account = named.account ?? setting.caller.account;
  const { partition = partitionOf(region) } = named;
  const isHere = (named.region ?? region) === region && partition === partitionOf(region);
  const key = isHere ? findKey(store, named, account, region) : undefined;
  if (key === undefined) throw missingKey(question.keyId ?? named.name, named, account, setting);
  const requestAlias = named.kind === 'alias' ? named.name : undefined;
  const aliases = store.aliasesOf(account, region, key.record.id).map(({ name }) => name);
  return { kind: 'key', arn: key.arn, key, aliases, requestAlias, lastUsedAt: store.usage(key.arn)?.at };
}

function findKey(store: KeyStore, named: KeyIdentifier, account: string, region: string): LocalKey | undefined {
  const keyId = named.kind === 'key' ? named.name : store.alias(account, region, named.name)?.targetKeyId;
  return keyId === undefined ? undefined : store.find(account, region, keyId);
}

/** A decision about a key that is not there would be about nothing. */
function missingKey(
  keyId: string,
  named: KeyIdentifier,
  account: string,
  { store, region }: ExplainSetting,
): TypeError {
  const missing = `no such key or alias in ${region}: ${keyId}`;
  const elsewhere = regionsOf(store, named, account).filter((each) => each !== region);
  if (elsewhere.length > 0) return new TypeError(`${missing}; it is in ${elsewhere.join(', ')}: ask with that region`);
  const isToCome = named.kind === 'alias' && serviceOfAlias(named.name) !== undefined;
  return new TypeError(isToCome ? `${missing}; KMS makes that one when it is first used` : missing);
}

/** Where an account has a key or alias, or whether it has it where its ARN says. */
function regionsOf(store: KeyStore, named: KeyIdentifier, account: string): readonly string[] {
  const { aliases } = store.snapshot();
  const regions =
    named.kind === 'key'
      ? Object.keys(store.record(account, named.name)?.regions ?? {})
      : aliases.filter((each) => each.account === account && each.name === named.name).map(({ region }) => region);
  return regions.filter((region) => (named.region ?? region) === region);
}

/** The grant that RetireGrant is about. */
function grantOf({ input = {} }: ExplainRequest, resource: AccessResource): Grant | undefined {
  const grants = resource.kind === 'key' ? (resource.key?.local.grants ?? []) : [];
  const { GrantId: id, GrantToken: token } = input;
  return grants.find((grant) => grant.id === id || grant.tokens.includes(String(token)));
}

/** The Region is the endpoint's, whichever sealed it. */
function keyInBlob(input: Readonly<Record<string, unknown>> | undefined): KeyIdentifier | undefined {
  const blob = input?.['CiphertextBlob'];
  if (!(blob instanceof Uint8Array)) return undefined;
  const { account, keyId } = parseBlob(blob);
  return { kind: 'key', name: keyId, account };
}
