// The shape of a snapshot, field by field: nothing from outside reaches the store unchecked.

import type {
  AliasRecord,
  Grant,
  GrantConstraints,
  ImportedMaterial,
  ImportToken,
  KeyMaterial,
  KeyRecord,
  KeySpec,
  KeyTag,
  KeyUsageRecord,
  KmsSnapshot,
  RegionalKey,
  RotationSchedule,
} from '../engine/key-record.ts';
import { keySpecTable } from '../engine/key-spec-table.ts';
import { boolean, bytes, list, mapOf, number, optional, type Reader, struct, text } from './value-readers.ts';

const account = text(/^\d{12}$/);
const keyId = text(/^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/);
const materialId = text(/^[0-9a-f]{64}$/);
const region = text(/^[a-z0-9-]+$/);
const texts = mapOf(text());

const rotationMark = struct<NonNullable<KeyMaterial['rotation']>>({
  at: number(),
  type: text(['AUTOMATIC', 'ON_DEMAND']),
});

const material = struct<KeyMaterial>({
  id: materialId,
  bytes: optional(bytes),
  publicKey: optional(bytes),
  createdAt: number(),
  rotation: optional(rotationMark),
});

const imported = struct<ImportedMaterial>({
  materialId,
  bytes: optional(bytes),
  expiresAt: optional(number()),
  description: optional(text()),
});

const constraints = struct<GrantConstraints>({
  encryptionContextEquals: optional(texts),
  encryptionContextSubset: optional(texts),
  sourceArn: optional(text()),
});

const grant = struct<Grant>({
  id: materialId,
  tokens: list(text()),
  name: optional(text()),
  granteePrincipal: optional(text()),
  granteeServicePrincipal: optional(text()),
  retiringPrincipal: optional(text()),
  retiringServicePrincipal: optional(text()),
  operations: list(text()),
  constraints: optional(constraints),
  issuingAccount: text(),
  createdAt: number(),
});

const usage = struct<KeyUsageRecord>({
  arn: text(),
  operation: text(),
  at: number(),
  requestId: text(),
  eventId: text(),
});

const regionalKey = struct<RegionalKey>({
  region,
  description: text(),
  enabled: boolean,
  createdAt: number(),
  policy: text(),
  tags: list(struct<KeyTag>({ key: text(), value: text() })),
  grants: list(grant),
  deletion: optional(struct<NonNullable<RegionalKey['deletion']>>({ windowDays: number(), at: optional(number()) })),
  transition: optional(
    struct<NonNullable<RegionalKey['transition']>>({ state: text(['Creating', 'Updating']), until: number() }),
  ),
  imported: list(imported),
});

const keyRecord = struct<KeyRecord>({
  partition: text(),
  account,
  id: keyId,
  spec: text(Object.keys(keySpecTable) as KeySpec[]),
  usage: text(['ENCRYPT_DECRYPT', 'SIGN_VERIFY', 'GENERATE_VERIFY_MAC', 'KEY_AGREEMENT', 'ENCAPSULATE_DECAPSULATE']),
  origin: text(['AWS_KMS', 'EXTERNAL']),
  manager: text(['CUSTOMER', 'AWS', 'OWNED']),
  multiRegion: boolean,
  primaryRegion: region,
  materials: list(material),
  currentMaterialId: optional(materialId),
  rotation: optional(struct<RotationSchedule>({ periodDays: number(1), nextAt: number() })),
  onDemandRotations: number(),
  regions: mapOf(regionalKey),
});

const alias = struct<AliasRecord>({
  name: text(/^alias\/[a-zA-Z0-9:/_-]+$/),
  account,
  region,
  targetKeyId: keyId,
  createdAt: number(),
  updatedAt: number(),
});

const importToken = struct<ImportToken>({
  token: bytes,
  keyArn: text(),
  algorithm: text(),
  pkcs8: bytes,
  expiresAt: number(),
});

/**
 * Reads a snapshot.
 *
 * @throws StateFormatError naming the place.
 */
export const readSnapshot: Reader<KmsSnapshot> = struct<KmsSnapshot>({
  keys: list(keyRecord),
  aliases: list(alias),
  usages: list(usage),
  importTokens: list(importToken),
});
