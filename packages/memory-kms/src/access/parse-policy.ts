// Reading policies: JSON text (or an object that was JSON) into a `PolicyDocument`, refusing what IAM refuses.

import { parseConditions } from './parse-conditions.ts';
import { parsePrincipals } from './parse-principals.ts';
import type { NegatableList, PolicyDocument, PolicyStatement } from './policy-document.ts';
import { PolicyFault } from './policy-fault.ts';

/** `key`: a key policy, which must name principals. `identity`: an IAM policy, which must not. */
export type PolicyKind = 'key' | 'identity';

type Json = Readonly<Record<string, unknown>>;

const DOCUMENT_ELEMENTS = ['Version', 'Id', 'Statement'];
const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/**
 * Reads a policy.
 *
 * @param policy - JSON text, or the object it stands for.
 * @throws PolicyFault where it is not a policy; the text names the place.
 */
export function parsePolicy(policy: unknown, kind: PolicyKind): PolicyDocument {
  const document = asObject(typeof policy === 'string' ? parseJson(policy) : policy, 'The policy');
  rejectUnknown(document, DOCUMENT_ELEMENTS, 'The policy');
  const version = document['Version'] ?? '2008-10-17';
  if (version !== '2008-10-17' && version !== '2012-10-17') {
    throw new PolicyFault('The policy has a Version that is neither 2012-10-17 nor 2008-10-17.');
  }
  const given = document['Statement'];
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (given === undefined || list.length === 0) throw new PolicyFault('The policy has no Statement.');
  const statements = list.map((statement, index) => parseStatement(statement, index, kind));
  rejectRepeatedSids(statements);
  const id = document['Id'];
  return { version, statements, ...(typeof id === 'string' ? { id } : {}) };
}

function parseStatement(value: unknown, index: number, kind: PolicyKind): PolicyStatement {
  const place = `Statement ${index}`;
  const statement = asObject(value, place);
  rejectUnknown(statement, STATEMENT_ELEMENTS, place);
  const effect = statement['Effect'];
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new PolicyFault(`${place} has an Effect that is neither Allow nor Deny.`);
  const sid = statement['Sid'];
  if (sid !== undefined && typeof sid !== 'string') throw new PolicyFault(`${place} has a Sid that is not a string.`);
  const actions = parseList(statement, 'Action', place);
  for (const pattern of actions?.patterns ?? []) checkAction(pattern, place, kind);
  const resources = parseList(statement, 'Resource', place);
  if (kind === 'identity') requireComplete(actions, resources, place);
  const principals = parsePrincipals(statement, place, kind);
  return {
    index,
    effect,
    ...(sid === undefined ? {} : { sid }),
    ...(principals === undefined ? {} : { principals }),
    ...(actions === undefined ? {} : { actions }),
    ...(resources === undefined ? {} : { resources }),
    conditions: parseConditions(statement['Condition'], place),
  };
}

function parseList(statement: Json, element: 'Action' | 'Resource', place: string): NegatableList | undefined {
  const plain = statement[element];
  const negative = statement[`Not${element}`];
  if (plain !== undefined && negative !== undefined)
    throw new PolicyFault(`${place} has both ${element} and Not${element}.`);
  const value = plain ?? negative;
  if (value === undefined) return undefined;
  const patterns: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (patterns.length === 0 || !patterns.every((pattern) => typeof pattern === 'string' && pattern !== '')) {
    throw new PolicyFault(`${place} has an ${element} that is neither a string nor a list of strings.`);
  }
  return { negated: negative !== undefined, patterns: patterns as readonly string[] };
}

/** In a key policy only `*` and actions of KMS (wildcards allowed); IAM policies speak of other services too. */
function checkAction(pattern: string, place: string, kind: PolicyKind): void {
  const isKnown =
    pattern === '*' || (kind === 'key' ? /^kms:[A-Za-z*?]+$/i : /^[a-z0-9-]+:[A-Za-z0-9*?]+$/i).test(pattern);
  if (!isKnown)
    throw new PolicyFault(`${place} has an Action that is not an action of ${kind === 'key' ? 'KMS' : 'a service'}.`);
}

function requireComplete(
  actions: NegatableList | undefined,
  resources: NegatableList | undefined,
  place: string,
): void {
  if (actions === undefined) throw new PolicyFault(`${place} has neither Action nor NotAction.`);
  if (resources === undefined) throw new PolicyFault(`${place} has neither Resource nor NotResource.`);
}

function rejectRepeatedSids(statements: readonly PolicyStatement[]): void {
  const seen = new Set<string>();
  for (const { sid } of statements) {
    if (sid === undefined || sid === '') continue;
    if (seen.has(sid)) throw new PolicyFault('Statement IDs (SID) in a single policy must be unique.');
    seen.add(sid);
  }
}

function rejectUnknown(value: Json, known: readonly string[], place: string): void {
  if (Object.keys(value).some((name) => !known.includes(name))) {
    throw new PolicyFault(`${place} has an element that is not one of ${known.join(', ')}.`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyFault('The policy is not JSON.');
  }
}

function asObject(value: unknown, place: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new PolicyFault(`${place} is not an object.`);
}
