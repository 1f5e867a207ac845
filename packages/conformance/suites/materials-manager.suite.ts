// What every materials manager must do, whatever it caches, requires or passes on.

import {
  algorithmSuites,
  type DecryptionMaterials,
  type DecryptionMaterialsRequest,
  type EncryptionContext,
  type EncryptionMaterials,
  type EncryptionMaterialsRequest,
  type Keyring,
  type KeyringDecryptRequest,
  type KeyringEncryptRequest,
  type MaterialsLease,
  type MaterialsManager,
} from '@waxseal/core';
import { describe, expect, it } from 'vitest';

/** Makes a manager over a keyring, for this test alone. Keys that a manager adds must be of `FULL_CONTEXT`. */
export type MaterialsManagerFactory = (keyring: Keyring) => MaterialsManager;

/** The context that the suite encrypts under. */
export const FULL_CONTEXT: EncryptionContext = Object.freeze({ tenant: 'a', purpose: 'test' });

const UNSIGNED = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
const SIGNED = algorithmSuites.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY_ECDSA_P384;
const UNCOMMITTED = algorithmSuites.ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256;
const REQUIRE = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT';

/** Wraps data keys by adding one to each byte: not secret, but it can be told which key is whose. */
class WatchedKeyring implements Keyring {
  readonly requests: Array<KeyringEncryptRequest | KeyringDecryptRequest> = [];
  failure: Error | undefined;

  async onEncrypt(request: KeyringEncryptRequest) {
    this.#note(request);
    const dataKey = request.dataKey ?? crypto.getRandomValues(new Uint8Array(request.algorithmSuite.dataKeyLength));
    const ciphertext = dataKey.map((byte) => byte + 1);
    return { dataKey, encryptedDataKeys: [{ providerId: 'watched', providerInfo: new Uint8Array(2), ciphertext }] };
  }

  async onDecrypt(request: KeyringDecryptRequest) {
    this.#note(request);
    const own = request.encryptedDataKeys.find(({ providerId }) => providerId === 'watched');
    return own?.ciphertext.map((byte) => byte - 1);
  }

  #note(request: KeyringEncryptRequest | KeyringDecryptRequest): void {
    this.requests.push(request);
    request.signal?.throwIfAborted();
    if (this.failure !== undefined) throw this.failure;
  }
}

type World = { readonly keyring: WatchedKeyring; readonly manager: MaterialsManager };

function encrypt({ manager }: World, more: Partial<EncryptionMaterialsRequest> = {}) {
  return manager.getEncryptionMaterials({
    commitmentPolicy: REQUIRE,
    algorithmSuite: UNSIGNED,
    encryptionContext: FULL_CONTEXT,
    plaintextLength: 5,
    ...more,
  });
}

/** Asks as a reader would, who has the header and reproduces the whole context. */
function decrypt({ manager }: World, sealed: EncryptionMaterials, more: Partial<DecryptionMaterialsRequest> = {}) {
  return manager.getDecryptionMaterials({
    commitmentPolicy: REQUIRE,
    algorithmSuite: sealed.algorithmSuite,
    encryptionContext: storedContext(sealed),
    reproducedEncryptionContext: FULL_CONTEXT,
    encryptedDataKeys: sealed.encryptedDataKeys,
    ...more,
  });
}

function storedContext({ encryptionContext, requiredEncryptionContextKeys }: EncryptionMaterials): EncryptionContext {
  return Object.fromEntries(
    Object.entries(encryptionContext).filter(([key]) => !requiredEncryptionContextKeys.includes(key)),
  );
}

/** Runs the suite of the port `MaterialsManager` against one manager. */
export function materialsManagerSuite(name: string, create: MaterialsManagerFactory): void {
  const setUp = (): World => {
    const keyring = new WatchedKeyring();
    return { keyring, manager: create(keyring) };
  };
  describe(`MaterialsManager: ${name}`, () => {
    encrypting(setUp);
    decrypting(setUp);
    contexts(setUp);
    leases(setUp);
    calls(setUp);
  });
}

