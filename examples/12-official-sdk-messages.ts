// Messages of the official AWS Encryption SDK, and back: both sides share a KMS and the format.

import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsKeyring, parseMessageHeader } from 'waxseal';

const memory = new MemoryKms();
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
// A genuine client of the AWS SDK, answered in this process.
const kms = new KMS({ region: 'us-east-1', credentials, requestHandler: memory.requestHandler() });
const { KeyMetadata } = await kms.createKey({});
const keyId = KeyMetadata?.Arn ?? '';

const official = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);
// `as never`: their types do not pass exactOptionalPropertyTypes.
const officialKeys = new KmsKeyringNode({ generatorKeyId: keyId, clientProvider: () => kms as never });
const keys = new KmsKeyring({ kms, generatorKeyId: keyId });
const encryptionContext = { tenant: 'acme' };

// Theirs, opened here. The expected context is checked for you; they leave it to a loop over the header.
const theirs = await official.encrypt(officialKeys, 'from the official SDK', { encryptionContext });
const opened = await decrypt(keys, theirs.result, { encryptionContext });
console.log(`waxseal opens: ${Buffer.from(opened.plaintext).toString()}`);

// Ours, opened there: signed and committing by default, as theirs.
const ours = await encrypt(keys, Buffer.from('from waxseal'), { encryptionContext });
const { plaintext, messageHeader } = await official.decrypt(officialKeys, Buffer.from(ours.message));
console.log(`the official SDK opens: ${plaintext.toString()}, tenant ${messageHeader.encryptionContext['tenant']}`);

// An old message without key commitment takes a policy that says so.
const legacy = buildClient(CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT);
const old = (await legacy.encrypt(officialKeys, 'an old message')).result;
console.log(`an old one has suite 0x0${parseMessageHeader(old).algorithmSuite.id.toString(16)}`);
await decrypt(keys, old).catch((error) => console.log(`refused: ${error.code}`));
const allowed = await decrypt(keys, old, { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' });
console.log(`allowed by policy: ${Buffer.from(allowed.plaintext).toString()}`);
