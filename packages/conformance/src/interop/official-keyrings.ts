// The same wrapping keys as keyrings of both sides.

import { constants } from 'node:crypto';
import {
  type AwsKmsMrkAwareSymmetricKeyringNode,
  KmsKeyringNode,
  type OaepHash,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
  RawRsaKeyringNode,
} from '@aws-crypto/client-node';
import { KMS } from '@aws-sdk/client-kms';
import { KmsKeyring, RawAesKeyring, RawRsaKeyring, type RsaPadding } from '@waxseal/keyring';
import type { MemoryKms } from '@waxseal/memory-kms';
import { type KeyringPair, pairOf } from './assert-interop.ts';

const WRAPPING_SUITES = {
  16: RawAesWrappingSuiteIdentifier.AES128_GCM_IV12_TAG16_NO_PADDING,
  24: RawAesWrappingSuiteIdentifier.AES192_GCM_IV12_TAG16_NO_PADDING,
  32: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
} as const;

/** Raw AES keyrings. `utf8Sorting`: the official SDK binds contexts in the order of a locale unless told not to. */
export function rawAesPair(key: Uint8Array, wrapping: keyof typeof WRAPPING_SUITES): KeyringPair {
  const namespace = 'interop namespace';
  const name = 'AES key, åäö';
  const theirs = new RawAesKeyringNode({
    keyNamespace: namespace,
    keyName: name,
    // The official keyring zeroes what it is given.
    unencryptedMasterKey: Uint8Array.from(key),
    wrappingSuite: WRAPPING_SUITES[wrapping],
    utf8Sorting: true,
  });
  return pairOf(new RawAesKeyring({ namespace, name, key }), theirs);
}

/** What RSA keyrings of both sides are called. */
export const RSA_NAMES = { namespace: 'interop namespace', name: 'RSA key' } as const;

/** A key pair in PEM. */
export type RsaKeyPair = { readonly publicKey: string; readonly privateKey: string };

/** Raw RSA keyrings. */
export function rawRsaPair(keys: RsaKeyPair, padding: RsaPadding): KeyringPair {
  const theirs = new RawRsaKeyringNode({
    keyNamespace: RSA_NAMES.namespace,
    keyName: RSA_NAMES.name,
    rsaKey: keys,
    padding: padding === 'pkcs1' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING,
    ...(padding === 'pkcs1' ? {} : { oaepHash: padding.slice('oaep-'.length) as OaepHash }),
  });
  return pairOf(new RawRsaKeyring({ ...RSA_NAMES, ...keys, padding }), theirs);
}

/** A client that fits the keyrings of both sides; the official SDK's own types are older than today's `KMS`. */
export type TestKms = KMS & ConstructorParameters<typeof AwsKmsMrkAwareSymmetricKeyringNode>[0]['client'];

/** Which way a client takes to the KMS in memory. */
export type KmsFront = 'in process' | 'request handler';

/** A client of one Region: the KMS's own, or the AWS SDK's with the KMS behind it in place of a network. */
export function kmsClient(kms: MemoryKms, front: KmsFront, region: string): TestKms {
  // The in-process client has the methods that keyrings call, which the official SDK's types don't ask for by shape.
  if (front === 'in process') return kms.client({ region }) as unknown as TestKms;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new KMS({ region, credentials, requestHandler: kms.requestHandler() as never }) as TestKms;
}

/** Strict KMS keyrings: the first key generates, the others wrap as well. */
export function strictKmsPair(clients: RegionClients, keyArns: readonly string[]): KeyringPair {
  const [generatorKeyId, ...keyIds] = keyArns;
  if (generatorKeyId === undefined) throw new Error('no key');
  return pairOf(
    new KmsKeyring({ kms: clients, generatorKeyId, keyIds }),
    new KmsKeyringNode({ clientProvider: clients, generatorKeyId, keyIds }),
  );
}

/** A client for each Region. */
export type RegionClients = (region?: string) => TestKms;

/** One client for each Region, made once. */
export function regionClients(kms: MemoryKms, front: KmsFront): RegionClients {
  const clients = new Map<string, TestKms>();
  return (region = 'us-east-1') => {
    const client = clients.get(region) ?? kmsClient(kms, front, region);
    clients.set(region, client);
    return client;
  };
}