function encrypting(setUp: () => World): void {
  it.each([UNSIGNED, SIGNED, undefined])('gives what a message needs, suite $name', async (algorithmSuite) => {
    const { materials } = await encrypt(setUp(), { algorithmSuite });
    const suite = materials.algorithmSuite;
    expect(suite).toBe(algorithmSuite ?? SIGNED);
    expect(materials.dataKey).toHaveLength(suite.dataKeyLength);
    expect(materials.encryptedDataKeys.length).toBeGreaterThan(0);
    expect(materials.signingKey !== undefined).toBe(suite.signature !== undefined);
    expect(Object.hasOwn(materials.encryptionContext, 'aws-crypto-public-key')).toBe(suite.signature !== undefined);
    expect(materials.encryptionContext).toMatchObject({ ...FULL_CONTEXT });
  });

  it('chooses a suite that the policy allows, and refuses one that it forbids', async () => {
    const world = setUp();
    const lease = await encrypt(world, {
      algorithmSuite: undefined,
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    });
    expect(lease.materials.algorithmSuite.committing).toBe(false);
    const calls = world.keyring.requests.length;
    for (const [algorithmSuite, commitmentPolicy] of [
      [UNCOMMITTED, REQUIRE],
      [UNCOMMITTED, 'REQUIRE_ENCRYPT_ALLOW_DECRYPT'],
      [UNSIGNED, 'FORBID_ENCRYPT_ALLOW_DECRYPT'],
    ] as const) {
      const request = encrypt(world, { algorithmSuite, commitmentPolicy });
      await expect(request).rejects.toMatchObject({ code: 'ERR_POLICY_VIOLATION' });
    }
    expect(world.keyring.requests).toHaveLength(calls);
  });
}

function decrypting(setUp: () => World): void {
  it.each([UNSIGNED, SIGNED])(
    'finds the data key again, and the verification key of a signer: $name',
    async (suite) => {
      const world = setUp();
      const sealed = await encrypt(world, { algorithmSuite: suite });
      const opened = await decrypt(world, sealed.materials);
      expect(opened.materials.dataKey).toEqual(sealed.materials.dataKey);
      expect(opened.materials.algorithmSuite).toBe(suite);
      expect(opened.materials.verificationKey?.length).toBe(suite.signature?.publicKeyLength);
    },
  );

  it('refuses a suite that the policy forbids, without asking the keyring', async () => {
    const world = setUp();
    const commitmentPolicy = 'FORBID_ENCRYPT_ALLOW_DECRYPT';
    const { materials } = await encrypt(world, { algorithmSuite: UNCOMMITTED, commitmentPolicy });
    const calls = world.keyring.requests.length;
    await expect(decrypt(world, materials)).rejects.toMatchObject({ code: 'ERR_POLICY_VIOLATION' });
    expect(world.keyring.requests).toHaveLength(calls);
    await expect(decrypt(world, materials, { commitmentPolicy })).resolves.toBeDefined();
  });

  it('says so when no encrypted data key is its own', async () => {
    const world = setUp();
    const { materials } = await encrypt(world);
    const encryptedDataKeys = materials.encryptedDataKeys.map((key) => ({ ...key, providerId: 'other' }));
    const request = decrypt(world, materials, { encryptedDataKeys });
    await expect(request).rejects.toMatchObject({ code: 'ERR_DATA_KEY_UNAVAILABLE' });
  });
}

