import { createHash } from 'node:crypto';
import type { KeyRecord } from '../../src/engine/key-record.ts';

/** A key whose id tells the process that made it and its number there. */
export function sampleKey(name: string, index: number): KeyRecord {
  const digest = createHash('sha256').update(`${name}/${index}`).digest('hex');
  const id = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return {
    partition: 'aws',
    account: '111122223333',
    id,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    manager: 'CUSTOMER',
    multiRegion: false,
    primaryRegion: 'us-east-1',
    materials: [{ id: digest, bytes: new Uint8Array(32).fill(index), createdAt: 1 }],
    currentMaterialId: digest,
    onDemandRotations: 0,
    regions: {
      'us-east-1': {
        region: 'us-east-1',
        description: `${name}/${index}`,
        enabled: true,
        createdAt: 1,
        policy: '{}'.padEnd(300),
        tags: [],
        grants: [],
        imported: [],
      },
    },
  };
}
