// From a vector's description of its keyring to a keyring of ours.

import { HierarchicalKeyring } from '@waxseal/branch-keys';
import { type Keyring, type MaterialsManager, RequiredContextMaterialsManager } from '@waxseal/core';
import { MultiKeyring, RawAesKeyring, RawEcdhKeyring, RawRsaKeyring } from '@waxseal/keyring';
import { GivenDataKeyKeyring } from '../given-data-key-keyring.ts';
import { StaticBranchKey } from '../static-branch-key.ts';
import type { Vector, VectorEcdhKeyring, VectorKeyring, VectorRsaKeyring } from './vector.ts';
import type { VectorFolder } from './vector-folder.ts';

/** Keys that open one vector. */
export type VectorKeys = {
  /** What the vector's keyring is called, for a test's name. */
  readonly kind: string;
  readonly keys: Keyring | MaterialsManager;
};

/**
 * Makes the keys that open a vector: its keyring, under a required-context manager where the vector has one. A static
 * ECDH message opens from both ends, so that there are several.
 *
 * @returns At least one.
 * @throws Error when the vector needs AWS.
 */
export function vectorKeys(vector: Vector, folder: VectorFolder): readonly VectorKeys[] {
  const sources = vectorKeyrings(vector.keyring, folder);
  const { cmm } = vector;
  return sources.map((source) => ({
    kind: source.constructor.name,
    keys:
      cmm.kind === 'default' ? source : new RequiredContextMaterialsManager({ source, requiredKeys: cmm.requiredKeys }),
  }));
}

function vectorKeyrings(description: VectorKeyring, folder: VectorFolder): readonly Keyring[] {
  return description.kind === 'raw-ecdh' ? ecdhKeyrings(description, folder) : [vectorKeyring(description, folder)];
}

function vectorKeyring(
  description: Exclude<VectorKeyring, { readonly kind: 'raw-ecdh' }>,
  folder: VectorFolder,
): Keyring {
  switch (description.kind) {
    case 'raw-aes': {
      const { namespace, name, key } = description;
      return new RawAesKeyring({ namespace, name, key: folder.keyBytes(key) });
    }
    case 'raw-rsa':
      return rsaKeyring(description, folder);
    case 'hierarchical': {
      const { branchKeyId, branchKeyVersion: version, key } = description;
      const keyStore = new StaticBranchKey({ branchKeyId, version, key: folder.keyBytes(key) });
      return new HierarchicalKeyring({ keyStore, branchKeyId, maxAgeMs: 60_000 });
    }
    case 'multi': {
      const generator = description.generator === null ? [] : vectorKeyrings(description.generator, folder);
      const children = description.children.flatMap((child) => vectorKeyrings(child, folder));
      return new MultiKeyring({ generator: generator[0], children });
    }
    case 'given-data-key':
      return new GivenDataKeyKeyring(new Uint8Array(Buffer.from(description.dataKey, 'base64')));
    default:
      throw new Error(`${description.kind} needs AWS`);
  }
}

function rsaKeyring({ namespace, name, key, padding, hash = 'sha1' }: VectorRsaKeyring, folder: VectorFolder): Keyring {
  const privateKey = folder.keyPem(key);
  return new RawRsaKeyring({ namespace, name, privateKey, padding: padding === 'pkcs1' ? 'pkcs1' : `oaep-${hash}` });
}

function ecdhKeyrings(description: VectorEcdhKeyring, folder: VectorFolder): readonly Keyring[] {
  if (description.schema === 'public-key-discovery') {
    const recipientPrivateKey = folder.keyPem(description.recipientPrivateKey);
    return [new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey })];
  }
  const { senderPrivateKey: sender, recipientPublicKey } = description;
  const recipient = recipientPublicKey.replace(/-public$/, '');
  const recipientPrivateKey = folder.keyPem(recipient);
  return [
    new RawEcdhKeyring({
      schema: 'static',
      senderPrivateKey: folder.keyPem(sender),
      recipientPublicKey: folder.keyBytes(recipientPublicKey),
    }),
    new RawEcdhKeyring({
      schema: 'static',
      senderPrivateKey: recipientPrivateKey,
      recipientPublicKey: folder.keyBytes(`${sender}-public`),
    }),
    new RawEcdhKeyring({ schema: 'discovery', recipientPrivateKey }),
  ];
}
