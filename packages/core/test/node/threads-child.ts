// Run as a process of its own by threads.test.ts, against the bundled package: does the case that is named and prints
// what it saw as JSON. It must end by itself: no thread may keep the process alive.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, type Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { decrypt } from '@waxseal/core';
import { decryptFile, decryptStream, encryptFile, encryptStream } from '@waxseal/core/node';
import { FakeKeyring } from '../materials/fake-keyring.ts';

const [, , name = '', folder = ''] = process.argv;
const keyring = new FakeKeyring();
const plaintext = randomBytes(20_000_000);
const at = (file: string): string => join(folder, file);
const threads = { parallelism: 2 };
const unsigned = { algorithmSuite: 0x0478 };

/** Every worker that got a task. */
const workers = new Set<Worker>();
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (this: Worker, ...parameters: Parameters<typeof postMessage>) {
  workers.add(this);
  postMessage.apply(this, parameters);
};

function chunks(bytes: Uint8Array): Readable {
  return Readable.from(
    (function* () {
      for (let position = 0; position < bytes.length; position += 262_144) {
        yield bytes.subarray(position, position + 262_144);
      }
    })(),
    { objectMode: false },
  );
}

async function run(bytes: Uint8Array, stream: Transform): Promise<Buffer> {
  const output: Uint8Array[] = [];
  const sink = new Writable({
    write(chunk: Uint8Array, _encoding, callback) {
      output.push(chunk);
      callback();
    },
  });
  await pipeline(chunks(bytes), stream, sink);
  return Buffer.concat(output);
}

/** Seconds of processor time that the workers' own event loops report as active. */
const busyWorkers = (): number =>
  [...workers].filter((worker) => worker.performance.eventLoopUtilization().active > 5).length;

const nameOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

const cases: Readonly<Record<string, () => Promise<object>>> = {
  async streams() {
    const encrypting = encryptStream(keyring, threads);
    const message = await run(plaintext, encrypting);
    const encryptWorkers = busyWorkers();
    const decrypting = decryptStream(keyring, threads);
    const opened = await run(message, decrypting);
    const whole = await decrypt(keyring, message);
    return {
      parallelism: [encrypting.parallelism, decrypting.parallelism],
      encryptWorkers,
      equal: opened.equals(plaintext) && plaintext.equals(whole.plaintext),
    };
  },
  async 'unsigned streams'() {
    const encrypting = encryptStream(keyring, { ...threads, ...unsigned });
    const message = await run(plaintext, encrypting);
    const decrypting = decryptStream(keyring, threads);
    const opened = await run(message, decrypting);
    return { parallelism: [encrypting.parallelism, decrypting.parallelism], equal: opened.equals(plaintext) };
  },
  async 'broken signature'() {
    const message = await run(plaintext, encryptStream(keyring, threads));
    message[message.length - 3] = (message.at(-3) ?? 0) ^ 1;
    const stream = decryptStream(keyring, threads);
    let length = 0;
    stream.on('data', (chunk: Uint8Array) => {
      length += chunk.length;
    });
    const error = await nameOf(pipeline(chunks(message), stream));
    return { error, finalFrameWithheld: length <= plaintext.length - (plaintext.length % 65_536) };
  },
  async 'destroyed stream'() {
    const stream = encryptStream(keyring, threads);
    const failure = new Error('enough');
    const running = nameOf(run(plaintext, stream));
    setTimeout(() => stream.destroy(failure), 20);
    return { error: await running };
  },
  async 'forgotten stream'() {
    const stream = encryptStream(keyring, threads);
    stream.write(new Uint8Array(1000));
    await stream.header;
    return { parallelism: stream.parallelism };
  },
  async 'lost thread of a stream'() {
    const stream = encryptStream(keyring, threads);
    const running = nameOf(run(plaintext, stream));
    await stream.header;
    for (const worker of workers) void worker.terminate();
    return { error: await running };
  },
  async 'no thread to be had'() {
    writeFileSync(at('plain'), plaintext);
    const before = Worker.prototype.postMessage;
    let calls = 0;
    Worker.prototype.postMessage = function (this: Worker, ...parameters: Parameters<typeof postMessage>) {
      calls += 1;
      if (calls === 2) throw new Error('EAGAIN');
      before.apply(this, parameters);
    };
    const refused = encryptFile(keyring, at('plain'), at('sealed'), { ...unsigned, parallelism: 4 });
    const error = await nameOf(refused);
    Worker.prototype.postMessage = before;
    // The files of the next operation get the numbers of those that were closed: whoever still wrote would write into them.
    await encryptFile(keyring, at('plain'), at('sealed'), unsigned);
    const { plaintext: opened } = await decrypt(keyring, readFileSync(at('sealed')));
    return { error, calls, equal: plaintext.equals(opened) };
  },
  async files() {
    writeFileSync(at('plain'), plaintext);
    const seen: object[] = [];
    for (const options of [unsigned, {}]) {
      const sealed = await encryptFile(keyring, at('plain'), at('sealed'), { ...options, ...threads, overwrite: true });
      const opened = await decryptFile(keyring, at('sealed'), at('opened'), { ...threads, overwrite: true });
      const whole = await decrypt(keyring, readFileSync(at('sealed')));
      seen.push({
        parallelism: [sealed.parallelism, opened.parallelism],
        equal: readFileSync(at('opened')).equals(plaintext) && plaintext.equals(whole.plaintext),
      });
    }
    return { seen, workers: busyWorkers() };
  },
  async 'small file'() {
    writeFileSync(at('plain'), plaintext.subarray(0, 1000));
    const { parallelism } = await encryptFile(keyring, at('plain'), at('sealed'), threads);
    return { parallelism, workers: workers.size };
  },
  async 'broken file'() {
    writeFileSync(at('plain'), plaintext);
    await encryptFile(keyring, at('plain'), at('sealed'), { ...unsigned, ...threads });
    const message = readFileSync(at('sealed'));
    message[10_000_000] = (message[10_000_000] ?? 0) ^ 1;
    writeFileSync(at('sealed'), message);
    const error = await nameOf(decryptFile(keyring, at('sealed'), at('opened'), threads));
    return { error, left: readdirSync(folder).sort() };
  },
  async 'lost thread of a file'() {
    writeFileSync(at('plain'), plaintext);
    const onProgress = (): void => {
      for (const worker of workers) void worker.terminate();
    };
    const options = { ...unsigned, ...threads, onProgress };
    const error = await nameOf(encryptFile(keyring, at('plain'), at('sealed'), options));
    return { error, left: readdirSync(folder).sort() };
  },
  async 'full disk'() {
    writeFileSync(at('plain'), plaintext.subarray(0, 17_000_000));
    // The parent limits the length of files with ulimit, so the kernel refuses the last bytes of the message.
    const codes = [];
    for (const parallelism of [1, 2]) {
      const options = { ...unsigned, parallelism };
      const error = await encryptFile(keyring, at('plain'), at('sealed'), options).catch((reason: unknown) => reason);
      codes.push((error as { code?: string }).code);
    }
    return { codes, left: readdirSync(folder).sort() };
  },
  async 'aborted file'() {
    writeFileSync(at('plain'), plaintext);
    const controller = new AbortController();
    const onProgress = (): void => controller.abort(new Error('enough'));
    const options = { ...unsigned, ...threads, onProgress, signal: controller.signal };
    const error = await nameOf(encryptFile(keyring, at('plain'), at('sealed'), options));
    return { error, left: readdirSync(folder).sort() };
  },
};

console.log(JSON.stringify(await cases[name]?.()));
