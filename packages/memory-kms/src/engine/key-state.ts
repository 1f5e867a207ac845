// The states of a key, and which of them refuse which operation (KMS Developer Guide, "Key states").

import { associatedMaterials } from './imported-material.ts';
import type { LocalKey } from './key-record.ts';
import { KmsServiceError } from './kms-service-error.ts';

/** The states that this KMS knows; `Unavailable` belongs to custom key stores, which it has not. */
export type KeyState =
  | 'Enabled'
  | 'Disabled'
  | 'PendingDeletion'
  | 'PendingReplicaDeletion'
  | 'PendingImport'
  | 'Creating'
  | 'Updating';

/** Names a row of the table below. */
export type StateRule =
  | 'any'
  | 'use'
  | 'publicKey'
  | 'edit'
  | 'enable'
  | 'rotationSetting'
  | 'rotate'
  | 'scheduleDeletion'
  | 'cancelDeletion'
  | 'importParameters'
  | 'import'
  | 'deleteImported'
  | 'replicate'
  | 'updatePrimary';

type Refusals = { readonly [State in KeyState]?: Refusal };
type Refusal = 'disabled' | 'pendingDeletion' | 'pendingImport' | 'external' | 'creating' | 'updating' | 'notPending';

const deletion = { PendingDeletion: 'pendingDeletion', PendingReplicaDeletion: 'pendingDeletion' } as const;
const use = { ...deletion, Disabled: 'disabled', PendingImport: 'pendingImport', Creating: 'creating' } as const;

/** For each rule the states that refuse, and how. The order of the columns is that of the Developer Guide. */
const stateTable: Readonly<Record<StateRule, Refusals>> = {
  any: {},
  use,
  publicKey: { ...deletion, Creating: 'creating' },
  edit: deletion,
  enable: { ...deletion, PendingImport: 'pendingImport', Creating: 'creating', Updating: 'updating' },
  rotationSetting: { ...deletion, Disabled: 'disabled', PendingImport: 'external', Creating: 'creating' },
  rotate: use,
  scheduleDeletion: { ...deletion, Updating: 'updating' },
  cancelDeletion: {
    Enabled: 'notPending',
    Disabled: 'notPending',
    PendingImport: 'notPending',
    Creating: 'notPending',
    Updating: 'notPending',
  },
  importParameters: { ...deletion, Creating: 'creating', Updating: 'updating' },
  import: { ...deletion, Creating: 'creating' },
  deleteImported: { Creating: 'creating', Updating: 'updating' },
  replicate: { ...use, Updating: 'updating' },
  updatePrimary: use,
};

/**
 * The state of a key in its Region at one moment.
 *
 * @param now - Milliseconds since 1970.
 */
export function keyState(key: LocalKey, now: number): KeyState {
  const { record, local } = key;
  if (local.deletion !== undefined)
    return local.deletion.at === undefined ? 'PendingReplicaDeletion' : 'PendingDeletion';
  if (local.transition !== undefined && now < local.transition.until) return local.transition.state;
  if (record.origin === 'EXTERNAL' && !hasAllImported(key)) return 'PendingImport';
  return local.enabled ? 'Enabled' : 'Disabled';
}

/** One missing material, expired or deleted, takes the whole key to PendingImport. */
function hasAllImported({ record, local }: LocalKey): boolean {
  if (record.currentMaterialId === undefined) return false;
  return associatedMaterials(record).every(({ id }) =>
    local.imported.some((each) => each.materialId === id && each.bytes !== undefined),
  );
}

/**
 * Refuses an operation that the key's state does not allow.
 *
 * @throws KmsServiceError DisabledException, KMSInvalidStateException or UnsupportedOperationException.
 */
export function requireState(key: LocalKey, rule: StateRule, now: number): void {
  const refusal = stateTable[rule][keyState(key, now)];
  if (refusal !== undefined) throw stateError(key.arn, refusal);
}

function stateError(arn: string, refusal: Refusal): KmsServiceError {
  switch (refusal) {
    case 'disabled':
      return new KmsServiceError('DisabledException', `${arn} is disabled.`);
    case 'external':
      return originError(arn, 'EXTERNAL');
    case 'pendingDeletion':
      return invalidState(`${arn} is pending deletion.`);
    case 'pendingImport':
      return invalidState(`${arn} is pending import.`);
    case 'creating':
      return invalidState(`${arn} is creating.`);
    case 'updating':
      return invalidState(`${arn} is updating.`);
    case 'notPending':
      return invalidState(`${arn} is not pending deletion.`);
  }
}

function invalidState(message: string): KmsServiceError {
  return new KmsServiceError('KMSInvalidStateException', message);
}

/** The refusal of an operation that the key's origin rules out. */
export function originError(arn: string, origin: string): KmsServiceError {
  return new KmsServiceError(
    'UnsupportedOperationException',
    `${arn} origin is ${origin} which is not valid for this operation.`,
  );
}
