// EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion, UpdateKeyDescription.

import { DAY_MS } from '../engine/clock.ts';
import { rotateAutomatically } from '../engine/due-events.ts';
import type { KeyHandler } from '../engine/handler.ts';
import { keyState } from '../engine/key-state.ts';

/** Enables a key. A rotation that it missed while disabled is made up for at once. */
export const enableKey: KeyHandler<'EnableKey'> = ({ key, now, parts }) => {
  const { record } = parts.store.putLocal(key, { enabled: true });
  const isPrimary = key.local.region === record.primaryRegion;
  if (isPrimary && record.rotation !== undefined && record.rotation.nextAt <= now) {
    for (const event of rotateAutomatically(parts, record, now)) parts.emit(event);
  }
  return {};
};

/** Disables a key: no cryptography until it is enabled again. */
export const disableKey: KeyHandler<'DisableKey'> = ({ key, parts }) => {
  parts.store.putLocal(key, { enabled: false });
  return {};
};

/** Starts the waiting period. A primary key with replicas waits for them to go first. */
export const scheduleKeyDeletion: KeyHandler<'ScheduleKeyDeletion'> = ({ key, input, now, parts }) => {
  const windowDays = input.PendingWindowInDays ?? 30;
  const { record, local } = key;
  const waits = local.region === record.primaryRegion && Object.keys(record.regions).length > 1;
  const at = waits ? undefined : now + windowDays * DAY_MS;
  const scheduled = parts.store.putLocal(key, { deletion: { windowDays, at } });
  return {
    KeyId: key.arn,
    KeyState: keyState(scheduled, now),
    PendingWindowInDays: windowDays,
    ...(at === undefined ? {} : { DeletionDate: new Date(at) }),
  };
};

/** Stops the waiting period. The key is then disabled, whatever it was before. */
export const cancelKeyDeletion: KeyHandler<'CancelKeyDeletion'> = ({ key, parts }) => {
  parts.store.putLocal(key, { deletion: undefined, enabled: false });
  return { KeyId: key.arn };
};

/** Replaces the description. */
export const updateKeyDescription: KeyHandler<'UpdateKeyDescription'> = ({ key, input, parts }) => {
  parts.store.putLocal(key, { description: input.Description ?? '' });
  return {};
};
