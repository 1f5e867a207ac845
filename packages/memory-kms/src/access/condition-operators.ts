// The condition operators of IAM policies. Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

import { BlockList, isIP } from 'node:net';
import { expandVariables, type VariableSource } from './policy-variables.ts';
import { ANY, matchesPattern, type PatternPart } from './wildcard-pattern.ts';

/** How one operator compares a value of the request with one of the policy's. */
export type ConditionOperator = {
  /** Negated operators hold where none of the policy's values compares, and where the key is absent. */
  readonly negated: boolean;
  compares(requested: string, policyValue: string, variables: VariableSource): boolean;
};

function equals(requested: string, policyValue: string, variables: VariableSource): boolean {
  return expandVariables(policyValue, variables, false)?.join('') === requested;
}

function equalsIgnoringCase(requested: string, policyValue: string, variables: VariableSource): boolean {
  return expandVariables(policyValue, variables, false)?.join('').toLowerCase() === requested.toLowerCase();
}

function like(requested: string, policyValue: string, variables: VariableSource): boolean {
  const pattern = expandVariables(policyValue, variables, true);
  return pattern !== undefined && matchesPattern(requested, pattern);
}

/** ArnLike and ArnEquals are the same: each of the six parts between colons is a pattern for itself. */
function likeArn(requested: string, policyValue: string, variables: VariableSource): boolean {
  const wanted = splitPatternArn(expandVariables(policyValue, variables, true) ?? []);
  const parts = splitArn(requested);
  if (wanted === undefined || parts.length !== ARN_PARTS) return false;
  return wanted.every((pattern, index) => matchesPattern(parts[index] ?? '', pattern));
}

const ARN_PARTS = 6;

function splitArn(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(':')];
}

function splitPatternArn(pattern: readonly PatternPart[]): PatternPart[][] | undefined {
  if (pattern.length === 1 && pattern[0] === ANY) return Array.from({ length: ARN_PARTS }, () => [ANY]);
  const parts: PatternPart[][] = [[]];
  for (const part of pattern) {
    if (typeof part !== 'string') parts.at(-1)?.push(part);
    else splitLiteral(part, parts);
  }
  return parts.length === ARN_PARTS ? parts : undefined;
}

function splitLiteral(literal: string, parts: PatternPart[][]): void {
  for (const [index, piece] of literal.split(':').entries()) {
    const separator = index > 0;
    if (separator && parts.length < ARN_PARTS) parts.push([]);
    else if (separator) parts.at(-1)?.push(':');
    if (piece !== '') parts.at(-1)?.push(piece);
  }
}

function numeric(compare: (requested: number, wanted: number) => boolean): ConditionOperator['compares'] {
  return (requested, policyValue) => {
    const [left, right] = [readNumber(requested), readNumber(policyValue)];
    return left !== undefined && right !== undefined && compare(left, right);
  };
}

function dated(compare: (requested: number, wanted: number) => boolean): ConditionOperator['compares'] {
  return (requested, policyValue) => {
    const [left, right] = [readDate(requested), readDate(policyValue)];
    return left !== undefined && right !== undefined && compare(left, right);
  };
}

function readNumber(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** ISO 8601, or seconds since 1970. */
function readDate(text: string): number | undefined {
  const seconds = readNumber(text);
  const value = seconds === undefined ? Date.parse(text) : seconds * 1000;
  return Number.isNaN(value) ? undefined : value;
}

function inRange(requested: string, policyValue: string): boolean {
  const [network = '', bits] = policyValue.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(requested) !== family) return false;
  const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (family === 4 ? 32 : 128)) return false;
  const range = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  range.addSubnet(network, prefix, type);
  return range.check(requested, type);
}

function sameBoolean(requested: string, policyValue: string, variables: VariableSource): boolean {
  return equalsIgnoringCase(requested, policyValue, variables);
}

function sameBytes(requested: string, policyValue: string): boolean {
  return Buffer.from(requested, 'base64').equals(Buffer.from(policyValue, 'base64'));
}

function pair(
  name: string,
  opposite: string,
  compares: ConditionOperator['compares'],
): readonly (readonly [string, ConditionOperator])[] {
  return [
    [name, { negated: false, compares }],
    [opposite, { negated: true, compares }],
  ];
}

function single(name: string, compares: ConditionOperator['compares']): readonly [string, ConditionOperator] {
  return [name, { negated: false, compares }];
}

/** Operators by name, in lower case: IAM reads names without regard to case. `Null` is not among them. */
export const conditionOperators: ReadonlyMap<string, ConditionOperator> = new Map(
  [
    ...pair('StringEquals', 'StringNotEquals', equals),
    ...pair('StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', equalsIgnoringCase),
    ...pair('StringLike', 'StringNotLike', like),
    ...pair('ArnEquals', 'ArnNotEquals', likeArn),
    ...pair('ArnLike', 'ArnNotLike', likeArn),
    ...pair(
      'NumericEquals',
      'NumericNotEquals',
      numeric((left, right) => left === right),
    ),
    single(
      'NumericLessThan',
      numeric((left, right) => left < right),
    ),
    single(
      'NumericLessThanEquals',
      numeric((left, right) => left <= right),
    ),
    single(
      'NumericGreaterThan',
      numeric((left, right) => left > right),
    ),
    single(
      'NumericGreaterThanEquals',
      numeric((left, right) => left >= right),
    ),
    ...pair(
      'DateEquals',
      'DateNotEquals',
      dated((left, right) => left === right),
    ),
    single(
      'DateLessThan',
      dated((left, right) => left < right),
    ),
    single(
      'DateLessThanEquals',
      dated((left, right) => left <= right),
    ),
    single(
      'DateGreaterThan',
      dated((left, right) => left > right),
    ),
    single(
      'DateGreaterThanEquals',
      dated((left, right) => left >= right),
    ),
    single('Bool', sameBoolean),
    single('BinaryEquals', sameBytes),
    ...pair('IpAddress', 'NotIpAddress', inRange),
  ].map(([name, operator]) => [name.toLowerCase(), operator]),
);
