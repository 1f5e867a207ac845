import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { KMS } from '@aws-sdk/client-kms';
import type { Keyring } from '@waxseal/core';
import { engineName } from '@waxseal/core/crypto';
import {
  createKmsDiscoveryMultiKeyring,
  createKmsMrkDiscoveryMultiKeyring,
  createKmsMrkMultiKeyring,
  KmsDiscoveryKeyring,
  KmsEcdhKeyring,
  KmsGovernor,
  KmsKeyring,
  KmsMrkDiscoveryKeyring,
  KmsMrkKeyring,
  KmsRsaKeyring,
  MultiKeyring,
  RawAesKeyring,
  RawEcdhKeyring,
  RawRsaKeyring,
} from '@waxseal/keyring';
import { MemoryKms } from '@waxseal/memory-kms';
import { expect, test } from 'vitest';
import { keyringSuite } from '../suites/keyring.suite.ts';

const ACCOUNT = '111122223333';
const FILTER = { partition: 'aws', accounts: [ACCOUNT] };
const FOREIGN = { partition: 'aws', accounts: ['999999999999'] };

const same = (keyring: Keyring, stranger: Keyring) => ({ writer: keyring, reader: keyring, stranger });

test('runs on the engine of this project', () => expect(engineName).toBe(process.env['WAXSEAL_ENGINE']));

// ---- keys in hand

for (const length of [16, 24, 32]) {
  const make = () => new RawAesKeyring({ namespace: 'suite', name: `aes ${length}`, key: randomBytes(length) });
  keyringSuite({ name: `RawAesKeyring, ${length * 8} bits`, make: async () => same(make(), make()) });
}

for (const padding of ['pkcs1', 'oaep-sha1', 'oaep-sha256', 'oaep-sha384', 'oaep-sha512'] as const) {
  const make = () => {
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return new RawRsaKeyring({ namespace: 'suite', name: 'rsa', padding, ...pair });
  };
  keyringSuite({
    name: `RawRsaKeyring, ${padding}`,
    make: async () => same(make(), make()),
    bindsContext: false,
    noticesAlteration: padding !== 'pkcs1',
  });
}

for (const namedCurve of ['P-256', 'P-384', 'P-521']) {
  const pair = () => generateKeyPairSync('ec', { namedCurve });
  const ends = () => ({ sender: pair(), recipient: pair() });
  const reader = ({ recipient }: ReturnType<typeof ends>) =>
    new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey: recipient.privateKey });
  keyringSuite({
    name: `RawEcdhKeyring, static to discovery, ${namedCurve}`,
    make: async () => {
      const { sender, recipient } = ends();
      const keys = { senderPrivateKey: sender.privateKey, recipientPublicKey: recipient.publicKey };
      const writer = new RawEcdhKeyring({ schema: 'static', ...keys });
      return { writer, reader: reader({ sender, recipient }), stranger: reader(ends()) };
    },
  });
  keyringSuite({
    name: `RawEcdhKeyring, static both ways, ${namedCurve}`,
    make: async () => {
      const [mine, theirs, other] = [pair(), pair(), pair()];
      const between = (from: typeof mine, to: typeof mine) =>
        new RawEcdhKeyring({ schema: 'static', senderPrivateKey: from.privateKey, recipientPublicKey: to.publicKey });
      return { writer: between(mine, theirs), reader: between(theirs, mine), stranger: between(other, mine) };
    },
  });
  keyringSuite({
    name: `RawEcdhKeyring, ephemeral to discovery, ${namedCurve}`,
    make: async () => {
      const { sender, recipient } = ends();
      const writer = new RawEcdhKeyring({ schema: 'ephemeral', recipientPublicKey: recipient.publicKey });
      return { writer, reader: reader({ sender, recipient }), stranger: reader(ends()) };
    },
  });
}

keyringSuite({
  name: 'MultiKeyring, read by its child',
  make: async () => {
    const raw = (name: string) => new RawAesKeyring({ namespace: 'suite', name, key: randomBytes(32) });
    const child = raw('child');
    return {
      writer: new MultiKeyring({ generator: raw('generator'), children: [raw('first'), child] }),
      reader: new MultiKeyring({ children: [raw('nobody'), child] }),
      stranger: new MultiKeyring({ generator: raw('x'), children: [raw('y')] }),
    };
  },
  // By the specification a multi-keyring with a generator always generates.
  wrapsGivenDataKey: false,
});

