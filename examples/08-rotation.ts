// KMS rotates a key by itself: old messages open under the old material, new ones are sealed under the new one, and no
// key id changes. Here the clock is moved instead of waiting for a year.
import { FakeClock, MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsKeyring, reencrypt } from 'waxseal';

const clock = new FakeClock('2026-01-01T00:00:00Z');
const kms = new MemoryKms({ clock });
const client = kms.client();
const { KeyMetadata } = await client.createKey({ Description: 'of the application' });
const KeyId = KeyMetadata?.Arn ?? '';
await client.createAlias({ AliasName: 'alias/app', TargetKeyId: KeyId });
await client.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 });

const keys = new KmsKeyring({ kms: client, generatorKeyId: KeyId });
const { message: january } = await encrypt(keys, Buffer.from('sealed in January'));

clock.advance('200d');
const { message: july } = await encrypt(keys, Buffer.from('sealed in July'));
for (const message of [january, july]) {
  console.log(`opened: ${Buffer.from((await decrypt(keys, message)).plaintext).toString()}`);
}

const { Rotations = [] } = await client.listKeyRotations({ KeyId });
for (const { RotationDate, RotationType } of Rotations) {
  console.log(`rotated: ${RotationDate?.toISOString().slice(0, 10)} ${RotationType}`);
}

// Rotation does not touch what is already sealed. To have an old message under the new material, seal it again.
const { message: renewed } = await reencrypt(keys, keys, january);
console.log(`renewed: ${Buffer.from((await decrypt(keys, renewed)).plaintext).toString()}`);

// On demand, at most 25 times in a key's life: after a suspicion, not as a habit.
await client.rotateKeyOnDemand({ KeyId });
const status = await client.getKeyRotationStatus({ KeyId });
console.log(`next by itself: ${status.NextRotationDate?.toISOString().slice(0, 10)}`);

// By hand: another key behind the same alias. Old messages name the old key, so it must stay.
const { KeyMetadata: successor } = await client.createKey({ Description: 'its successor' });
await client.updateAlias({ AliasName: 'alias/app', TargetKeyId: successor?.KeyId });
const moved = new KmsKeyring({ kms: client, generatorKeyId: successor?.Arn, keyIds: [KeyId] });
console.log(`after the move: ${Buffer.from((await decrypt(moved, january)).plaintext).toString()}`);

const events = kms.auditLog.filter((record) => record.eventName === 'RotateKey');
console.log(`the audit log shows ${events.length} rotations by KMS itself`);
