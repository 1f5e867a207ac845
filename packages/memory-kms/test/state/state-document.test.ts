import { describe, expect, it } from 'vitest';
import { FakeClock, MemoryKms, StateFormatError } from '../../src/index.ts';
import { decodeState, encodeState } from '../../src/state/state-document.ts';
import { sampleKey } from './sample-state.ts';

/** An export of version 1, as released: one key, one alias, one grant; it must open for ever. */
const VERSION_1 = [
  '2dn3pmVtYWdpY3gYd2F4c2VhbCBtZW1vcnkta21zIHN0YXRlZm5vdGljZXg6Tk9UIEZPUiBQUk9EVUNUSU9OOiB0aGlzIGZpbGUgaG9sZHMga2',
  'V5IG1hdGVyaWFsIGluIGNsZWFyLmd2ZXJzaW9uAWpnZW5lcmF0aW9uAGl3cml0dGVuQXR4GDIwMjYtMTEtMjRUMTY6MDI6MDYuNzg2WmVzdGF0',
  'ZaRka2V5c4GtaXBhcnRpdGlvbmNhd3NnYWNjb3VudGwxMTExMjIyMjMzMzNiaWR4JDE2YzBiMjJjLTBkNGYtYTFhNy0xNTdjLWEwZWYzN2MwNW',
  'E3MGRzcGVjcVNZTU1FVFJJQ19ERUZBVUxUZXVzYWdlb0VOQ1JZUFRfREVDUllQVGZvcmlnaW5nQVdTX0tNU2dtYW5hZ2VyaENVU1RPTUVSa211',
  'bHRpUmVnaW9u9G1wcmltYXJ5UmVnaW9uaXVzLWVhc3QtMWltYXRlcmlhbHOBo2JpZHhAMTZjMGIyMmMwZDRmYTFhNzE1N2NhMGVmMzdjMDVhNz',
  'AxM2Y1YzYyOWMyODFhNzcxMDAyMGJiODRkNzViN2I4YWVieXRlc1ggAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQFpY3JlYXRlZEF0',
  'AXFjdXJyZW50TWF0ZXJpYWxJZHhAMTZjMGIyMmMwZDRmYTFhNzE1N2NhMGVmMzdjMDVhNzAxM2Y1YzYyOWMyODFhNzcxMDAyMGJiODRkNzViN2',
  'I4YXFvbkRlbWFuZFJvdGF0aW9ucwBncmVnaW9uc6FpdXMtZWFzdC0xqGZyZWdpb25pdXMtZWFzdC0xa2Rlc2NyaXB0aW9uZHYxLzFnZW5hYmxl',
  'ZPVpY3JlYXRlZEF0AWZwb2xpY3l4J3siVmVyc2lvbiI6IjIwMTItMTAtMTciLCJTdGF0ZW1lbnQiOltdfWR0YWdzgGZncmFudHOBp2JpZHhAYW',
  'FhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWZ0b2tlbnOBYXRwZ3JhbnRlZVBy',
  'aW5jaXBhbHggYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzp1c2VyL2Fqb3BlcmF0aW9uc4FnRGVjcnlwdGtjb25zdHJhaW50c6F3ZW5jcnlwdG',
  'lvbkNvbnRleHRTdWJzZXShZnRlbmFudGJ0MW5pc3N1aW5nQWNjb3VudHgeYXJuOmF3czppYW06OjExMTEyMjIyMzMzMzpyb290aWNyZWF0ZWRB',
  'dAFoaW1wb3J0ZWSAZ2FsaWFzZXOBpmRuYW1laGFsaWFzL3YxZ2FjY291bnRsMTExMTIyMjIzMzMzZnJlZ2lvbml1cy1lYXN0LTFrdGFyZ2V0S2',
  'V5SWR4JDE2YzBiMjJjLTBkNGYtYTFhNy0xNTdjLWEwZWYzN2MwNWE3MGljcmVhdGVkQXQBaXVwZGF0ZWRBdAFmdXNhZ2VzgGxpbXBvcnRUb2tl',
  'bnOA',
].join('');
const SEALED_BY_VERSION_1 = [
  'iG13YXhzZWFsLWttcy8xY2F3c2wxMTExMjIyMjMzMzN4JDE2YzBiMjJjLTBkNGYtYTFhNy0xNTdjLWEwZWYzN2MwNWE3MFggFsCyLA1PoacVfK',
  'DvN8BacBP1xinCgadxACC7hNdbe4pYIJ8NyR+WkdxidycWC+nG0QwnXn883JK/YeBlY1njeTWDSHxKMhMlwJwdWCYRmGwn/26XeBVsc/kRyD7r',
  'NFnaY7dh/zz0ILst8uRQYW7gDThH8g==',
].join('');