// ---- keys in KMS

async function symmetricKey(kms: MemoryKms, region = 'us-east-1', multiRegion = false): Promise<string> {
  const { KeyMetadata } = await kms.client({ region }).createKey({ MultiRegion: multiRegion });
  return KeyMetadata!.Arn!;
}

async function multiRegionKey(kms: MemoryKms, ...regions: string[]): Promise<string> {
  const arn = await symmetricKey(kms, 'us-east-1', true);
  for (const ReplicaRegion of regions) await kms.client().replicateKey({ KeyId: arn, ReplicaRegion });
  return arn;
}

const inRegion = (arn: string, region: string) => arn.split(':').with(3, region).join(':');
const supplierOf = (kms: MemoryKms) => (region: string | undefined) => kms.client({ region });

keyringSuite({
  name: 'KmsKeyring',
  make: async () => {
    const memory = new MemoryKms();
    const [generatorKeyId, second, other] = [
      await symmetricKey(memory),
      await symmetricKey(memory, 'eu-west-1'),
      await symmetricKey(memory),
    ];
    const kms = supplierOf(memory);
    return {
      writer: new KmsKeyring({ kms, generatorKeyId, keyIds: [second] }),
      reader: new KmsKeyring({ kms, keyIds: [second] }),
      stranger: new KmsKeyring({ kms, keyIds: [other] }),
    };
  },
});

keyringSuite({
  name: 'KmsKeyring over the AWS SDK',
  make: async () => {
    const memory = new MemoryKms();
    const kms = new KMS({
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
      requestHandler: memory.requestHandler(),
    });
    const [generatorKeyId, other] = [await symmetricKey(memory), await symmetricKey(memory)];
    return same(new KmsKeyring({ kms, generatorKeyId }), new KmsKeyring({ kms, generatorKeyId: other }));
  },
});

keyringSuite({
  name: 'KmsKeyring under a governor',
  make: async () => {
    const memory = new MemoryKms();
    const governor = new KmsGovernor({ requestsPerSecond: 100_000 });
    const kms = governor.govern(memory.client(), 'us-east-1');
    const [generatorKeyId, other] = [await symmetricKey(memory), await symmetricKey(memory)];
    return same(new KmsKeyring({ kms, generatorKeyId }), new KmsKeyring({ kms, generatorKeyId: other }));
  },
});

keyringSuite({
  name: 'KmsDiscoveryKeyring',
  make: async () => {
    const memory = new MemoryKms();
    const kms = supplierOf(memory);
    return {
      writer: new KmsKeyring({ kms, generatorKeyId: await symmetricKey(memory, 'eu-west-1') }),
      reader: new KmsDiscoveryKeyring({ kms, filter: FILTER }),
      stranger: new KmsDiscoveryKeyring({ kms, filter: FOREIGN }),
    };
  },
});

keyringSuite({
  name: 'createKmsDiscoveryMultiKeyring',
  make: async () => {
    const memory = new MemoryKms();
    const kms = supplierOf(memory);
    const of = (...regions: string[]) => createKmsDiscoveryMultiKeyring({ kms, regions, filter: FILTER });
    return {
      writer: new KmsKeyring({ kms, generatorKeyId: await symmetricKey(memory, 'eu-west-1') }),
      reader: of('us-east-1', 'eu-west-1'),
      stranger: of('us-east-1'),
    };
  },
});

keyringSuite({
  name: 'KmsMrkKeyring, read in another Region',
  make: async () => {
    const memory = new MemoryKms();
    const kms = supplierOf(memory);
    const keyId = await multiRegionKey(memory, 'eu-west-1');
    return {
      writer: new KmsMrkKeyring({ kms, keyId }),
      reader: new KmsMrkKeyring({ kms, keyId: inRegion(keyId, 'eu-west-1') }),
      stranger: new KmsMrkKeyring({ kms, keyId: await multiRegionKey(memory) }),
    };
  },
});

