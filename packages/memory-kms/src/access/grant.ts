import type { GrantConstraints } from './access-request.ts';

/** A grant as the engine keeps it: permission for one principal to use one key in some ways. It can only allow. */
export type Grant = {
  /** 64 hexadecimal digits. */
  readonly grantId: string;
  readonly keyArn: string;
  readonly name?: string | undefined;
  readonly granteePrincipal?: string | undefined;
  readonly granteeServicePrincipal?: string | undefined;
  readonly retiringPrincipal?: string | undefined;
  readonly retiringServicePrincipal?: string | undefined;
  /** Names of the API's `GrantOperation`: `Decrypt`, `ReEncryptFrom`, `CreateGrant` … */
  readonly operations: readonly string[];
  readonly constraints?: GrantConstraints | undefined;
  /** `arn:aws:iam::<account>:root` of the account that made it. */
  readonly issuingAccount: string;
  readonly createdAt: Date;
  /** From this moment the grant works without its token. Absent: at once. */
  readonly effectiveAt?: Date | undefined;
  /** Every token ever given out for it; each works. */
  readonly tokens: readonly string[];
};
