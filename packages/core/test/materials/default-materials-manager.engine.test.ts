import { describe, expect, it } from 'vitest';
import {
  algorithmSuites,
  DefaultMaterialsManager,
  decrypt,
  type EncryptionMaterialsRequest,
  encrypt,
  type Keyring,
  type MaterialsManager,
  RequiredContextMaterialsManager,
} from '../../src/index.ts';
import { FakeKeyring } from './fake-keyring.ts';

const plaintext = new TextEncoder().encode('attack at dawn');
const SIGNED = 0x0578;
const UNSIGNED = 0x0478;
const entry = { providerId: 'x', providerInfo: plaintext, ciphertext: plaintext };
const throwsCode = (code: string): unknown => expect.objectContaining({ code });

describe('DefaultMaterialsManager', () => {
  it.each([
    ['REQUIRE_ENCRYPT_REQUIRE_DECRYPT', 0x0578],
    ['REQUIRE_ENCRYPT_ALLOW_DECRYPT', 0x0578],
    ['FORBID_ENCRYPT_ALLOW_DECRYPT', 0x0378],
  ] as const)('chooses the default suite of %s', async (commitmentPolicy, id) => {
    const { header } = await encrypt(new FakeKeyring(), plaintext, { commitmentPolicy });
    expect(header.algorithmSuite.id).toBe(id);
  });

  it('binds the public key of a signing suite, and only of such', async () => {
    for (const algorithmSuite of [SIGNED, UNSIGNED]) {
      const keyring = new FakeKeyring();
      await encrypt(keyring, plaintext, { algorithmSuite });
      expect('aws-crypto-public-key' in (keyring.requests[0]?.encryptionContext ?? {})).toBe(algorithmSuite === SIGNED);
    }
  });

  it('wipes the data key once the operation is over, and also when it fails', async () => {
    const keyring = new FakeKeyring();
    const { message } = await encrypt(keyring, plaintext);
    await decrypt(keyring, message);
    const broken = message.slice();
    broken[message.length - 1] = (broken[message.length - 1] ?? 0) ^ 1;
    await expect(decrypt(keyring, broken)).rejects.toThrow(throwsCode('ERR_DECRYPTION_FAILED'));
    expect(keyring.handedOut.length).toBe(3);
    for (const key of keyring.handedOut) expect(key.every((byte) => byte === 0)).toBe(true);
  });

  it('says so when no keyring has a key of the message, naming the providers', async () => {
    const { message } = await encrypt(new FakeKeyring(), plaintext);
    const stranger: Keyring = { onEncrypt: () => Promise.reject(new Error()), onDecrypt: async () => undefined };
    await expect(decrypt(stranger, message)).rejects.toThrow(/"fake"/);
    await expect(decrypt(stranger, message)).rejects.toMatchObject({
      code: 'ERR_DATA_KEY_UNAVAILABLE',
      category: 'mismatch',
      attempts: [],
    });
  });

  it.each([
    [
      'a data key of another length',
      {
        dataKey: new Uint8Array(16),
        encryptedDataKeys: [entry],
      },
    ],
    ['no encrypted data key', { dataKey: new Uint8Array(32), encryptedDataKeys: [] }],
    ['a ciphertext in base64', { dataKey: new Uint8Array(32), encryptedDataKeys: [{ ...entry, ciphertext: 'AQID' }] }],
    ['a provider info as text', { dataKey: new Uint8Array(32), encryptedDataKeys: [{ ...entry, providerInfo: 'k' }] }],
    [
      'a provider id in bytes',
      { dataKey: new Uint8Array(32), encryptedDataKeys: [{ ...entry, providerId: plaintext }] },
    ],
    ['16-bit numbers for a key', { dataKey: new Uint16Array(32), encryptedDataKeys: [entry] }],
    ['a list of numbers for a key', { dataKey: Array.from({ length: 32 }, () => 1), encryptedDataKeys: [entry] }],
    ['text for a key', { dataKey: 'x'.repeat(32), encryptedDataKeys: [entry] }],
  ])('refuses a keyring that returns %s', async (_, answer) => {
    const keyring: Keyring = { onEncrypt: async () => answer as never, onDecrypt: async () => undefined };
    await expect(encrypt(keyring, plaintext)).rejects.toThrow(throwsCode('ERR_DATA_KEY_UNAVAILABLE'));
  });

  it.each([
    ['of another length', new Uint8Array(16)],
    ['in 16-bit numbers', new Uint16Array(32)],
    ['that is a list of numbers', Array.from({ length: 32 }, () => 1)],
    ['that is text', 'x'.repeat(32)],
  ])('refuses a keyring that opens a data key %s', async (_, dataKey) => {
    const { message } = await encrypt(new FakeKeyring(), plaintext);
    const keyring: Keyring = { onEncrypt: () => Promise.reject(new Error()), onDecrypt: async () => dataKey as never };
    await expect(decrypt(keyring, message)).rejects.toThrow(throwsCode('ERR_DATA_KEY_UNAVAILABLE'));
  });

  it('refuses a suite that the policy forbids, before the keyring is asked', async () => {
    const keyring = new FakeKeyring();
    await expect(encrypt(keyring, plaintext, { algorithmSuite: 0x0178 })).rejects.toThrow(
      throwsCode('ERR_POLICY_VIOLATION'),
    );
    const legacy = await encrypt(keyring, plaintext, {
      algorithmSuite: 0x0178,
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    });
    await expect(decrypt(keyring, legacy.message)).rejects.toThrow(throwsCode('ERR_POLICY_VIOLATION'));
    expect([keyring.encryptCalls, keyring.decryptCalls]).toEqual([1, 0]);
  });

  it('refuses reserved context keys on encrypt: the whole prefix, not one key', async () => {
    for (const key of ['aws-crypto-public-key', 'aws-crypto-', 'aws-crypto-anything']) {
      await expect(encrypt(new FakeKeyring(), plaintext, { encryptionContext: { [key]: 'x' } })).rejects.toThrow(
        TypeError,
      );
    }
  });
});