function contexts(setUp: () => World): void {
  it('gives the required keys that were asked for, and takes them for required when reproduced', async () => {
    const world = setUp();
    const sealed = await encrypt(world, { requiredEncryptionContextKeys: ['tenant'] });
    expect(sealed.materials.requiredEncryptionContextKeys).toContain('tenant');
    const opened = await decrypt(world, sealed.materials);
    expect([...opened.materials.requiredEncryptionContextKeys].sort()).toEqual(
      [...sealed.materials.requiredEncryptionContextKeys].sort(),
    );
    expect({ ...opened.materials.encryptionContext }).toEqual({ ...FULL_CONTEXT });
  });

  it('does not take the materials of other required keys', async () => {
    const world = setUp();
    const without = await encrypt(world);
    const withTenant = await encrypt(world, { requiredEncryptionContextKeys: ['tenant'] });
    expect(without.materials.requiredEncryptionContextKeys).not.toContain('tenant');
    expect(withTenant.materials.requiredEncryptionContextKeys).toContain('tenant');
  });

  it('refuses a required key that the context lacks', async () => {
    const request = encrypt(setUp(), { requiredEncryptionContextKeys: ['absent'] });
    await expect(request).rejects.toMatchObject({ code: 'ERR_CONTEXT_MISMATCH' });
  });

  it('refuses a reproduced value that differs from the stored one, again and again', async () => {
    const world = setUp();
    const { materials } = await encrypt(world);
    await decrypt(world, materials);
    const encryptionContext = { ...storedContext(materials), tenant: 'b' };
    for (let time = 0; time < 2; time += 1) {
      const request = decrypt(world, materials, { encryptionContext });
      await expect(request).rejects.toMatchObject({ code: 'ERR_CONTEXT_MISMATCH', contextKeys: ['tenant'] });
    }
  });

  it('refuses a public key where the suite does not sign', async () => {
    const world = setUp();
    const { materials } = await encrypt(world);
    const encryptionContext = { ...storedContext(materials), 'aws-crypto-public-key': 'AAAA' };
    const request = decrypt(world, materials, { encryptionContext });
    await expect(request).rejects.toMatchObject({ code: 'ERR_MESSAGE_MALFORMED' });
  });
}

function leases(setUp: () => World): void {
  it('keeps a data key whole as long as it is leased, whoever else has done with it', async () => {
    const world = setUp();
    const first = await encrypt(world);
    const copy = first.materials.dataKey.slice();
    const others = await Promise.all(Array.from({ length: 20 }, () => encrypt(world)));
    const opened = await decrypt(world, first.materials);
    const openedToo = await decrypt(world, first.materials);
    for (const lease of [...others, openedToo]) {
      lease.reserve(7);
      lease.release();
      lease.release();
    }
    expect(first.materials.dataKey).toEqual(copy);
    expect(opened.materials.dataKey).toEqual(copy);
  });

  it('gives each message encrypted data keys that open to its data key', async () => {
    const world = setUp();
    const held = await Promise.all(Array.from({ length: 50 }, () => encrypt(world)));
    const opened: MaterialsLease<DecryptionMaterials>[] = [];
    for (const { materials } of held) opened.push(await decrypt(world, materials));
    for (const [index, { materials }] of held.entries()) {
      expect(opened[index]?.materials.dataKey).toEqual(materials.dataKey);
    }
  });
}

function calls(setUp: () => World): void {
  it('passes on whether somebody waits', async () => {
    const world = setUp();
    await encrypt(world, { priority: 'background' });
    expect(world.keyring.requests.at(-1)?.priority).toBe('background');
  });

  it('rejects with the reason of a signal that is aborted', async () => {
    const world = setUp();
    const { materials } = await encrypt(world);
    const signal = AbortSignal.abort(new Error('no longer'));
    const encryptionContext = { ...FULL_CONTEXT, other: 'x' };
    await expect(encrypt(world, { signal, encryptionContext })).rejects.toThrow('no longer');
    const later = decrypt(world, materials, { signal, commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' });
    await expect(later).rejects.toThrow('no longer');
  });

  it('passes on the failure of the keyring, and tries again the next time', async () => {
    const world = setUp();
    world.keyring.failure = new Error('down');
    await expect(encrypt(world)).rejects.toThrow('down');
    world.keyring.failure = undefined;
    await expect(encrypt(world)).resolves.toBeDefined();
  });

  it('does not change a request, nor keep to what the caller changes later', async () => {
    const world = setUp();
    const encryptionContext: Record<string, string> = { ...FULL_CONTEXT };
    const request = Object.freeze({ encryptionContext: Object.freeze(encryptionContext) });
    await expect(encrypt(world, request)).resolves.toBeDefined();
    const changing: Record<string, string> = { ...FULL_CONTEXT };
    const pending = encrypt(world, { encryptionContext: changing });
    const { materials } = await pending;
    changing['tenant'] = 'changed';
    const again = await encrypt(world);
    expect(again.materials.encryptionContext['tenant']).toBe('a');
    expect(materials.requiredEncryptionContextKeys).toEqual(again.materials.requiredEncryptionContextKeys);
  });
}
