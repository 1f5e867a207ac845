// The condition operators of IAM policies. Source: IAM User Guide, "IAM JSON policy elements: Condition operators".

import { BlockList, isIP } from 'node:net';
import { expandVariables, type VariableSource } from './policy-variables.ts';
import { ANY, type PatternPart, patternTest } from './wildcard-pattern.ts';

/** Whether a value of the request compares with the value of the policy that the test was made for. */
export type ValueTest = (requested: string) => boolean;

/** Reads one value of a policy, once for all values of the request. */
type TestMaker = (policyValue: string, variables: VariableSource) => ValueTest;

/** How one operator compares a value of the request with one of the policy's. */
export type ConditionOperator = {
  /** Negated operators hold where none of the policy's values compares, and where the key is absent. */
  readonly negated: boolean;
  readonly testFor: TestMaker;
};

const never: ValueTest = () => false;

function equals(policyValue: string, variables: VariableSource): ValueTest {
  const wanted = expandVariables(policyValue, variables, false)?.join('');
  return (requested) => requested === wanted;
}

function equalsIgnoringCase(policyValue: string, variables: VariableSource): ValueTest {
  const wanted = expandVariables(policyValue, variables, false)?.join('').toLowerCase();
  return (requested) => requested.toLowerCase() === wanted;
}

function like(policyValue: string, variables: VariableSource): ValueTest {
  const pattern = expandVariables(policyValue, variables, true);
  return pattern === undefined ? never : patternTest(pattern);
}

/** ArnLike and ArnEquals are the same: each of the six parts between colons is a pattern for itself. */
function likeArn(policyValue: string, variables: VariableSource): ValueTest {
  const tests = splitPatternArn(expandVariables(policyValue, variables, true) ?? [])?.map(patternTest);
  if (tests === undefined) return never;
  return (requested) => {
    const parts = splitArn(requested);
    return parts.length === ARN_PARTS && tests.every((test, index) => test(parts[index] ?? ''));
  };
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

type Comparison = (requested: number, wanted: number) => boolean;

function numeric(compare: Comparison): TestMaker {
  return comparing(readNumber, compare);
}

function dated(compare: Comparison): TestMaker {
  return comparing(readDate, compare);
}

function comparing(read: (text: string) => number | undefined, compare: Comparison): TestMaker {
  return (policyValue) => {
    const wanted = read(policyValue);
    if (wanted === undefined) return never;
    return (requested) => {
      const value = read(requested);
      return value !== undefined && compare(value, wanted);
    };
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

function inRange(policyValue: string): ValueTest {
  const [network = '', bits] = policyValue.split('/');
  const family = isIP(network);
  if (family === 0) return never;
  const prefix = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > (family === 4 ? 32 : 128)) return never;
  const range = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  range.addSubnet(network, prefix, type);
  return (requested) => isIP(requested) === family && range.check(requested, type);
}

function sameBytes(policyValue: string): ValueTest {
  const wanted = Buffer.from(policyValue, 'base64');
  return (requested) => Buffer.from(requested, 'base64').equals(wanted);
}

function pair(name: string, opposite: string, testFor: TestMaker): readonly (readonly [string, ConditionOperator])[] {
  return [
    [name, { negated: false, testFor }],
    [opposite, { negated: true, testFor }],
  ];
}

function single(name: string, testFor: TestMaker): readonly [string, ConditionOperator] {
  return [name, { negated: false, testFor }];
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
    single('Bool', equalsIgnoringCase),
    single('BinaryEquals', sameBytes),
    ...pair('IpAddress', 'NotIpAddress', inRange),
  ].map(([name, operator]) => [name.toLowerCase(), operator]),
);
