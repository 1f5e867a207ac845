// Which code answers which operation.

import { createAlias, deleteAlias, updateAlias } from '../operations/aliases.ts';
import { createKey } from '../operations/create-key.ts';
import { decrypt } from '../operations/decrypt.ts';
import { describeKey } from '../operations/describe-key.ts';
import { encrypt } from '../operations/encrypt.ts';
import { generateDataKey, generateDataKeyWithoutPlaintext } from '../operations/generate-data-key.ts';
import { generateDataKeyPair, generateDataKeyPairWithoutPlaintext } from '../operations/generate-data-key-pair.ts';
import { generateRandom } from '../operations/generate-random.ts';
import { getKeyLastUsage } from '../operations/get-key-last-usage.ts';
import { createGrant, listGrants, listRetirableGrants, retireGrant, revokeGrant } from '../operations/grants.ts';
import { decapsulate, encapsulate } from '../operations/key-encapsulation.ts';
import { deleteImportedKeyMaterial, getParametersForImport, importKeyMaterial } from '../operations/key-import.ts';
import {
  cancelKeyDeletion,
  disableKey,
  enableKey,
  scheduleKeyDeletion,
  updateKeyDescription,
} from '../operations/key-life.ts';
import { listAliases, listKeys, listResourceTags, tagResource, untagResource } from '../operations/key-lists.ts';
import { getKeyPolicy, listKeyPolicies, putKeyPolicy } from '../operations/key-policies.ts';
import {
  disableKeyRotation,
  enableKeyRotation,
  getKeyRotationStatus,
  listKeyRotations,
  rotateKeyOnDemand,
} from '../operations/key-rotation.ts';
import { generateMac, verifyMac } from '../operations/macs.ts';
import { replicateKey, updatePrimaryRegion } from '../operations/multi-region.ts';
import { deriveSharedSecret, getPublicKey } from '../operations/public-keys.ts';
import { reEncrypt } from '../operations/re-encrypt.ts';
import { sign, verify } from '../operations/signatures.ts';
import type { FreeHandler, KeyHandler } from './handler.ts';
import type { OperationName } from './operation-types.ts';

type KeyHandlers = { readonly [Name in OperationName]?: KeyHandler<Name> };
type FreeHandlers = { readonly [Name in OperationName]?: FreeHandler<Name> };

/** Operations on the key that `KeyId` names. */
export const keyHandlers: KeyHandlers = {
  CancelKeyDeletion: cancelKeyDeletion,
  CreateGrant: createGrant,
  Decapsulate: decapsulate,
  DeleteImportedKeyMaterial: deleteImportedKeyMaterial,
  DeriveSharedSecret: deriveSharedSecret,
  DescribeKey: describeKey,
  DisableKey: disableKey,
  DisableKeyRotation: disableKeyRotation,
  EnableKey: enableKey,
  EnableKeyRotation: enableKeyRotation,
  Encapsulate: encapsulate,
  Encrypt: encrypt,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyPair: generateDataKeyPair,
  GenerateDataKeyPairWithoutPlaintext: generateDataKeyPairWithoutPlaintext,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GenerateMac: generateMac,
  GetKeyLastUsage: getKeyLastUsage,
  GetKeyPolicy: getKeyPolicy,
  GetKeyRotationStatus: getKeyRotationStatus,
  GetParametersForImport: getParametersForImport,
  GetPublicKey: getPublicKey,
  ImportKeyMaterial: importKeyMaterial,
  ListGrants: listGrants,
  ListKeyPolicies: listKeyPolicies,
  ListKeyRotations: listKeyRotations,
  ListResourceTags: listResourceTags,
  PutKeyPolicy: putKeyPolicy,
  ReplicateKey: replicateKey,
  RevokeGrant: revokeGrant,
  RotateKeyOnDemand: rotateKeyOnDemand,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  Sign: sign,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateKeyDescription: updateKeyDescription,
  UpdatePrimaryRegion: updatePrimaryRegion,
  Verify: verify,
  VerifyMac: verifyMac,
};

/** Operations that find their keys themselves. Those of custom key stores are in neither table: not supported. */
export const freeHandlers: FreeHandlers = {
  CreateAlias: createAlias,
  CreateKey: createKey,
  Decrypt: decrypt,
  DeleteAlias: deleteAlias,
  GenerateRandom: generateRandom,
  ListAliases: listAliases,
  ListKeys: listKeys,
  ListRetirableGrants: listRetirableGrants,
  ReEncrypt: reEncrypt,
  RetireGrant: retireGrant,
  UpdateAlias: updateAlias,
};
