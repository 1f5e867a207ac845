// The envelope flow, step by step, as an application does it with the AWS SDK against the HTTP server.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMS } from '@aws-sdk/client-kms';
import { MemoryKms, startKmsServer } from '@waxseal/memory-kms';
import { expect, it } from 'vitest';

it('seals a file under a data key that only KMS can open again', async () => {
  const kms = new MemoryKms();
  await using server = await startKmsServer(kms);
  const folder = await mkdtemp(join(tmpdir(), 'envelope-'));
  const client = new KMS({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  // A key, under a name.
  const { KeyMetadata } = await client.createKey({ Description: 'invoices' });
  await client.createAlias({ AliasName: 'alias/invoices', TargetKeyId: KeyMetadata!.KeyId });

  // 1. GenerateDataKey: a data key in the clear and sealed.
  const EncryptionContext = { tenant: 't1', purpose: 'invoice' };
  const dataKey = await client.generateDataKey({ KeyId: 'alias/invoices', KeySpec: 'AES_256', EncryptionContext });
  expect(dataKey.Plaintext).toHaveLength(32);
  expect(dataKey.KeyId).toBe(KeyMetadata!.Arn);

  // 2. Seal locally: KMS never sees the data.
  const invoice = Buffer.from('one invoice, far too long for the 4,096 bytes of Encrypt. '.repeat(1000));
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', dataKey.Plaintext!, iv);
  const sealed = Buffer.concat([iv, cipher.update(invoice), cipher.final(), cipher.getAuthTag()]);

  // 3. Store both: the sealed data and the sealed data key.
  await writeFile(join(folder, 'invoice.sealed'), sealed);
  await writeFile(join(folder, 'invoice.key'), dataKey.CiphertextBlob!);

  // 4. Discard the data key.
  const dataKeyHex = Buffer.from(dataKey.Plaintext!).toString('hex');
  dataKey.Plaintext!.fill(0);
  for (const name of ['invoice.sealed', 'invoice.key']) {
    expect((await readFile(join(folder, name))).toString('hex')).not.toContain(dataKeyHex);
  }

  // 5. Decrypt: KMS opens the data key, without being told which key it was, for the same context alone.
  const CiphertextBlob = new Uint8Array(await readFile(join(folder, 'invoice.key')));
  const wrongContext = client.decrypt({ CiphertextBlob, EncryptionContext: { ...EncryptionContext, tenant: 't2' } });
  await expect(wrongContext).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  const opened = await client.decrypt({ CiphertextBlob, EncryptionContext });
  expect(opened.KeyId).toBe(KeyMetadata!.Arn);

  // 6. Open locally.
  const stored = await readFile(join(folder, 'invoice.sealed'));
  const decipher = createDecipheriv('aes-256-gcm', opened.Plaintext!, stored.subarray(0, 12));
  decipher.setAuthTag(stored.subarray(-16));
  expect(Buffer.concat([decipher.update(stored.subarray(12, -16)), decipher.final()])).toEqual(invoice);

  // Two calls carried it all, and the record of them holds neither key nor data.
  expect([kms.callCount('GenerateDataKey'), kms.callCount('Decrypt'), kms.callCount('Encrypt')]).toEqual([1, 2, 0]);
  const record = JSON.stringify(kms.auditLog);
  expect(record).toContain('"tenant":"t1"');
  expect(record).not.toContain(dataKeyHex);
  expect(record).not.toContain(Buffer.from(dataKeyHex, 'hex').toString('base64'));

  client.destroy();
  await rm(folder, { recursive: true });
});
