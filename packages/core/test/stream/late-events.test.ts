// What comes late: a signal after the last byte went in, a listener after the failure.

import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { decrypt, decryptWebStream, encrypt, encryptWebStream, openMessage } from '../../src/index.ts';
import { decryptStream, encryptStream } from '../../src/node/index.ts';
import { CountingManager } from '../materials/counting-manager.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { patternBytes } from './pattern-bytes.ts';
import { iterableToWeb } from './stream-kinds.ts';

const plaintext = Buffer.from(patternBytes(300_000));
const tired = new Error('tired of waiting');

async function sealed(): Promise<Uint8Array> {
  return (await encrypt(new FakeKeyring(), plaintext)).message;
}

async function opens(message: Uint8Array): Promise<boolean> {
  return plaintext.equals((await decrypt(new FakeKeyring(), message)).plaintext);
}

describe('a signal that is aborted when all input is in, but not all output is out', () => {
  it.each(['encrypt', 'decrypt'] as const)('fails the pipeline of Node streams: %s', async (direction) => {
    const manager = new CountingManager();
    const controller = new AbortController();
    const { signal } = controller;
    const stream = direction === 'encrypt' ? encryptStream(manager, { signal }) : decryptStream(manager, { signal });
    const input = direction === 'encrypt' ? plaintext : await sealed();
    // A sink that never calls back.
    const running = pipeline(Readable.from([input]), stream, new Writable({ highWaterMark: 1, write() {} }));
    running.catch(() => {});
    await stream.header;
    await sleep(20);
    expect(stream.writableFinished).toBe(true);
    controller.abort(tired);
    await expect(running).rejects.toBe(tired);
    expect(manager.releases).toEqual([1]);
  });

  it.each(['encrypt', 'decrypt'] as const)('fails the reader of web streams: %s', async (direction) => {
    const manager = new CountingManager();
    const controller = new AbortController();
    const { signal } = controller;
    const stream =
      direction === 'encrypt' ? encryptWebStream(manager, { signal }) : decryptWebStream(manager, { signal });
    const input = direction === 'encrypt' ? plaintext : await sealed();
    const reader = iterableToWeb([input]).pipeThrough(stream).getReader();
    await reader.read();
    await sleep(20);
    controller.abort(tired);
    const rest = async (): Promise<void> => {
      while (!(await reader.read()).done);
    };
    await expect(rest()).rejects.toBe(tired);
    expect(manager.releases).toEqual([1]);
  });

  it('means nothing once everything was read', async () => {
    const controller = new AbortController();
    const stream = encryptStream(new FakeKeyring(), { signal: controller.signal });
    const output = await Readable.from([plaintext]).pipe(stream).toArray();
    const web = iterableToWeb([plaintext]).pipeThrough(
      encryptWebStream(new FakeKeyring(), { signal: controller.signal }),
    );
    const webOutput: Uint8Array[] = [];
    for await (const piece of web as unknown as AsyncIterable<Uint8Array>) webOutput.push(piece);
    controller.abort(tired);
    await sleep(5);
    for (const message of [Buffer.concat(output), Buffer.concat(webOutput)]) {
      expect(await opens(message)).toBe(true);
    }
  });
});

describe('a failure that nobody listened to', () => {
  const broken = (): ReturnType<typeof encryptStream> =>
    encryptStream({
      onEncrypt: () => sleep(5).then(() => Promise.reject(tired)),
      onDecrypt: async () => undefined,
    });
  const uses: Readonly<Record<string, (stream: ReturnType<typeof encryptStream>) => Promise<unknown>>> = {
    finished: (stream) => finished(stream),
    'once(error)': async (stream) => {
      throw (await once(stream, 'error'))[0];
    },
    'once(end)': (stream) => once(stream, 'end'),
    'for await': async (stream) => {
      for await (const _chunk of stream);
    },
    'pipeline from a source that waits': (stream) => pipeline(new Readable({ read() {} }), stream, new Writable()),
  };
  it.each(Object.keys(uses))('reaches %s', async (name) => {
    const stream = broken();
    await sleep(20);
    await expect(uses[name]?.(stream)).rejects.toBe(tired);
  });

  it.each(Object.keys(uses).slice(0, 4))('reaches %s also where somebody had begun to read', async (name) => {
    const stream = broken();
    stream.read();
    await sleep(20);
    await expect(uses[name]?.(stream)).rejects.toBe(tired);
  });

  it('reaches whoever listens behind a pipe', async () => {
    const stream = broken();
    stream.pipe(new Writable({ write() {} }));
    await sleep(20);
    await expect(finished(stream)).rejects.toBe(tired);
  });
});

describe('output', () => {
  it('of web streams has memory of its own, so it can be transferred', async () => {
    const received: Uint8Array[] = [];
    const sink = new WritableStream<Uint8Array>({
      write(chunk) {
        received.push(structuredClone(chunk, { transfer: [chunk.buffer] }));
        expect(chunk.length).toBe(0);
      },
    });
    await iterableToWeb([plaintext]).pipeThrough(encryptWebStream(new FakeKeyring())).pipeTo(sink);
    expect(await opens(Buffer.concat(received))).toBe(true);
  });

  it('of Node streams that shares memory is not transferable, so nothing is lost silently', async () => {
    const shared: Uint8Array[] = [];
    const stream = Readable.from([plaintext]).pipe(encryptStream(new FakeKeyring()));
    stream.on('data', (chunk: Uint8Array) => {
      if (chunk.length < chunk.buffer.byteLength) shared.push(chunk);
    });
    await finished(stream);
    for (const chunk of shared) {
      const before = Uint8Array.from(chunk);
      try {
        // Node 20 copies instead of refusing.
        structuredClone(chunk, { transfer: [chunk.buffer as ArrayBuffer] });
      } catch (error) {
        expect((error as Error).name).toBe('DataCloneError');
      }
      expect(Uint8Array.from(chunk)).toEqual(before);
    }
    expect(shared.length).toBeGreaterThan(1);
  });
});

it('many operations on one signal have one listener between them', async () => {
  const { signal } = new AbortController();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const reader = await openMessage(new FakeKeyring(), await sealed(), { acceptUnsignedRanges: true, signal });
  const reads = Array.from({ length: 50 }, (_, index) => reader.read(index, index + 10, { signal }));
  const streams = Array.from({ length: 20 }, () => encryptStream(new FakeKeyring(), { signal }));
  await Promise.all(reads);
  await sleep(10);
  for (const stream of streams) stream.destroy();
  await reader.close();
  process.off('warning', onWarning);
  expect(warnings).toEqual([]);
});

it('what one listener of a signal throws keeps nothing from the others', async () => {
  const controller = new AbortController();
  const first = encryptStream(new FakeKeyring(), { signal: controller.signal });
  const second = encryptStream(new FakeKeyring(), { signal: controller.signal });
  const failures = [finished(first), finished(second)].map((done) => done.catch((error: unknown) => error));
  controller.abort(tired);
  expect(await Promise.all(failures)).toEqual([tired, tired]);
});
