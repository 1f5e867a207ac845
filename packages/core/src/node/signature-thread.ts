// The hash of a signed message in a thread of its own, which owns the whole Sign or Verify object: ECDSA by node:crypto takes
// no digest that was made elsewhere. SHA-384 then runs beside AES instead of after it.

import type { KeyObject } from 'node:crypto';
import { engine } from '#engine';
import type { SigningKey } from '../crypto/crypto-engine.ts';
import type { CreateSigningSink, CreateVerifyingSink, SignatureSink } from '../stream/signature-sink.ts';
import { RingWriter, type SharedRing } from './byte-ring.ts';
import { decodeThreadFailure } from './thread-failure.ts';
import { LEAST_LENGTH_FOR_THREADS, Thread } from './thread-pool.ts';
import type { ThreadAnswer, ThreadTask } from './thread-task.ts';

/** Longest signature that a footer can hold. */
const MAX_SIGNATURE_LENGTH = 65_535;

/**
 * Decides, before a message is started, whether its hash gets a thread.
 *
 * @param parallelism - The most threads that the caller wants.
 * @param plaintextLength - Bytes, where known.
 */
export function usesSignatureThread(parallelism: number, plaintextLength: number | undefined): boolean {
  const isLong = plaintextLength === undefined || plaintextLength >= LEAST_LENGTH_FOR_THREADS;
  return parallelism > 1 && engine.engineName === 'node' && isLong;
}

/** Makes a sink that signs in another thread. */
export const createSigningThread: CreateSigningSink = ({ signingKey, headerBytes, header }) => {
  if (signingKey === undefined) return undefined;
  const { curve, privateKey } = signingKey as SigningKey & { readonly privateKey: KeyObject };
  const preferredLength = header.algorithmSuite.signature?.signatureLength ?? 0;
  const thread = new SignatureThread((ring) => ({ kind: 'sign', ring, curve, privateKey, preferredLength }));
  for (const piece of headerBytes) thread.update(piece);
  return sinkOf(thread, { sign: async () => (await thread.finish()) as Uint8Array });
};

/** Makes a sink that verifies in another thread. */
export const createVerifyingThread: CreateVerifyingSink = ({ header, verificationKey, signedHeader }) => {
  const curve = header.algorithmSuite.signature?.curve;
  if (curve === undefined || verificationKey === undefined) return undefined;
  const signatureRoom = new SharedArrayBuffer(4 + MAX_SIGNATURE_LENGTH);
  const thread = new SignatureThread((ring) => ({
    kind: 'verify',
    ring,
    curve,
    publicKey: verificationKey,
    signature: signatureRoom,
  }));
  for (const piece of signedHeader) thread.update(piece);
  const verify = async (signature: Uint8Array): Promise<boolean> => {
    new DataView(signatureRoom).setUint32(0, signature.length);
    new Uint8Array(signatureRoom, 4).set(signature);
    return (await thread.finish()) === true;
  };
  return sinkOf(thread, { verify });
};

function sinkOf<End extends object>(thread: SignatureThread, end: End): SignatureSink & End {
  return {
    ...end,
    update: (bytes) => thread.update(bytes),
    ready: () => thread.ready(),
    close: () => thread.close(),
  };
}

/** This thread's side: puts bytes into the ring as far as there is room, and the rest when there is room again. */
class SignatureThread {
  readonly #thread = Thread.borrow();
  readonly #writer: RingWriter;
  #queue: Uint8Array[] = [];
  #ended = false;
  #failure: unknown;
  #onRoom: () => void = () => {};
  readonly #result: Promise<Uint8Array | boolean | undefined>;

  constructor(createTask: (ring: SharedRing) => ThreadTask) {
    const ring = this.#thread.ring();
    this.#writer = new RingWriter(ring);
    this.#result = new Promise((resolve, reject) => {
      this.#thread.run(createTask(ring), (answer: ThreadAnswer) => {
        // With its last answer the thread, and the ring with it, may go to another message.
        if (answer.kind === 'done' || answer.kind === 'failed') this.#ended = true;
        if (answer.kind === 'done') resolve(answer.result);
        if (answer.kind === 'failed') {
          this.#failure = decodeThreadFailure(answer.failure);
          reject(this.#failure);
        }
        this.#onRoom();
      });
    });
    this.#result.catch(() => {});
  }

  update(bytes: Uint8Array): void {
    if (this.#ended) return;
    const taken = this.#queue.length === 0 ? this.#writer.write(bytes) : 0;
    if (taken < bytes.length) this.#queue.push(bytes.subarray(taken));
  }

  ready(): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return this.#queue.length === 0 ? undefined : this.#drain();
  }

  async finish(): Promise<Uint8Array | boolean | undefined> {
    await this.ready();
    this.#end('finished');
    this.#thread.awaited(true);
    return this.#result;
  }

  close(): void {
    this.#end('abandoned');
    this.#queue = [];
    this.#onRoom();
  }

  #end(how: 'finished' | 'abandoned'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#writer.end(how);
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const [first = new Uint8Array(0)] = this.#queue;
      const taken = this.#writer.write(first);
      if (taken === first.length) this.#queue.shift();
      else this.#queue[0] = first.subarray(taken);
      if (this.#queue.length > 0) await this.#waitForRoom();
      if (this.#failure !== undefined) throw this.#failure;
    }
  }

  async #waitForRoom(): Promise<void> {
    const room = new Promise<void>((resolve) => {
      this.#onRoom = resolve;
    });
    if (this.#writer.askForRoom()) {
      this.#thread.awaited(true);
      await room;
      this.#thread.awaited(false);
    }
    this.#onRoom = () => {};
  }
}
