// Every message of the vectors behaves as its manifest says, on the engine of this project.

import { type DecryptOptions, decrypt, EnvelopeError, parseMessageHeader } from '@waxseal/core';
import { engineName } from '@waxseal/core/crypto';
import { decryptStream } from '@waxseal/core/node';
import { describe, expect, test } from 'vitest';
import { collectStream } from '../src/messages/collect-stream.ts';
import { deriveKeys } from '../src/messages/derive-keys.ts';
import { READERS } from '../src/messages/message-forms.ts';
import { readMessageLayout } from '../src/messages/message-layout.ts';
import { isReadOnlyForm, reencodeHeaderBody, writtenForm } from '../src/messages/reencode-header.ts';
import { verifySignature } from '../src/messages/verify-signature.ts';
import type { Vector } from '../src/vectors/vector.ts';
import { VectorFolder } from '../src/vectors/vector-folder.ts';
import { vectorKeys } from '../src/vectors/vector-keyring.ts';

const CHUNK_LENGTHS = [65_536, 7, 1];
const PUBLIC_KEY = 'aws-crypto-public-key';
const folder = VectorFolder.open();

test('runs on the engine that this project asks for', () => {
  expect(engineName).toBe(process.env['WAXSEAL_ENGINE']);
});

describe.skipIf(folder === undefined)('message vectors', () => {
  const vectors = folder?.vectors ?? [];
  const read = (path: string | null): Uint8Array => folder!.read(path!);
  const withOutcome = (outcome: Vector['expect']) => vectors.filter((vector) => vector.expect === outcome);

  test('are all that their README counts', () => {
    const counts = (['plaintext', 'reject', 'parse-only'] as const).map((outcome) => withOutcome(outcome).length);
    expect(counts).toEqual([522, 5, 46]);
  });

  test.each(withOutcome('plaintext').map((vector) => [vector.id, vector] as const))('%s opens', async (_id, vector) => {
    const message = read(vector.message);
    const plaintext = read(vector.plaintext);
    for (const { keys } of vectorKeys(vector, folder!)) {
      const result = await decrypt(keys, message, decryptOptions(vector));
      expect(Buffer.compare(result.plaintext, plaintext)).toBe(0);
      const context = { ...vector.storedEncryptionContext, ...vector.encryptionContext };
      expect({ ...result.encryptionContext }).toEqual(context);
      expect(result.header.verified).toBe(true);
      for (const chunkLength of CHUNK_LENGTHS) {
        const { seen, error } = await collectStream(decryptStream(keys, decryptOptions(vector)), message, chunkLength);
        expect(error).toBeUndefined();
        expect(Buffer.compare(seen, plaintext)).toBe(0);
      }
      for (const readBy of furtherReaders(vector)) {
        expect(Buffer.compare(await readBy!(keys, message, decryptOptions(vector), 65_536), plaintext)).toBe(0);
      }
    }
  });

  test.each(withOutcome('reject').map((vector) => [vector.id, vector] as const))(
    '%s is refused for its commitment, before any plaintext',
    async (_id, vector) => {
      expect(vector.reason).toBe('commitment-mismatch');
      const message = read(vector.message);
      const [entry] = vectorKeys(vector, folder!);
      await expect(decrypt(entry!.keys, message)).rejects.toMatchObject({ code: 'ERR_DECRYPTION_FAILED' });
      for (const chunkLength of CHUNK_LENGTHS) {
        const { seen, error } = await collectStream(decryptStream(entry!.keys), message, chunkLength);
        expect(EnvelopeError.is(error) && error.code).toBe('ERR_DECRYPTION_FAILED');
        expect(seen).toHaveLength(0);
      }
    },
  );

  test.each(vectors.map((vector) => [vector.id, vector] as const))(
    '%s has the header of its manifest',
    (_id, vector) => {
      const message = read(vector.message);
      const header = parseMessageHeader(message);
      const layout = readMessageLayout(message);
      expect(header.algorithmSuite.id).toBe(Number(vector.suite));
      expect({ ...header.encryptionContext }).toEqual(vector.storedEncryptionContext);
      expect(header.encryptedDataKeys.map(({ providerId }) => providerId)).toEqual(vector.encryptedDataKeys);
      expect(header.contentType).toBe(vector.framing.type === 'framed' ? 'framed' : 'nonFramed');
      expect(header.frameLength).toBe(vector.framing.frameLength);
      expect(header.headerLength).toBe(layout.headerLength);
      expect(header.verified).toBe(false);
      expect(layout.pieces).toHaveLength(vector.framing.frames);
      const last = layout.pieces.at(-1)!;
      expect(last.content.end - last.content.start).toBe(vector.framing.finalLength);
      if (vector.plaintext !== null) {
        const length = layout.pieces.reduce((sum, { content }) => sum + content.end - content.start, 0);
        expect(length).toBe(read(vector.plaintext).length);
      }
    },
  );

  test.each(vectors.map((vector) => [vector.id, vector] as const))(
    '%s re-encodes to the same header',
    (_id, vector) => {
      const message = read(vector.message);
      const header = parseMessageHeader(message);
      const written = writtenForm(message);
      expect(Buffer.compare(reencodeHeaderBody(header), written)).toBe(0);
      const { headerBody } = readMessageLayout(message);
      expect(Buffer.compare(written, message.subarray(0, headerBody.end)) === 0).toBe(!isReadOnlyForm(message));
    },
  );

  const signed = vectors.filter(({ storedEncryptionContext }) => PUBLIC_KEY in storedEncryptionContext);
  test('include signed messages that only AWS can open', () => {
    expect(signed.filter(({ expect: outcome }) => outcome === 'parse-only').length).toBeGreaterThan(10);
  });
  test.each(signed.map((vector) => [vector.id, vector] as const))(
    '%s has a signature that verifies without a data key',
    (_id, vector) => {
      expect(verifySignature(read(vector.message), vector.storedEncryptionContext[PUBLIC_KEY]!)).toBe(true);
    },
  );

  const known = vectors.filter(({ knownAnswers }) => knownAnswers !== undefined);
  test.each(known.map((vector) => [vector.id, vector] as const))('%s has the known answers', (_id, vector) => {
    const { messageId, commitment } = parseMessageHeader(read(vector.message));
    const { knownAnswers: answers, keyring } = vector;
    expect(base64(messageId)).toBe(answers!.messageId);
    expect(base64(commitment!)).toBe(answers!.commitment);
    if (answers!.contentEncryptionKey === null || keyring.kind !== 'given-data-key') return;
    const derived = deriveKeys(Number(vector.suite), Buffer.from(keyring.dataKey, 'base64'), messageId);
    expect(base64(derived.key)).toBe(answers!.contentEncryptionKey);
  });
});

function decryptOptions({ encryptionContext }: Vector): DecryptOptions {
  return {
    commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
    ...(encryptionContext === null ? {} : { encryptionContext }),
  };
}

/** Web streams, and random access to what is framed. */
function furtherReaders({ framing }: Vector) {
  return [READERS['decryptWebStream'], ...(framing.type === 'framed' ? [READERS['openMessage']] : [])];
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
