import { meantName, shorten } from '../known-options.ts';
import { isOperationName, operationNames } from './operation-table.ts';
import type { OperationName } from './operation-types.ts';

/**
 * Refuses what is no operation of KMS: a misspelt one would match no call, silently.
 *
 * @param place - Where it stands, for the error, such as `faults[0].operation`.
 * @throws TypeError that names it, and the operation that was probably meant.
 */
export function requireOperationName(name: unknown, place: string): asserts name is OperationName {
  if (typeof name !== 'string') throw new TypeError(`${place} is not the name of an operation`);
  if (isOperationName(name)) return;
  const advice = meantName(name, operationNames) ?? 'names are those of the KMS API, such as GenerateDataKey';
  throw new TypeError(`${place}: KMS has no operation ${shorten(name)}; ${advice}`);
}
