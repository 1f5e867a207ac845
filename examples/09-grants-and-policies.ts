// Who may open what: a key policy, an IAM policy, a grant with a context constraint, and the line that says who decided.
import { MemoryKms } from '@waxseal/memory-kms';
import { decrypt, encrypt, KmsKeyring } from 'waxseal';

const account = 'arn:aws:iam::111122223333';
const [writer, job] = [`${account}:role/writer`, 'arn:aws:sts::111122223333:assumed-role/report/job-7'];
const partner = 'arn:aws:iam::444455556666:user/partner';

const mayEncrypt = { Effect: 'Allow', Action: ['kms:GenerateDataKey', 'kms:Encrypt'], Resource: '*' };
const kms = new MemoryKms({
  authorization: 'strict',
  principals: [
    { arn: writer, policies: [{ name: 'writer', document: { Version: '2012-10-17', Statement: [mayEncrypt] } }] },
  ],
});
const admin = kms.client(); // the account's root user
const { KeyMetadata } = await admin.createKey({
  Policy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'IamDecides', Effect: 'Allow', Principal: { AWS: `${account}:root` }, Action: 'kms:*', Resource: '*' },
      {
        Sid: 'NothingWithoutTenant',
        Effect: 'Deny',
        Principal: '*',
        Action: ['kms:GenerateDataKey', 'kms:Encrypt'],
        Resource: '*',
        Condition: { Null: { 'kms:EncryptionContext:tenant': 'true' } },
      },
    ],
  }),
});
const keyId = KeyMetadata?.Arn ?? '';
const as = (principal: string) => new KmsKeyring({ kms: kms.client({ principal }), generatorKeyId: keyId });

const context = { encryptionContext: { tenant: 'acme' } };
const { message } = await encrypt(as(writer), Buffer.from('for the report'), context);
console.log('writer seals with a tenant');
await encrypt(as(writer), Buffer.from('x')).catch(() => console.log('writer may not seal without one'));
await decrypt(as(writer), message).catch(() => console.log('writer may not open'));

const { GrantId, GrantToken } = await admin.createGrant({
  KeyId: keyId,
  Name: 'nightly-report',
  GranteePrincipal: job,
  Operations: ['Decrypt'],
  Constraints: { EncryptionContextSubset: { tenant: 'acme' } },
});
const { plaintext } = await decrypt(as(job), message);
console.log(`job opens by its grant: ${Buffer.from(plaintext).toString()} (token of ${GrantToken?.length} characters)`);

const asked = { action: 'Decrypt', keyId, encryptionContext: { tenant: 'acme' } };
console.log(kms.explain({ ...asked, principal: job }));
console.log(kms.explain({ ...asked, principal: job, encryptionContext: { tenant: 'other' } }));
console.log(kms.explain({ ...asked, principal: partner }));
await admin.revokeGrant({ KeyId: keyId, GrantId });
await decrypt(as(job), message).catch(() => console.log('job may not open once the grant is revoked'));
