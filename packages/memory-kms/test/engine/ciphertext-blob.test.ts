import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { decode } from 'cbor-x';
import { describe, expect, it } from 'vitest';
import { openBlob, parseBlob, sealBlob } from '../../src/engine/ciphertext-blob.ts';

const header = {
  partition: 'aws',
  account: '111122223333',
  keyId: '1234abcd-12ab-34cd-56ef-1234567890ab',
  materialId: '0f'.repeat(32),
};
const material = new Uint8Array(32).fill(3);
const salt = new Uint8Array(32).fill(4);
const plaintext = Buffer.from('a plaintext');

describe('sealBlob', () => {
  it('lays a blob out as documented, openable by anybody who has the material', () => {
    const blob = sealBlob(header, material, salt, { b: '2', a: '1' }, plaintext);
    const [magic, partition, account, keyId, materialId, storedSalt, checksum, sealed] = decode(blob) as [
      string,
      string,
      string,
      string,
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    expect([magic, partition, account, keyId]).toEqual(['waxseal-kms/1', 'aws', '111122223333', header.keyId]);
    expect(Buffer.from(materialId).toString('hex')).toBe(header.materialId);
    expect(Buffer.from(storedSalt)).toEqual(Buffer.from(salt));
    const headerLength = blob.length - sealed.length - 2;
    const headerBytes = blob.subarray(0, headerLength);
    expect(Buffer.from(checksum)).toEqual(
      createHash('sha256').update(headerBytes.subarray(0, -9)).digest().subarray(0, 8),
    );
    const derived = Buffer.from(hkdfSync('sha256', material, salt, 'waxseal-kms/1', 44));
    const decipher = createDecipheriv('aes-256-gcm', derived.subarray(0, 32), derived.subarray(32));
    const context = Buffer.from('00000002' + '0000000161' + '0000000131' + '0000000162' + '0000000132', 'hex');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(headerLength);
    decipher.setAAD(Buffer.concat([length, headerBytes, context]));
    decipher.setAuthTag(sealed.subarray(-16));
    expect(Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])).toEqual(plaintext);
  });

  it('names no Region, and is 197 bytes long for a data key of 32', () => {
    const blob = sealBlob(header, material, salt, undefined, new Uint8Array(32));
    expect(blob).toHaveLength(197);
    expect(Buffer.from(blob).toString('latin1')).not.toMatch(/[a-z]{2}-[a-z]+-\d/);
  });

  it('stays below 6,144 bytes for the longest plaintexts', () => {
    expect(sealBlob(header, material, salt, undefined, new Uint8Array(4096)).length).toBeLessThan(6144);
  });
});

describe('openBlob', () => {
  it('opens what sealBlob sealed, for every length about the steps of CBOR', () => {
    for (const length of [0, 1, 7, 8, 23, 24, 239, 240, 241, 255, 256, 4095, 4096]) {
      const blob = sealBlob(header, material, salt, undefined, new Uint8Array(length).fill(5));
      expect(openBlob(parseBlob(blob), material, {})).toEqual(new Uint8Array(length).fill(5));
    }
  });

  it('opens under no other material', () => {
    const blob = parseBlob(sealBlob(header, material, salt, undefined, plaintext));
    expect(() => openBlob(blob, new Uint8Array(32), undefined)).toThrow(
      expect.objectContaining({ name: 'InvalidCiphertextException' }),
    );
  });
});

describe('parseBlob', () => {
  it('tells key and material without any key', () => {
    expect(parseBlob(sealBlob(header, material, salt, undefined, plaintext))).toMatchObject(header);
  });

  it('refuses longer forms of the same lengths', () => {
    const blob = Buffer.from(sealBlob(header, material, salt, undefined, plaintext));
    expect(blob[1]).toBe(0x60 | 13);
    const longer = Buffer.concat([blob.subarray(0, 1), Buffer.from([0x78, 13]), blob.subarray(2)]);
    expect(() => parseBlob(longer)).toThrow(expect.objectContaining({ name: 'InvalidCiphertextException' }));
  });
});
