// Who there is: principals with their IAM policies, tags and access keys, as configuration or a seed file gives them.

import { type OptionNames, refuseUnknownOptions } from '../known-options.ts';
import type { IdentityPolicies, NamedPolicy } from './access-data.ts';
import { parsePolicy } from './parse-policy.ts';
import { PolicyFault } from './policy-fault.ts';
import { type PrincipalIdentity, parsePrincipal } from './principal-arn.ts';

/** A policy as configuration gives it: JSON text, the object it stands for, or either with a name. */
export type PolicySource =
  | string
  | { readonly name: string; readonly document: unknown }
  | { readonly Statement: unknown; readonly [element: string]: unknown };

/** One principal. A session has the policies of its role; an entry for the session itself can narrow them. */
export type PrincipalConfig = {
  /** User, role, assumed-role session or account root. */
  readonly arn: string;
  readonly policies?: readonly PolicySource[] | undefined;
  readonly permissionsBoundary?: PolicySource | undefined;
  /** For sessions: the policies given to AssumeRole. */
  readonly sessionPolicies?: readonly PolicySource[] | undefined;
  /** `aws:PrincipalTag/…`; a session's tags go over its role's. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly accessKeys?: readonly AccessKey[] | undefined;
};

/** Credentials of a principal. The secret is kept to verify signatures and is shown nowhere. */
export type AccessKey = {
  readonly accessKeyId: string;
  readonly secretAccessKey?: string | undefined;
  /** For temporary credentials: the token every request must bring. */
  readonly sessionToken?: string | undefined;
  /** From this moment on the token is refused as expired. */
  readonly expiresAt?: Date | undefined;
};

/** One account's own rules. */
export type AccountConfig = {
  /** Twelve digits. */
  readonly id: string;
  readonly serviceControlPolicies?: readonly PolicySource[] | undefined;
};

const PRINCIPAL_NAMES: OptionNames<PrincipalConfig> = {
  arn: true,
  policies: true,
  permissionsBoundary: true,
  sessionPolicies: true,
  tags: true,
  accessKeys: true,
};
/** With what the SDK adds to credentials that it is given: the same object often serves both. */
const ACCESS_KEY_NAMES: OptionNames<AccessKey & { $source: unknown; accountId: unknown; credentialScope: unknown }> = {
  accessKeyId: true,
  secretAccessKey: true,
  sessionToken: true,
  expiresAt: true,
  $source: true,
  accountId: true,
  credentialScope: true,
};
const ACCOUNT_NAMES: OptionNames<AccountConfig> = { id: true, serviceControlPolicies: true };

type Entry = {
  readonly identity: PrincipalIdentity;
  readonly policies: readonly NamedPolicy[];
  readonly permissionsBoundary?: NamedPolicy | undefined;
  readonly sessionPolicies: readonly NamedPolicy[];
  readonly tags: Readonly<Record<string, string>>;
};

/** A principal found by its access key. */
export type KeyHolder = { readonly principal: string; readonly account: string; readonly accessKey: AccessKey };

/** The principals of all accounts. Policies are read once, at construction. */
export class PrincipalDirectory {
  /** ARN by access key id. */
  readonly principalsByAccessKey: Readonly<Record<string, string>>;
  readonly #entries = new Map<string, Entry>();
  readonly #roles = new Map<string, Entry>();
  readonly #accessKeys = new Map<string, KeyHolder>();
  readonly #servicePolicies = new Map<string, readonly NamedPolicy[]>();

  /**
   * @throws PolicyFault where an entry is not a principal, a policy is not one, or an access key id comes twice; the
   * text names the place, such as `principals[2].policies[0]`. TypeError for a name that nobody reads.
   */
  constructor(principals: readonly PrincipalConfig[] = [], accounts: readonly AccountConfig[] = []) {
    for (const [index, principal] of principals.entries()) this.#add(principal, `principals[${index}]`);
    for (const [index, account] of accounts.entries()) {
      const place = `accounts[${index}]`;
      refuseUnknownOptions(account, ACCOUNT_NAMES, place);
      const policies = readPolicies(account.serviceControlPolicies, `${place}.serviceControlPolicies`);
      this.#servicePolicies.set(account.id, policies);
    }
    this.principalsByAccessKey = Object.fromEntries(
      [...this.#accessKeys].map(([id, { principal }]) => [id, principal]),
    );
  }

  /** IAM's policies around a caller; undefined where nothing was configured for it, its role or its account. */
  identityOf(arn: string): IdentityPolicies | undefined {
    const caller = parsePrincipal(arn);
    const own = this.#entries.get(arn);
    const role = this.#roleOf(caller);
    const serviceControlPolicies = this.#servicePolicies.get(caller.account);
    if (own === undefined && role === undefined && serviceControlPolicies === undefined) return undefined;
    const permissionsBoundary = own?.permissionsBoundary ?? role?.permissionsBoundary;
    return {
      policies: [...(role?.policies ?? []), ...(own?.policies ?? [])],
      sessionPolicies: own?.sessionPolicies ?? [],
      ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
      ...(serviceControlPolicies === undefined ? {} : { serviceControlPolicies }),
    };
  }

  /** The caller's tags; empty where none were configured. */
  tagsOf(arn: string): Readonly<Record<string, string>> {
    return { ...this.#roleOf(parsePrincipal(arn))?.tags, ...this.#entries.get(arn)?.tags };
  }

  /** The holder of an access key. */
  findByAccessKeyId(accessKeyId: string): KeyHolder | undefined {
    return this.#accessKeys.get(accessKeyId);
  }

  #roleOf(caller: PrincipalIdentity): Entry | undefined {
    return caller.kind === 'assumedRole' ? this.#roles.get(`${caller.account}/${caller.name}`) : undefined;
  }

  #add(config: PrincipalConfig, place: string): void {
    refuseUnknownOptions(config, PRINCIPAL_NAMES, place);
    const identity = parsePrincipal(config.arn);
    if (identity.kind === 'unknown' || identity.kind === 'service') {
      throw new PolicyFault(`${place}.arn is not the ARN of a user, a role, a session or an account's root.`);
    }
    const { permissionsBoundary: boundary } = config;
    const entry: Entry = {
      identity,
      policies: readPolicies(config.policies, `${place}.policies`),
      sessionPolicies: readPolicies(config.sessionPolicies, `${place}.sessionPolicies`),
      tags: config.tags ?? {},
      ...(boundary === undefined ? {} : { permissionsBoundary: readPolicy(boundary, `${place}.permissionsBoundary`) }),
    };
    if (this.#entries.has(config.arn)) throw new PolicyFault(`${place}.arn comes twice.`);
    this.#entries.set(config.arn, entry);
    if (identity.kind === 'role') this.#roles.set(`${identity.account}/${identity.name}`, entry);
    for (const [index, accessKey] of (config.accessKeys ?? []).entries()) {
      refuseUnknownOptions(accessKey, ACCESS_KEY_NAMES, `${place}.accessKeys[${index}]`);
      this.#addAccessKey(accessKey, identity, place);
    }
  }

  #addAccessKey(accessKey: AccessKey, { arn, account }: PrincipalIdentity, place: string): void {
    if (this.#accessKeys.has(accessKey.accessKeyId))
      throw new PolicyFault(`${place}.accessKeys has an id that is taken.`);
    this.#accessKeys.set(accessKey.accessKeyId, { principal: arn, account, accessKey });
  }
}

function readPolicies(sources: readonly PolicySource[] | undefined, place: string): readonly NamedPolicy[] {
  return (sources ?? []).map((source, index) => readPolicy(source, `${place}[${index}]`));
}

function readPolicy(source: PolicySource, place: string): NamedPolicy {
  const named = typeof source === 'object' && 'document' in source && !('Statement' in source);
  if (named) refuseUnknownOptions(source, { name: true, document: true }, place);
  try {
    const document = parsePolicy(named ? source.document : source, 'identity');
    return { name: named ? String(source.name) : (document.id ?? place), document };
  } catch (error) {
    throw error instanceof PolicyFault ? new PolicyFault(`${place}: ${error.message}`) : error;
  }
}
