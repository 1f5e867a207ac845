import { describe, expect, it } from 'vitest';
import type { PrincipalConfig } from '../../src/access/principal-directory.ts';
import type { Grant, KeyRecord, RegionalKey } from '../../src/engine/key-record.ts';
import { FakeClock, MemoryKms } from '../../src/index.ts';
import { encodeState } from '../../src/state/state-document.ts';
import { conditionCases } from './policy-cases/condition-cases.ts';
import { crossAccountCases } from './policy-cases/cross-account-cases.ts';
import { denyCases } from './policy-cases/deny-cases.ts';
import { grantCases } from './policy-cases/grant-cases.ts';
import { grantChainCases } from './policy-cases/grant-chain-cases.ts';
import { keyPolicyCases } from './policy-cases/key-policy-cases.ts';
import { narrowingCases } from './policy-cases/narrowing-cases.ts';
import { parameterCases } from './policy-cases/parameter-cases.ts';
import {
  ACCOUNT,
  ALICE,
  APP,
  APP_ROLE,
  KEY_ID,
  type PolicyCase,
  REGION,
  type Statement,
} from './policy-cases/policy-case.ts';

const NOBODY = 'arn:aws:iam::999999999999:user/nobody';
const NOW = Date.parse('2026-11-23T16:00:00Z');
const cases: readonly PolicyCase[] = [
  ...keyPolicyCases,
  ...denyCases,
  ...narrowingCases,
  ...grantChainCases,
  ...crossAccountCases,
  ...grantCases,
  ...conditionCases,
  ...parameterCases,
];

const named = (name: string, statements: readonly Statement[]) => ({
  name,
  document: { Version: '2012-10-17', Statement: statements },
});

function principalsOf(row: PolicyCase): PrincipalConfig[] {
  const caller = row.caller ?? ALICE;
  const policies = row.iam === undefined ? [] : [named('caller', row.iam)];
  const permissionsBoundary = row.boundary === undefined ? undefined : named('boundary', row.boundary);
  const sessionPolicies = row.sessionPolicy === undefined ? [] : [named('session', row.sessionPolicy)];
  if (caller !== APP) return [{ arn: caller, policies, permissionsBoundary, sessionPolicies }];
  return [
    { arn: APP_ROLE, policies, permissionsBoundary },
    { arn: APP, sessionPolicies },
  ];
}

function keyOf(row: PolicyCase): KeyRecord {
  const grants = (row.grants ?? []).map(
    (grant, index): Grant => ({
      id: 'abcdef'.charAt(index).repeat(64),
      tokens: [],
      operations: [],
      issuingAccount: `arn:aws:iam::${ACCOUNT}:root`,
      createdAt: Date.parse('2026-01-01'),
      ...grant,
    }),
  );
  const local: RegionalKey = {
    region: REGION,
    description: '',
    enabled: true,
    createdAt: Date.parse('2026-01-01'),
    policy: JSON.stringify({ Version: row.policyVersion ?? '2012-10-17', Statement: row.keyPolicy }),
    tags: Object.entries(row.tags ?? {}).map(([key, value]) => ({ key, value })),
    grants,
    imported: [],
  };
  const materialId = '5'.repeat(64);
  return {
    partition: 'aws',
    account: ACCOUNT,
    id: KEY_ID,
    spec: 'SYMMETRIC_DEFAULT',
    usage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    manager: 'CUSTOMER',
    multiRegion: false,
    primaryRegion: REGION,
    materials: [{ id: materialId, bytes: new Uint8Array(32).fill(7), createdAt: local.createdAt }],
    currentMaterialId: materialId,
    onDemandRotations: 0,
    regions: { [REGION]: local },
    ...row.key,
  };
}

/** A KMS in which the case's key, aliases, grants and principals are there. */
function setUp(row: PolicyCase): MemoryKms {
  const kms = new MemoryKms({
    accountId: ACCOUNT,
    clock: new FakeClock(NOW),
    authorization: row.mode ?? 'strict',
    principals: principalsOf(row),
    grantPropagationMs: row.grantPropagationMs,
    accounts: row.scp === undefined ? [] : [{ id: ACCOUNT, serviceControlPolicies: [named('scp', row.scp)] }],
  });
  const times = { createdAt: 0, updatedAt: 0 };
  const aliases = (row.aliases ?? []).map((name) => ({
    name,
    account: ACCOUNT,
    region: REGION,
    targetKeyId: KEY_ID,
    ...times,
  }));
  kms.importState(
    encodeState({ generation: 0, snapshot: { keys: [keyOf(row)], aliases, usages: [], importTokens: [] } }),
  );
  return kms;
}

