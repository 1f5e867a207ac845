import { expect, it } from 'vitest';
import { MemoryKms } from '../../src/index.ts';

it('shows no more records than it keeps, the last ones', async () => {
  const kms = new MemoryKms({ audit: { keep: 10 } });
  for (let call = 0; call < 12; call++) await kms.client().listKeys({ Limit: call + 1 });
  expect(kms.auditLog).toHaveLength(10);
  expect(kms.auditLog.at(-1)?.requestParameters).toMatchObject({ limit: 12 });
  expect(kms.auditLog.at(0)?.requestParameters).toMatchObject({ limit: 3 });
});
