import {
  createKmsDiscoveryMultiKeyring,
  createKmsMrkDiscoveryMultiKeyring,
  createKmsMrkMultiKeyring,
  KmsKeyring,
} from '@waxseal/keyring';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataKeyFailure } from './failures.ts';
import { decryptRequest, encryptRequest } from './requests.ts';
import { ACCOUNT, keyArn, StubKms } from './stub-kms.ts';

const FILTER = { partition: 'aws', accounts: [ACCOUNT] };
const EAST = keyArn('mrk-1', 'us-east-1');
const WEST = keyArn('mrk-1', 'us-west-2');

let kms: StubKms;
let asked: (string | undefined)[];
const supplier = (region: string | undefined) => {
  asked.push(region);
  return kms;
};
beforeEach(() => {
  kms = new StubKms();
  asked = [];
});

describe('several multi-Region keys', () => {
  test('each wrap the data key, by the client of their Region', async () => {
    const keyIds = [keyArn('mrk-2', 'us-west-2'), keyArn('k', 'eu-west-1')];
    const keyring = createKmsMrkMultiKeyring({ kms: supplier, generatorKeyId: EAST, keyIds });
    const { dataKey, encryptedDataKeys } = await keyring.onEncrypt(encryptRequest());
    expect(asked).toEqual(['us-east-1', 'us-west-2', 'eu-west-1']);
    expect(kms.operations()).toEqual(['GenerateDataKey', 'Encrypt', 'Encrypt']);
    const reader = createKmsMrkMultiKeyring({ kms, keyIds: [WEST] });
    expect(await reader.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
  });

  test('are refused when some are one key, with all of these listed', () => {
    const fine = keyArn('mrk-2', 'us-east-1');
    const third = keyArn('mrk-1', 'eu-west-1');
    const make = () => createKmsMrkMultiKeyring({ kms, generatorKeyId: EAST, keyIds: [fine, WEST, third] });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`${EAST}, ${WEST}, ${third}`);
    expect(make).not.toThrow(fine);
    expect(() => createKmsMrkMultiKeyring({ kms, keyIds: ['mrk-1', WEST] })).toThrow(`mrk-1, ${WEST}`);
    expect(() => createKmsMrkMultiKeyring({ kms, keyIds: [keyArn('k'), keyArn('k')] })).toThrow(TypeError);
  });

  test('are not refused for keys of one id that is no multi-Region id, nor for aliases of such a name', () => {
    const keyIds = [keyArn('k', 'us-east-1'), keyArn('k', 'us-west-2'), 'alias/mrk-1', EAST];
    expect(() => createKmsMrkMultiKeyring({ kms, keyIds })).not.toThrow();
  });

  test('are refused when there are none', () => {
    expect(() => createKmsMrkMultiKeyring({ kms })).toThrow(TypeError);
  });
});

describe('discovery in several Regions', () => {
  const write = async (generatorKeyId: string, keyIds: string[] = []) =>
    new KmsKeyring({ kms, generatorKeyId, keyIds }).onEncrypt(encryptRequest());

  test('calls no Region but those given', async () => {
    const keyring = createKmsDiscoveryMultiKeyring({
      kms: supplier,
      regions: ['us-east-1', 'eu-west-1'],
      filter: FILTER,
    });
    const both = await write(keyArn('k', 'us-west-2'), [keyArn('k', 'eu-west-1')]);
    expect(await keyring.onDecrypt(decryptRequest(both.encryptedDataKeys))).toEqual(both.dataKey);
    expect(asked).toEqual(['eu-west-1']);
    const far = await write(keyArn('k', 'us-west-2'));
    const error = await dataKeyFailure(keyring.onDecrypt(decryptRequest(far.encryptedDataKeys)));
    expect(error.attempts).toMatchObject([{ cause: { code: 'ERR_KMS_NO_CLIENT' } }]);
  });

  test('for multi-Region keys, tries the replicas in the order of the Regions', async () => {
    const regions = ['us-west-2', 'eu-west-1'];
    const keyring = createKmsMrkDiscoveryMultiKeyring({ kms: supplier, regions, filter: FILTER });
    const { dataKey, encryptedDataKeys } = await write(EAST);
    kms.calls.length = 0;
    kms.bend = ({ input }, answer) => {
      if (input['KeyId'] === WEST) throw new Error('down');
      return answer;
    };
    expect(await keyring.onDecrypt(decryptRequest(encryptedDataKeys))).toEqual(dataKey);
    expect(kms.calls.map(({ input }) => input['KeyId'])).toEqual([WEST, keyArn('mrk-1', 'eu-west-1')]);
    expect(asked).toEqual(regions);
  });

  test.each([createKmsDiscoveryMultiKeyring, createKmsMrkDiscoveryMultiKeyring])(
    'needs Regions and a filter (%#)',
    (create) => {
      expect(() => create({ kms: supplier, regions: [], filter: FILTER })).toThrow(TypeError);
      expect(() => create({ kms: supplier, regions: [''], filter: FILTER })).toThrow(TypeError);
      expect(() => create({ kms: supplier, regions: ['us-east-1'] } as never)).toThrow(TypeError);
    },
  );
});
