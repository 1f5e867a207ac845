import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { decrypt, encrypt } from '../../src/index.ts';
import { decryptStream, encryptStream } from '../../src/node/index.ts';
import { CountingManager } from '../materials/counting-manager.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { patternBytes } from '../stream/pattern-bytes.ts';

const unsigned = { algorithmSuite: 0x0478, frameLength: 1000 };

describe('message transform', () => {
  it('lets a writer use its buffer again once the write is called back', async () => {
    const keyring = new FakeKeyring();
    const plaintext = patternBytes(12_345);
    const encrypting = encryptStream(keyring, unsigned);
    const decrypting = decryptStream(keyring);
    encrypting.pipe(decrypting);
    const output: Uint8Array[] = [];
    decrypting.on('data', (chunk: Uint8Array) => output.push(chunk));
    const buffer = new Uint8Array(777);
    for (let position = 0; position < plaintext.length; position += buffer.length) {
      const part = plaintext.subarray(position, position + buffer.length);
      buffer.set(part);
      await new Promise((resolve) => encrypting.write(buffer.subarray(0, part.length), resolve));
      buffer.fill(0xee);
    }
    encrypting.end();
    await once(decrypting, 'end');
    expect(Buffer.concat(output).equals(plaintext)).toBe(true);
  });

  it('lets a writer use its buffer again when decrypting, wherever frames are cut', async () => {
    const keyring = new FakeKeyring();
    const plaintext = patternBytes(3500);
    const { message } = await encrypt(keyring, plaintext, unsigned);
    for (const chunking of [1, 13, 16, 100, 1031]) {
      const stream = decryptStream(keyring);
      const output: Uint8Array[] = [];
      stream.on('data', (chunk: Uint8Array) => output.push(chunk));
      const buffer = Buffer.alloc(chunking);
      for (let position = 0; position < message.length; position += chunking) {
        const part = message.subarray(position, position + chunking);
        buffer.set(part);
        await new Promise((resolve) => stream.write(buffer.subarray(0, part.length), resolve));
        buffer.fill(0xee);
      }
      stream.end();
      await once(stream, 'end');
      expect(Buffer.concat(output).equals(plaintext)).toBe(true);
    }
  });

  it('refuses a string, and says how to make bytes of it', async () => {
    const stream = encryptStream(new FakeKeyring());
    const failed = once(stream, 'error');
    stream.write('text');
    const [error] = await failed;
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain('TextEncoder');
  });

  it('takes async iterables and is one', async () => {
    const keyring = new FakeKeyring();
    async function* source(): AsyncGenerator<Uint8Array> {
      yield patternBytes(1500);
    }
    const output: Uint8Array[] = [];
    for await (const chunk of Readable.from(source())
      .pipe(encryptStream(keyring, unsigned))
      .pipe(decryptStream(keyring))) {
      output.push(chunk);
    }
    expect(Buffer.concat(output).equals(patternBytes(1500))).toBe(true);
  });

  it('gives the keys back when a loop over it is left', async () => {
    const manager = new CountingManager();
    const stream = Readable.from([patternBytes(5000)]).pipe(encryptStream(manager, unsigned));
    for await (const _chunk of stream) break;
    expect(manager.releases).toEqual([1]);
  });

  it('works a long chunk off only as fast as its reader reads', async () => {
    const stream = encryptStream(new FakeKeyring(), { algorithmSuite: 0x0478 });
    stream.write(new Uint8Array(16 * 1_048_576));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(stream.readableLength).toBeLessThan(2 * 1_048_576);
    stream.destroy();
  });

  it('does not take more from its source than a slow sink takes from it', async () => {
    let given = 0;
    function* source(): Generator<Uint8Array> {
      for (; given < 256; given++) yield new Uint8Array(65_536);
    }
    let ahead = 0;
    let taken = 0;
    const sink = new Writable({
      write(chunk: Uint8Array, _encoding, callback) {
        taken += chunk.length;
        ahead = Math.max(ahead, given * 65_536 - taken);
        setImmediate(callback);
      },
    });
    const keyring = new FakeKeyring();
    await pipeline(
      Readable.from(source(), { objectMode: false, highWaterMark: 65_536 }),
      encryptStream(keyring, { algorithmSuite: 0x0478 }),
      decryptStream(keyring),
      sink,
    );
    expect(taken).toBe(256 * 65_536);
    expect(ahead).toBeLessThan(16 * 65_536);
  });

  it('gives plain messages that decrypt opens', async () => {
    const keyring = new FakeKeyring();
    const stream = encryptStream(keyring, unsigned);
    stream.end(patternBytes(10));
    const message = Buffer.concat(await stream.toArray());
    expect((await decrypt(keyring, message)).plaintext).toEqual(patternBytes(10));
  });

  it.each(['sink', 'source', 'abort', 'destroy', 'unused'])(
    'leaves a process alive, with nothing open, after a failure: %s',
    (fault) => {
      const script = fileURLToPath(new URL('failing-pipeline.ts', import.meta.url));
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['--import', 'tsx', '--conditions=@waxseal/source', script, fault],
        { encoding: 'utf8', timeout: 30_000 },
      );
      expect(stderr).toBe('');
      expect(stdout).toBe(`caught ${fault}\n`);
      expect(status).toBe(0);
    },
  );
});