const empty = { keys: [], aliases: [], usages: [], importTokens: [] };

describe('exportState and importState', () => {
  it('carries keys, grants, rotations and policies to another instance', async () => {
    const from = new MemoryKms({ clock: new FakeClock() });
    const client = from.client();
    const { KeyMetadata } = await client.createKey({
      MultiRegion: true,
      Tags: [{ TagKey: '__proto__', TagValue: 'x' }],
    });
    const KeyId = KeyMetadata?.KeyId;
    await client.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' });
    await client.rotateKeyOnDemand({ KeyId });
    await client.createGrant({
      KeyId,
      GranteePrincipal: 'arn:aws:iam::111122223333:user/a',
      Operations: ['Decrypt'],
      Constraints: { EncryptionContextSubset: JSON.parse('{"__proto__": "polluted"}') as Record<string, string> },
    });
    const { CiphertextBlob } = await client.encrypt({ KeyId, Plaintext: Buffer.from('x') });

    const to = new MemoryKms({ clock: new FakeClock() });
    to.importState(from.exportState());
    const there = to.client({ region: 'eu-west-1' });
    expect(Buffer.from((await there.decrypt({ CiphertextBlob })).Plaintext ?? []).toString()).toBe('x');
    expect((await to.client().listResourceTags({ KeyId })).Tags).toEqual([{ TagKey: '__proto__', TagValue: 'x' }]);
    expect((await to.client().listGrants({ KeyId })).Grants?.[0]?.Constraints).toEqual(
      JSON.parse('{"EncryptionContextSubset": {"__proto__": "polluted"}}'),
    );
    expect(decodeState(to.exportState()).snapshot.keys).toEqual(decodeState(from.exportState()).snapshot.keys);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('opens the export of version 1, and what was sealed under it', async () => {
    const kms = new MemoryKms();
    kms.importState(Buffer.from(VERSION_1, 'base64'));
    const { Plaintext } = await kms.client().decrypt({ CiphertextBlob: Buffer.from(SEALED_BY_VERSION_1, 'base64') });
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('sealed under version 1');
    expect((await kms.client().describeKey({ KeyId: 'alias/v1' })).KeyMetadata?.KeyId).toBe(sampleKey('v1', 1).id);
  });

  it('changes nothing when the bytes are no state', async () => {
    const kms = new MemoryKms();
    await kms.client().createKey({});
    for (const bytes of [new Uint8Array(0), Buffer.from('{"keys":[]}'), kms.exportState().subarray(0, 90)]) {
      expect(() => kms.importState(bytes)).toThrow(StateFormatError);
    }
    expect((await kms.client().listKeys({})).Keys).toHaveLength(1);
  });

  it('refuses a state of a later version by name', () => {
    const later = Buffer.from(encodeState({ generation: 0, snapshot: empty }));
    const place = later.indexOf('version') + 'version'.length;
    later[place] = 2;
    expect(() => decodeState(later)).toThrow('the state has version 2; this release reads 1');
  });

  it.each([
    ['an account that is none', { ...sampleKey('a', 1), account: '12' }, 'state.keys[0].account'],
    ['an unknown spec', { ...sampleKey('a', 1), spec: 'AES' }, 'state.keys[0].spec'],
    ['a field of a later version', { ...sampleKey('a', 1), colour: 'red' }, 'a field that this version does not know'],
    [
      'a Region that is no record',
      { ...sampleKey('a', 1), regions: { 'us-east-1': 5 } },
      'an entry of state.keys[0].regions',
    ],
    ['no materials', { ...sampleKey('a', 1), materials: undefined }, 'state.keys[0].materials is not a list'],
  ])('refuses %s, naming the place and no value', (_name, key, text) => {
    const encoded = encodeState({ generation: 0, snapshot: { ...empty, keys: [key as ReturnType<typeof sampleKey>] } });
    expect(() => decodeState(encoded)).toThrow(text);
  });

  it('refuses every truncation and survives every flipped byte', () => {
    const state = encodeState({ generation: 3, snapshot: { ...empty, keys: [sampleKey('a', 1)] } });
    const mayBe = (bytes: Uint8Array) => {
      try {
        decodeState(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(StateFormatError);
        return false;
      }
      return true;
    };
    for (let length = 0; length < state.length; length += 7) expect(mayBe(state.subarray(0, length))).toBe(false);
    for (let place = 0; place < state.length; place += 3) {
      const flipped = Uint8Array.from(state);
      flipped[place] = (flipped[place] ?? 0) ^ 0xff;
      mayBe(flipped);
    }
  });
});
