import type { PolicyKind } from './parse-policy.ts';
import type { PolicyPrincipal, PrincipalElement } from './policy-document.ts';
import { PolicyFault } from './policy-fault.ts';
import { parsePrincipal } from './principal-arn.ts';

type Json = Readonly<Record<string, unknown>>;

const INVALID = 'Policy contains a statement with one or more invalid principals.';

/**
 * Reads `Principal` or `NotPrincipal`.
 *
 * @throws PolicyFault where a key policy has neither or both, an IAM policy has one, or a name can be no principal:
 * `*` stands alone, never for a part of a name.
 */
export function parsePrincipals(statement: Json, place: string, kind: PolicyKind): PrincipalElement | undefined {
  const plain = statement['Principal'];
  const negative = statement['NotPrincipal'];
  if (kind === 'identity') {
    if (plain !== undefined || negative !== undefined)
      throw new PolicyFault(`${place} of an IAM policy names principals.`);
    return undefined;
  }
  if ((plain === undefined) === (negative === undefined)) {
    throw new PolicyFault(`${place} must have either Principal or NotPrincipal.`);
  }
  return { negated: negative !== undefined, principals: parseElement(plain ?? negative) };
}

function parseElement(value: unknown): readonly PolicyPrincipal[] {
  if (value === '*') return [{ type: '*', value: '*' }];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PolicyFault(INVALID);
  const principals = Object.entries(value).flatMap(([type, names]) => parseType(type, names));
  if (principals.length === 0) throw new PolicyFault(INVALID);
  return principals;
}

function parseType(type: string, names: unknown): readonly PolicyPrincipal[] {
  if (type !== 'AWS' && type !== 'Service' && type !== 'Federated') throw new PolicyFault(INVALID);
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  if (list.length === 0) throw new PolicyFault(INVALID);
  return list.map((value) => {
    if (typeof value !== 'string' || !isValid(type, value)) throw new PolicyFault(INVALID);
    return { type, value };
  });
}

function isValid(type: 'AWS' | 'Service' | 'Federated', value: string): boolean {
  if (type === 'Federated') return value !== '' && !/[*?]/.test(value);
  const { kind } = parsePrincipal(value);
  if (type === 'Service') return kind === 'service';
  if (value === '*' || /^\d{12}$/.test(value)) return true;
  return kind !== 'unknown' && kind !== 'service' && !/[*?]/.test(value);
}
