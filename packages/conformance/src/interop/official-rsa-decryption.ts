// Decryption by the official SDK with PKCS #1 v1.5, which Node 20 forbids in a process that did not ask for it.

import { spawnSync } from 'node:child_process';
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto';
import { createRequire } from 'node:module';
import { suiteFacts } from '../messages/suite-facts.ts';
import type { OpenedMessage } from './assert-interop.ts';
import { RSA_NAMES } from './official-keyrings.ts';

const SCRIPT = `
const { buildClient, RawRsaKeyringNode } = require(${JSON.stringify(createRequire(import.meta.url).resolve('@aws-crypto/client-node'))});
const { namespace, name, privateKey, messages } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const padding = require('node:crypto').constants.RSA_PKCS1_PADDING;
const keyring = new RawRsaKeyringNode({ keyNamespace: namespace, keyName: name, rsaKey: { privateKey }, padding });
Promise.all(messages.map(async ({ policy, message }) => {
  const opened = await buildClient(policy).decrypt(keyring, Buffer.from(message, 'base64'));
  const { encryptionContext } = opened.messageHeader;
  return { plaintext: opened.plaintext.toString('base64'), encryptionContext: { ...encryptionContext } };
})).then((answers) => process.stdout.write('\\n' + JSON.stringify(answers)));
`;

/**
 * Opens messages by the official SDK with an RSA key and PKCS #1 v1.5, in a process of its own that takes back Node's
 * measure against CVE-2023-46809 where there is one.
 *
 * @throws Error with what the process wrote, when it failed.
 */
export function officialPkcs1Decrypt(
  privateKey: string,
  messages: readonly { readonly suiteId: number; readonly ciphertext: Uint8Array }[],
): OpenedMessage[] {
  const input = {
    ...RSA_NAMES,
    privateKey,
    messages: messages.map(({ suiteId, ciphertext }) => ({
      policy: suiteFacts(suiteId).committing ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' : 'FORBID_ENCRYPT_ALLOW_DECRYPT',
      message: Buffer.from(ciphertext).toString('base64'),
    })),
  };
  const flags = isPkcs1Forbidden() ? ['--security-revert=CVE-2023-46809'] : [];
  const child = spawnSync(process.execPath, [...flags, '-e', SCRIPT], {
    input: JSON.stringify(input),
    encoding: 'utf8',
  });
  if (child.status !== 0 || child.stdout === '') throw new Error(`the official SDK failed: ${child.stderr}`);
  // Node says first, on standard output, that the measure was taken back.
  const answers = JSON.parse(child.stdout.split('\n').at(-1) ?? '') as {
    plaintext: string;
    encryptionContext: Record<string, string>;
  }[];
  return answers.map(({ plaintext, encryptionContext }) => ({
    plaintext: new Uint8Array(Buffer.from(plaintext, 'base64')),
    encryptionContext,
  }));
}

function isPkcs1Forbidden(): boolean {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const padding = constants.RSA_PKCS1_PADDING;
  try {
    privateDecrypt({ key: privateKey, padding }, publicEncrypt({ key: publicKey, padding }, Buffer.of(1)));
    return false;
  } catch {
    return true;
  }
}
