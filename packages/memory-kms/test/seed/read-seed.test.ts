import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryKms, readSeed, SeedError } from '../../src/index.ts';

const KEY_ID = '1234abcd-12ab-34cd-56ef-1234567890ab';
const MATERIAL = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

const FULL = `
account: "111122223333"
region: eu-west-1
authorization: strict
accounts:
  - id: "111122223333"
    serviceControlPolicies:
      - { name: org, document: { Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] } }
principals:
  - arn: arn:aws:iam::111122223333:role/app
    tags: { team: blue }
    policies:
      - Version: "2012-10-17"
        Statement: { Effect: Allow, Action: "kms:Decrypt", Resource: "*" }
    accessKeys: [{ accessKeyId: AKIAAPP, secretAccessKey: not-shown }]
quotas: { preset: aws-2022, pools: { symmetric: 100 } }
faults: [{ operation: GenerateRandom, every: 2, error: ThrottlingException }]
keys:
  - id: ${KEY_ID}
    description: of the application
    aliases: [alias/app]
    material: ["${MATERIAL}", "${MATERIAL.replace('0', 'f')}"]
    tags: { team: blue }
    rotation: { periodInDays: 90, next: 2027-01-31 }
    policy:
      Version: "2012-10-17"
      Statement:
        - { Effect: Allow, Principal: { AWS: arn:aws:iam::111122223333:root }, Action: "kms:*", Resource: "*" }
    grants:
      - name: nightly
        granteePrincipal: arn:aws:iam::111122223333:user/night
        operations: [Decrypt]
        constraints: { encryptionContextSubset: { tenant: t1 } }
  - id: mrk-${KEY_ID.replaceAll('-', '')}
    regions: [eu-west-1, eu-central-1]
    materialFromSeed: any text
  - id: ${KEY_ID.replace('1234', '9999')}
    spec: HMAC_256
    materialFromSeed: another text
    enabled: false
`;