describe('the encryption context expected on decrypt', () => {
  it('must be equal where the message stores the key, or nothing is asked of the keyring', async () => {
    const keyring = new FakeKeyring();
    const { message } = await encrypt(keyring, plaintext, { encryptionContext: { tenant: 'a', purpose: 'p' } });
    const opened = await decrypt(keyring, message, { encryptionContext: { tenant: 'a' } });
    expect({ ...opened.encryptionContext }).toMatchObject({
      tenant: 'a',
      purpose: 'p',
      'aws-crypto-public-key': expect.any(String),
    });
    const failure = decrypt(keyring, message, { encryptionContext: { tenant: 'secret-value' } });
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CONTEXT_MISMATCH', contextKeys: ['tenant'] });
    await expect(failure).rejects.not.toThrow(/secret-value/);
    expect(keyring.decryptCalls).toBe(1);
  });

  it('names the keys that the message does not store when it can not be authenticated with them', async () => {
    const { message } = await encrypt(new FakeKeyring(), plaintext);
    const failure = decrypt(new FakeKeyring(), message, { encryptionContext: { extra: 'secret-value' } });
    await expect(failure).rejects.toMatchObject({ code: 'ERR_CONTEXT_MISMATCH', contextKeys: ['extra'] });
    await expect(failure).rejects.not.toThrow(/secret-value/);
  });

  it('may repeat everything that decrypt returned', async () => {
    const { message } = await encrypt(new FakeKeyring(), plaintext, { encryptionContext: { a: 'b' } });
    const { encryptionContext } = await decrypt(new FakeKeyring(), message);
    await expect(decrypt(new FakeKeyring(), message, { encryptionContext })).resolves.toMatchObject({ plaintext });
  });
});

describe('a public key that is reproduced instead of stored', () => {
  const key = 'aws-crypto-public-key';

  /** Does what no manager of ours does: authenticates the public key without storing it. */
  class HidingManager extends DefaultMaterialsManager {
    publicKey = '';

    override async getEncryptionMaterials(request: EncryptionMaterialsRequest) {
      const lease = await super.getEncryptionMaterials(request);
      this.publicKey = lease.materials.encryptionContext[key] ?? '';
      return { ...lease, materials: { ...lease.materials, requiredEncryptionContextKeys: [key] } };
    }
  }

  it('verifies the signature', async () => {
    const manager = new HidingManager(new FakeKeyring());
    const { message, header } = await encrypt(manager, plaintext);
    expect(header.encryptionContext).not.toHaveProperty(key);
    await expect(decrypt(new FakeKeyring(), message)).rejects.toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
    const reproduced = { encryptionContext: { [key]: manager.publicKey } };
    await expect(decrypt(new FakeKeyring(), message, reproduced)).resolves.toMatchObject({ plaintext });
    const forged = Uint8Array.from(message);
    forged[message.length - 1]! ^= 1;
    await expect(decrypt(new FakeKeyring(), forged, reproduced)).rejects.toThrow(throwsCode('ERR_DECRYPTION_FAILED'));
  });

  it('is refused where the suite does not sign, before the keyring is asked', async () => {
    const keyring = new FakeKeyring();
    const { message } = await encrypt(keyring, plaintext, { algorithmSuite: UNSIGNED });
    const opening = decrypt(keyring, message, { encryptionContext: { [key]: 'AAAA' } });
    await expect(opening).rejects.toThrow(throwsCode('ERR_MESSAGE_MALFORMED'));
    expect(keyring.decryptCalls).toBe(0);
  });
});

