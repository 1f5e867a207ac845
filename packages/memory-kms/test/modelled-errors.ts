// Which errors an operation may answer with: those that the SDK's own declarations list for it, and the common ones.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OperationName } from '@waxseal/memory-kms';

const declarations = join(
  dirname(createRequire(import.meta.url).resolve('@aws-sdk/client-kms/package.json')),
  'dist-types/commands',
);

/** Not modelled, but real; and UnsupportedOperationException, for what this KMS leaves out on purpose. */
const COMMON = [
  'AccessDeniedException',
  'IncompleteSignature',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'NotAuthorizedException',
  'SerializationException',
  'ThrottlingException',
  'UnknownOperationException',
  'UnsupportedOperationException',
  'ValidationException',
];

export function modelledErrors(operation: OperationName): ReadonlySet<string> {
  const text = readFileSync(join(declarations, `${operation}Command.d.ts`), 'utf8');
  const listed = [...text.matchAll(/@throws \{@link (\w+)\}/g)].map(([, name]) => name!);
  // An internal error is modelled for every operation, and is always our own fault.
  return new Set([...listed, ...COMMON].filter((name) => name !== 'KMSInternalException'));
}
