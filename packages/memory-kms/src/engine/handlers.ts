// Which code answers which operation.

import { createAlias, deleteAlias, updateAlias } from '../operations/aliases.ts';
import { createKey } from '../operations/create-key.ts';
import { decrypt } from '../operations/decrypt.ts';
import { describeKey } from '../operations/describe-key.ts';
import { encrypt } from '../operations/encrypt.ts';
import { generateDataKey, generateDataKeyWithoutPlaintext } from '../operations/generate-data-key.ts';
import { reEncrypt } from '../operations/re-encrypt.ts';
import type { FreeHandler, KeyHandler } from './handler.ts';
import type { OperationName } from './operation-types.ts';

type KeyHandlers = { readonly [Name in OperationName]?: KeyHandler<Name> };
type FreeHandlers = { readonly [Name in OperationName]?: FreeHandler<Name> };

/** Operations on the key that `KeyId` names. */
export const keyHandlers: KeyHandlers = {
  DescribeKey: describeKey,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
};

/** Operations that find their keys themselves. */
export const freeHandlers: FreeHandlers = {
  CreateAlias: createAlias,
  CreateKey: createKey,
  Decrypt: decrypt,
  DeleteAlias: deleteAlias,
  ReEncrypt: reEncrypt,
  UpdateAlias: updateAlias,
};