keyringSuite({
  name: 'KmsMrkKeyring with its first Region down',
  make: async () => {
    const memory = new MemoryKms();
    const kms = supplierOf(memory);
    const keyId = await multiRegionKey(memory, 'eu-west-1');
    const other = await multiRegionKey(memory, 'eu-west-1');
    memory.faults.add({ region: 'us-east-1', outage: true });
    const regions = ['eu-west-1'];
    return same(new KmsMrkKeyring({ kms, keyId, regions }), new KmsMrkKeyring({ kms, keyId: other, regions }));
  },
});

keyringSuite({
  name: 'createKmsMrkMultiKeyring',
  make: async () => {
    const memory = new MemoryKms();
    const kms = supplierOf(memory);
    const [generatorKeyId, second] = [
      await multiRegionKey(memory, 'eu-west-1'),
      await multiRegionKey(memory, 'eu-west-1'),
    ];
    return {
      writer: createKmsMrkMultiKeyring({ kms, generatorKeyId, keyIds: [second] }),
      reader: createKmsMrkMultiKeyring({ kms, keyIds: [inRegion(second, 'eu-west-1')] }),
      stranger: createKmsMrkMultiKeyring({ kms, keyIds: [await multiRegionKey(memory)] }),
    };
  },
  wrapsGivenDataKey: false,
});

keyringSuite({
  name: 'KmsMrkDiscoveryKeyring',
  make: async () => {
    const memory = new MemoryKms();
    const kms = supplierOf(memory);
    return {
      writer: new KmsMrkKeyring({ kms, keyId: await multiRegionKey(memory, 'eu-west-1') }),
      reader: new KmsMrkDiscoveryKeyring({ kms, region: 'eu-west-1', filter: FILTER }),
      stranger: new KmsMrkDiscoveryKeyring({ kms, region: 'ap-south-1', filter: FILTER }),
    };
  },
});

keyringSuite({
  name: 'createKmsMrkDiscoveryMultiKeyring',
  make: async () => {
    const memory = new MemoryKms();
    const kms = supplierOf(memory);
    const of = (...regions: string[]) => createKmsMrkDiscoveryMultiKeyring({ kms, regions, filter: FILTER });
    return {
      writer: new KmsMrkKeyring({ kms, keyId: await multiRegionKey(memory, 'eu-west-1') }),
      reader: of('ap-south-1', 'eu-west-1'),
      stranger: of('ap-south-1', 'sa-east-1'),
    };
  },
});

for (const encryptionAlgorithm of ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const) {
  keyringSuite({
    name: `KmsRsaKeyring, ${encryptionAlgorithm}`,
    make: async () => {
      const kms = new MemoryKms().client();
      const make = async () => {
        const { KeyMetadata } = await kms.createKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
        return new KmsRsaKeyring({ kms, keyId: KeyMetadata!.Arn!, encryptionAlgorithm });
      };
      return same(await make(), await make());
    },
    takesSigningSuites: false,
  });
}

for (const KeySpec of ['ECC_NIST_P256', 'ECC_NIST_P384', 'ECC_NIST_P521'] as const) {
  keyringSuite({
    name: `KmsEcdhKeyring, static to discovery, ${KeySpec}`,
    make: async () => {
      const kms = new MemoryKms().client();
      const createKey = async () => {
        const { KeyMetadata } = await kms.createKey({ KeySpec, KeyUsage: 'KEY_AGREEMENT' });
        return KeyMetadata!.Arn!;
      };
      const [senderKeyId, recipientKeyId, other] = [await createKey(), await createKey(), await createKey()];
      const { PublicKey } = await kms.getPublicKey({ KeyId: recipientKeyId });
      return {
        writer: new KmsEcdhKeyring({ kms, schema: 'static', senderKeyId, recipientPublicKey: PublicKey! }),
        reader: new KmsEcdhKeyring({ kms, schema: 'discovery', recipientKeyId }),
        stranger: new KmsEcdhKeyring({ kms, schema: 'discovery', recipientKeyId: other }),
      };
    },
  });
}