function question(row: PolicyCase) {
  const keyId = `arn:aws:kms:${REGION}:${ACCOUNT}:key/${KEY_ID}`;
  return { action: row.action ?? 'Decrypt', principal: row.caller ?? ALICE, region: REGION, keyId, ...row.ask };
}

describe('the table of policy cases', () => {
  it('has at least 150 rows, with distinct names and all three outcomes', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(new Set(cases.map((row) => row.name)).size).toBe(cases.length);
    for (const outcome of ['allow', 'explicitDeny', 'implicitDeny']) {
      expect(cases.filter((row) => row.expected === outcome).length).toBeGreaterThan(30);
    }
  });

  it.each(cases.map((row) => [row.expected, row.name, row] as const))('%s: %s', (expected, _name, row) => {
    const kms = setUp(row);
    const decision = kms.decide(question(row));
    expect(decision.reason).toContain(row.explained);
    expect(decision.outcome).toBe(expected);
    expect(decision.allowed).toBe(expected === 'allow');
    expect(kms.explain(question(row))).toBe(decision.reason);
    expect(decision.reason).not.toContain('\n');
  });
});

describe('whatever a row says', () => {
  const onKey = cases.filter((row) => question(row).keyId?.includes(KEY_ID) === true && row.key?.manager !== 'AWS');

  it('a Deny of everybody denies it', () => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*' };
    // RetireGrant is beyond the key policy.
    for (const row of onKey.filter((each) => each.mode !== 'open' && each.action !== 'RetireGrant')) {
      const decision = setUp({ ...row, keyPolicy: [...row.keyPolicy, deny] }).decide(question(row));
      expect([row.name, decision.outcome]).toEqual([row.name, 'explicitDeny']);
    }
  });

  it('open mode allows it', () => {
    for (const row of onKey) expect(setUp({ ...row, mode: 'open' }).decide(question(row)).outcome).toBe('allow');
  });

  it('nothing allows it once key policy and grants are gone', () => {
    for (const row of onKey.filter((each) => each.mode !== 'open')) {
      const bare = {
        ...row,
        grants: [],
        keyPolicy: [{ Effect: 'Deny', Principal: { AWS: NOBODY }, Action: 'kms:*', Resource: '*' }],
      };
      expect([row.name, setUp(bare).decide(question(row)).allowed]).toEqual([row.name, false]);
    }
  });
});

/** Rows whose question can be asked by a real call: an Encrypt, as allowed and denied as the Decrypt of the row. */
const callable = cases.filter(
  (row) =>
    (row.action ?? 'Decrypt') === 'Decrypt' &&
    row.ask?.sourceIp === undefined &&
    row.key === undefined &&
    !JSON.stringify([
      row.keyPolicy,
      row.iam ?? [],
      row.boundary ?? [],
      row.sessionPolicy ?? [],
      row.grants ?? [],
    ]).includes('Encrypt"'),
);

describe('calls are answered as the table says', () => {
  it.each(callable.map((row) => [row.expected, row.name, row] as const))('%s: %s', async (expected, _name, row) => {
    const kms = setUp(row);
    const ask = question(row);
    const { viaService, principalTags, conditionValues } = ask;
    const client = kms.client({ region: REGION, principal: ask.principal, viaService, principalTags, conditionValues });
    const call = client.decrypt({
      KeyId: ask.keyId,
      CiphertextBlob: new Uint8Array(64),
      EncryptionContext: { ...ask.encryptionContext },
      GrantTokens: [...(ask.grantTokens ?? [])],
    });
    // Whoever may decrypt is told that these bytes are no ciphertext; nobody else learns even that.
    const error = await call.then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.name).toBe(expected === 'allow' ? 'InvalidCiphertextException' : 'AccessDeniedException');
    if (expected !== 'allow') expect(error?.message).toContain('is not authorized to perform: kms:Decrypt');
  });
});