describe('RequiredContextMaterialsManager', () => {
  const encryptionContext = { tenant: 'a', purpose: 'p' };
  const manager = (keyring: Keyring = new FakeKeyring()): MaterialsManager =>
    new RequiredContextMaterialsManager({ source: keyring, requiredKeys: ['tenant'] });

  it('authenticates the required pairs without storing them', async () => {
    const keyring = new FakeKeyring();
    const { message, header } = await encrypt(manager(keyring), plaintext, { encryptionContext });
    expect(Object.keys(header.encryptionContext).sort()).toEqual(['aws-crypto-public-key', 'purpose']);
    expect({ ...keyring.requests[0]?.encryptionContext }).toMatchObject(encryptionContext);
    const opened = await decrypt(manager(), message, { encryptionContext: { tenant: 'a' } });
    expect({ ...opened.encryptionContext }).toMatchObject(encryptionContext);
  });

  it('opens without the manager too, where the caller gives the pairs', async () => {
    const { message } = await encrypt(manager(), plaintext, { encryptionContext });
    await expect(decrypt(new FakeKeyring(), message, { encryptionContext: { tenant: 'a' } })).resolves.toMatchObject({
      plaintext,
    });
  });

  it.each([
    ['left out', {}],
    ['of another value', { tenant: 'b' }],
  ])('refuses a required pair %s on decrypt', async (_, given) => {
    const { message } = await encrypt(manager(), plaintext, { encryptionContext });
    await expect(decrypt(manager(), message, { encryptionContext: given })).rejects.toThrow(
      throwsCode('ERR_CONTEXT_MISMATCH'),
    );
    await expect(decrypt(new FakeKeyring(), message, { encryptionContext: given })).rejects.toThrow();
  });

  it('refuses to encrypt without a required pair, before the keyring is asked', async () => {
    const keyring = new FakeKeyring();
    await expect(encrypt(manager(keyring), plaintext)).rejects.toMatchObject({
      code: 'ERR_CONTEXT_MISMATCH',
      contextKeys: ['tenant'],
    });
    expect(keyring.encryptCalls).toBe(0);
  });

  it.each([[[]], [['a', 1]], ['tenant']])('refuses %j as required keys', (requiredKeys) => {
    expect(
      () => new RequiredContextMaterialsManager({ source: new FakeKeyring(), requiredKeys: requiredKeys as string[] }),
    ).toThrow(TypeError);
  });
});

describe('a materials manager that is somebody’s code', () => {
  const policy = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT';
  it('is refused when its materials are of a suite that the policy forbids', async () => {
    const inner = new DefaultMaterialsManager(new FakeKeyring());
    let released = 0;
    const weak: MaterialsManager = {
      getEncryptionMaterials: async (request) => {
        const lease = await inner.getEncryptionMaterials({
          ...request,
          commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
          algorithmSuite: algorithmSuites.ALG_AES_256_GCM_IV12_TAG16_HKDF_SHA256,
        });
        return { ...lease, release: () => void released++ };
      },
      getDecryptionMaterials: (request) => inner.getDecryptionMaterials(request),
    };
    await expect(encrypt(weak, plaintext, { commitmentPolicy: policy })).rejects.toThrow(
      throwsCode('ERR_POLICY_VIOLATION'),
    );
    expect(released).toBe(1);
  });

  it('has each lease released exactly once', async () => {
    const inner = new DefaultMaterialsManager(new FakeKeyring());
    const counts: number[] = [];
    const counting = <Lease extends { release(): void }>(lease: Lease): Lease => {
      const index = counts.push(0) - 1;
      return {
        ...lease,
        release: () => {
          counts[index] = (counts[index] ?? 0) + 1;
          lease.release();
        },
      };
    };
    const manager: MaterialsManager = {
      getEncryptionMaterials: async (request) => counting(await inner.getEncryptionMaterials(request)),
      getDecryptionMaterials: async (request) => counting(await inner.getDecryptionMaterials(request)),
    };
    const { message } = await encrypt(manager, plaintext);
    await decrypt(manager, message);
    await decrypt(manager, message.subarray(0, -1)).catch(() => {});
    expect(counts).toEqual([1, 1, 1]);
  });
});
