import { createHash } from 'node:crypto';
import type { Grant, GrantConstraints } from '../engine/key-record.ts';
import type { SeedNode } from './seed-node.ts';

const OPERATIONS = [
  'Decrypt',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'ReEncryptFrom',
  'ReEncryptTo',
  'Sign',
  'Verify',
  'GenerateMac',
  'VerifyMac',
  'DeriveSharedSecret',
  'Encapsulate',
  'Decapsulate',
  'GetPublicKey',
  'DescribeKey',
  'CreateGrant',
  'RetireGrant',
] as const;

const MEMBERS = ['name', 'granteePrincipal', 'retiringPrincipal', 'operations', 'constraints', 'token'];

/**
 * Reads a grant. Its id is made from what it says, so that it is the same on every start.
 *
 * @throws SeedError at the place.
 */
export function readGrant(node: SeedNode, made: Pick<Grant, 'issuingAccount' | 'createdAt'>): Grant {
  const member = node.members(MEMBERS);
  const operations = (member('operations') ?? node.fail('has no operations'))
    .items()
    .map((item) => item.oneOf(OPERATIONS));
  const granteePrincipal = (member('granteePrincipal') ?? node.fail('has no granteePrincipal')).text(/^arn:/, 'an ARN');
  const token = member('token')?.text();
  return {
    id: createHash('sha256')
      .update(JSON.stringify([made.issuingAccount, node.value]))
      .digest('hex'),
    tokens: token === undefined ? [] : [token],
    name: member('name')?.text(/^[a-zA-Z0-9:/_-]{1,256}$/, '1 to 256 of letters, digits, : / _ -'),
    granteePrincipal,
    retiringPrincipal: member('retiringPrincipal')?.text(/^arn:/, 'an ARN'),
    operations,
    constraints: readConstraints(member('constraints')),
    ...made,
  };
}

function readConstraints(node: SeedNode | undefined): GrantConstraints | undefined {
  if (node === undefined) return undefined;
  const member = node.members(['encryptionContextEquals', 'encryptionContextSubset', 'sourceArn']);
  return {
    encryptionContextEquals: member('encryptionContextEquals')?.stringMap(),
    encryptionContextSubset: member('encryptionContextSubset')?.stringMap(),
    sourceArn: member('sourceArn')?.text(),
  };
}