describe('readSeed', () => {
  it('plants keys with fixed ids, material, aliases, tags, rotation and grants', async () => {
    const kms = new MemoryKms({ seed: readSeed(FULL) });
    const client = kms.client();
    expect(await client.config.region()).toBe('eu-west-1');
    const { KeyMetadata } = await client.describeKey({ KeyId: 'alias/app' });
    expect(KeyMetadata).toMatchObject({ KeyId: KEY_ID, Description: 'of the application', KeyState: 'Enabled' });
    expect((await client.listResourceTags({ KeyId: KEY_ID })).Tags).toEqual([{ TagKey: 'team', TagValue: 'blue' }]);
    expect(await client.getKeyRotationStatus({ KeyId: KEY_ID })).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 90,
      NextRotationDate: new Date('2027-01-31'),
    });
    expect((await client.listKeyRotations({ KeyId: KEY_ID })).Rotations).toHaveLength(1);
    expect((await client.listGrants({ KeyId: KEY_ID })).Grants).toMatchObject([
      { Name: 'nightly', Operations: ['Decrypt'] },
    ]);
    expect((await client.describeKey({ KeyId: KEY_ID.replace('1234', '9999') })).KeyMetadata?.KeyState).toBe(
      'Disabled',
    );
  });

  it('opens today what was sealed under the same seed yesterday', async () => {
    const [yesterday, today] = [new MemoryKms({ seed: readSeed(FULL) }), new MemoryKms({ seed: readSeed(FULL) })];
    for (const KeyId of ['alias/app', `mrk-${KEY_ID.replaceAll('-', '')}`]) {
      const { CiphertextBlob } = await yesterday.client().encrypt({ KeyId, Plaintext: Buffer.from('fixture') });
      const { Plaintext } = await today.client().decrypt({ CiphertextBlob });
      expect(Buffer.from(Plaintext ?? []).toString()).toBe('fixture');
    }
  });

  it('puts a multi-Region key into all its Regions', async () => {
    const kms = new MemoryKms({ seed: readSeed(FULL) });
    const KeyId = `mrk-${KEY_ID.replaceAll('-', '')}`;
    const { CiphertextBlob } = await kms.client().encrypt({ KeyId, Plaintext: Buffer.from('x') });
    expect((await kms.client({ region: 'eu-central-1' }).decrypt({ CiphertextBlob })).KeyId).toContain('eu-central-1');
  });

  it('gives principals, quotas, faults and the mode; options stand over them', async () => {
    const kms = new MemoryKms({ seed: readSeed(FULL) });
    const app = kms.client({ principal: 'arn:aws:iam::111122223333:role/app' });
    await expect(app.encrypt({ KeyId: KEY_ID, Plaintext: new Uint8Array(1) })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await kms.client().generateRandom({ NumberOfBytes: 1 });
    await expect(kms.client().generateRandom({ NumberOfBytes: 1 })).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
    const open = new MemoryKms({ seed: readSeed(FULL), authorization: 'open' });
    await open
      .client({ principal: 'arn:aws:iam::111122223333:user/x' })
      .encrypt({ KeyId: KEY_ID, Plaintext: new Uint8Array(1) });
  });

  it('comes back with reset', async () => {
    const kms = new MemoryKms({ seed: readSeed(FULL), authorization: 'open' });
    await kms.client().deleteAlias({ AliasName: 'alias/app' });
    await kms.client().createKey({});
    await kms.reset();
    expect((await kms.client().listKeys({})).Keys).toHaveLength(3);
    await kms.client().describeKey({ KeyId: 'alias/app' });
    expect([kms.auditLog.length, kms.callCount()]).toEqual([2, 2]);
  });

  it('reads JSON', async () => {
    const seed = readSeed(JSON.stringify({ keys: [{ id: KEY_ID, material: MATERIAL }] }));
    expect((await new MemoryKms({ seed }).client().listKeys({})).Keys?.[0]?.KeyId).toBe(KEY_ID);
  });

  it('takes private keys in PEM, which tell their own spec', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const privateKeyPem = privateKey.export({ format: 'pem', type: 'pkcs8' });
    const seed = readSeed(JSON.stringify({ keys: [{ id: KEY_ID, privateKeyPem, usage: 'SIGN_VERIFY' }] }));
    const client = new MemoryKms({ seed }).client();
    expect((await client.getPublicKey({ KeyId: KEY_ID })).PublicKey).toEqual(
      Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' })),
    );
    const Message = Buffer.from('message');
    const verify = { KeyId: KEY_ID, Message, SigningAlgorithm: 'ECDSA_SHA_256' as const };
    const Signature = sign('sha256', Message, privateKey);
    expect((await client.verify({ ...verify, Signature })).SignatureValid).toBe(true);
  });

  it('takes imported material', async () => {
    const seed = readSeed(JSON.stringify({ keys: [{ id: KEY_ID, origin: 'EXTERNAL', material: MATERIAL }] }));
    const client = new MemoryKms({ seed }).client();
    expect((await client.describeKey({ KeyId: KEY_ID })).KeyMetadata).toMatchObject({
      Origin: 'EXTERNAL',
      KeyState: 'Enabled',
    });
    const { CiphertextBlob } = await client.encrypt({ KeyId: KEY_ID, Plaintext: new Uint8Array(1) });
    await client.deleteImportedKeyMaterial({ KeyId: KEY_ID });
    await expect(client.decrypt({ CiphertextBlob })).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
  });

  it('reads a seed of local-kms', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = String(privateKey.export({ format: 'pem', type: 'pkcs1' }));
    const theirs = {
      Keys: {
        Symmetric: {
          Aes: [
            {
              Metadata: { KeyId: KEY_ID, Description: 'theirs' },
              BackingKeys: [MATERIAL, MATERIAL.replace('0', 'e')],
              NextKeyRotation: '2027-01-01',
            },
          ],
        },
        Asymmetric: {
          Rsa: [{ Metadata: { KeyId: KEY_ID.replace('1234', '9999'), KeyUsage: 'SIGN_VERIFY' }, PrivateKeyPem: pem }],
        },
      },
      Aliases: [{ AliasName: 'alias/theirs', TargetKeyId: KEY_ID }],
    };
    const client = new MemoryKms({ seed: readSeed(JSON.stringify(theirs)) }).client();
    expect((await client.describeKey({ KeyId: 'alias/theirs' })).KeyMetadata?.Description).toBe('theirs');
    expect((await client.getKeyRotationStatus({ KeyId: KEY_ID })).NextRotationDate).toEqual(new Date('2027-01-01'));
    expect((await client.describeKey({ KeyId: KEY_ID.replace('1234', '9999') })).KeyMetadata).toMatchObject({
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
    });
  });

  it.each([
    ['keys:\n  - id: "12"', 'seed:2:9: keys[0].id: must be a lower-case UUID'],
    ['keys:\n  - description: x', 'seed:2:5: keys[0]: has no id'],
    [`keys:\n  - id: ${KEY_ID}\n    material: "0011"`, 'seed:3:15: keys[0].material: must be 32 bytes in hexadecimal'],
    [`keys:\n  - id: ${KEY_ID}\n    colour: red`, 'seed:3:13: keys[0].colour: is not known here'],
    [`keys:\n  - id: ${KEY_ID}\n    spec: AES`, 'keys[0].spec: must be one of SYMMETRIC_DEFAULT'],
    [
      `keys:\n  - id: ${KEY_ID}\n    spec: RSA_2048\n    usage: SIGN_VERIFY`,
      'keys[0]: a key of spec RSA_2048 needs its material',
    ],
    [
      `keys:\n  - id: ${KEY_ID}\n    regions: [eu-west-1, eu-west-2]`,
      'keys[0].regions: several Regions need a multi-Region key',
    ],
    [`keys:\n  - id: ${KEY_ID}\n    policy: { Statement: [] }`, 'keys[0].policy: The policy has no Statement'],
    [`keys:\n  - id: ${KEY_ID}\n    aliases: [app]`, 'keys[0].aliases[0]: must be an alias such as alias/app'],
    [
      `keys:\n  - id: ${KEY_ID}\n    grants: [{ granteePrincipal: "arn:x", operations: [Burn] }]`,
      'keys[0].grants[0].operations[0]: must be one of Decrypt',
    ],
    [`keys: [{ id: ${KEY_ID} }, { id: ${KEY_ID} }]`, 'comes twice'],
    ['account: 111122223333', 'seed:1:10: account: must be twelve digits, in quotes'],
    ['authorization: lax', 'authorization: must be one of open, keyPolicy, strict'],
    ['quotas: { pools: { symetric: 1 } }', 'quotas: quotas: no pool symetric'],
    ['faults: [{ evry: 3 }]', 'faults[0]: unknown option "evry" of the fault rule'],
    ['faults: [{ error: x, operation: Decript }]', 'KMS has no operation "Decript"; did you mean Decrypt?'],
    ['principals: [{ arn: "arn:aws:iam::1:user/x" }]', 'principals[0]: principals[0].arn is not the ARN'],
    ['keys: [', 'seed:1:'],
    ['- a list', 'must be a map'],
  ])('names the place of what is wrong in %j', (text, message) => {
    expect(() => readSeed(text)).toThrow(SeedError);
    expect(() => readSeed(text)).toThrow(message);
  });

  it('shows no secret in its errors', () => {
    const wrong = MATERIAL.slice(2);
    const texts = [
      `keys:\n  - id: ${KEY_ID}\n    material: "${wrong}"`,
      'principals: [{ arn: "arn:aws:iam::111122223333:user/x", accessKeys: [{ accessKeyId: "a b", secretAccessKey: hush }] }]',
    ];
    for (const text of texts) {
      expect(() => readSeed(text)).toThrow(
        expect.not.objectContaining({ message: expect.stringMatching(/2233|hush/) }),
      );
    }
  });

  it('survives the bombs and the prototypes of YAML', () => {
    const bomb = `a: &a [x]\n${'bcdefghij'
      .split('')
      .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[index]}`).join(', ')}]`)
      .join('\n')}`;
    expect(() => readSeed(bomb)).toThrow();
    expect(() => readSeed('__proto__: { polluted: true }')).toThrow(SeedError);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
