// encryptFile and decryptFile together: what goes into one comes out of the other, and neither leaves half a file.

import { spawnSync } from 'node:child_process';
import {
  type FileHandle,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  DecryptionFailedError,
  decrypt,
  EnvelopeError,
  encrypt,
  LimitExceededError,
  MalformedMessageError,
  messageLength,
} from '../../src/index.ts';
import { decryptFile, encryptFile } from '../../src/node/index.ts';
import { CountingManager } from '../materials/counting-manager.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';
import { craftFramed, craftNonFramed } from '../stream/crafted-message.ts';
import { patternBytes } from '../stream/pattern-bytes.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const temporaries = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.endsWith('.tmp'));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'files-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

/** Makes the file handle's method fail from its n-th call on. @returns Tells how often it was called. */
async function failOn(
  method: 'write' | 'sync' | 'datasync' | 'read' | 'stat',
  code: string,
  fromCall = 1,
): Promise<() => number> {
  const handle = await open(at('probe'), 'w');
  const prototype = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  await rm(at('probe'));
  const original = prototype[method] as (...parameters: unknown[]) => Promise<unknown>;
  let calls = 0;
  vi.spyOn(prototype, method).mockImplementation(function (this: FileHandle, ...parameters: unknown[]) {
    calls += 1;
    if (calls >= fromCall) return Promise.reject(Object.assign(new Error(`${code}: injected`), { code }));
    return original.apply(this, parameters);
  } as never);
  return () => calls;
}

describe('files', () => {
  it.each(
    [0, 1, 999, 1000, 1001, 3500, 1_048_576, 3_000_001].flatMap((length) =>
      [0x0478, 0x0578].map((suite) => [length, suite] as const),
    ),
  )('take %i bytes of suite %i there and back', async (length, algorithmSuite) => {
    const plaintext = patternBytes(length);
    await writeFile(at('plain'), plaintext);
    const manager = new CountingManager();
    const sealed = await encryptFile(manager, at('plain'), at('sealed'), { algorithmSuite, frameLength: 1000 });
    const message = await readFile(at('sealed'));
    expect(sealed.bytesRead).toBe(length);
    expect(sealed.bytesWritten).toBe(message.length);
    expect(Math.abs(message.length - messageLength(sealed.header, length))).toBeLessThanOrEqual(
      algorithmSuite === 0x0478 ? 0 : 3,
    );
    expect(Buffer.from((await decrypt(new FakeKeyring(), message)).plaintext).equals(plaintext)).toBe(true);
    const opened = await decryptFile(manager, at('sealed'), at('opened'));
    expect((await readFile(at('opened'))).equals(plaintext)).toBe(true);
    expect(opened).toMatchObject({ bytesRead: message.length, bytesWritten: length });
    expect(opened.encryptionContext).toEqual(sealed.header.encryptionContext);
    expect(manager.badLeases).toBe(0);
    expect(await temporaries()).toEqual([]);
  });

  it.each([1, 4096, 65_536, 1_048_576, 1_500_000])('work with frames of %i bytes', async (frameLength) => {
    const plaintext = patternBytes(frameLength === 1 ? 5000 : 4_000_000);
    await writeFile(at('plain'), plaintext);
    await encryptFile(new FakeKeyring(), at('plain'), at('sealed'), { algorithmSuite: 0x0478, frameLength });
    await decryptFile(new FakeKeyring(), at('sealed'), at('opened'));
    expect((await readFile(at('opened'))).equals(plaintext)).toBe(true);
  });

  it('takes URLs, and gives the target to its owner alone', async () => {
    await writeFile(at('plain'), 'text');
    await encryptFile(new FakeKeyring(), pathToFileURL(at('plain')), pathToFileURL(at('sealed')));
    expect((await stat(at('sealed'))).mode & 0o777).toBe(0o600);
  });

  it('reads messages that end in an empty frame, and non-framed ones', async () => {
    const plaintext = patternBytes(2000);
    const shapes = [
      craftFramed([plaintext.subarray(0, 1000), plaintext.subarray(1000), new Uint8Array(0)], 1000),
      craftNonFramed(plaintext),
    ];
    for (const [index, message] of shapes.entries()) {
      await writeFile(at('sealed'), message);
      await decryptFile(new FakeKeyring(), at('sealed'), at(`opened ${index}`));
      expect((await readFile(at(`opened ${index}`))).equals(plaintext)).toBe(true);
    }
  });

  it('tells its progress up to the whole', async () => {
    await writeFile(at('plain'), patternBytes(3_500_000));
    for (const [convert, from, to] of [
      [encryptFile, 'plain', 'sealed'],
      [decryptFile, 'sealed', 'opened'],
    ] as const) {
      const seen: number[] = [];
      let total = 0;
      await convert(new FakeKeyring(), at(from), at(to), {
        onProgress: ({ bytesDone, bytesTotal }) => {
          seen.push(bytesDone);
          total = bytesTotal;
        },
      });
      expect(total).toBe((await stat(at(from))).size);
      expect(seen.at(-1)).toBe(total);
      expect(seen).toEqual([...seen].sort((left, right) => left - right));
      expect(seen.length).toBeGreaterThan(3);
    }
  });

  it('refuses to overwrite unless told, and then replaces the whole file', async () => {
    await writeFile(at('plain'), patternBytes(10));
    await writeFile(at('sealed'), 'precious');
    const refused = encryptFile(new FakeKeyring(), at('plain'), at('sealed'));
    await expect(refused).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(at('sealed'), 'utf8')).toBe('precious');
    await encryptFile(new FakeKeyring(), at('plain'), at('sealed'), { overwrite: true });
    await writeFile(at('opened'), 'precious');
    await expect(decryptFile(new FakeKeyring(), at('sealed'), at('opened'))).rejects.toMatchObject({ code: 'EEXIST' });
    await decryptFile(new FakeKeyring(), at('sealed'), at('opened'), { overwrite: true });
    expect((await readFile(at('opened'))).equals(patternBytes(10))).toBe(true);
  });

  it('keeps a target that somebody else made meanwhile', async () => {
    await writeFile(at('plain'), patternBytes(10));
    const keyring = new FakeKeyring();
    const onEncrypt = keyring.onEncrypt.bind(keyring);
    keyring.onEncrypt = async (request) => {
      await writeFile(at('sealed'), 'precious');
      return onEncrypt(request);
    };
    await expect(encryptFile(keyring, at('plain'), at('sealed'))).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(at('sealed'), 'utf8')).toBe('precious');
    expect(await temporaries()).toEqual([]);
  });

  it('refuses a source that is the target, under whatever name', async () => {
    await writeFile(at('plain'), patternBytes(10));
    await link(at('plain'), at('hard'));
    await symlink(at('plain'), at('soft'));
    for (const target of ['plain', 'hard', 'soft']) {
      const options = { overwrite: true };
      await expect(encryptFile(new FakeKeyring(), at('plain'), at(target), options)).rejects.toBeInstanceOf(TypeError);
    }
    expect((await readFile(at('plain'))).equals(patternBytes(10))).toBe(true);
  });

  it('refuses missing sources, missing folders and directories clearly', async () => {
    await writeFile(at('plain'), patternBytes(10));
    await mkdir(at('folder'));
    const run = (from: string, to: string, options = {}) => encryptFile(new FakeKeyring(), at(from), at(to), options);
    await expect(run('none', 'sealed')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(run('folder', 'sealed')).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(run('plain', 'folder')).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(run('plain', 'folder', { overwrite: true })).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(run('plain', 'no folder/sealed')).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await readdir(folder)).sort()).toEqual(['folder', 'plain']);
  });

  it.each([
    ['write', 'ENOSPC', 1],
    ['write', 'ENOSPC', 3],
    ['write', 'EIO', 2],
    ['sync', 'ENOSPC', 1],
    ['read', 'EIO', 2],
  ] as const)('leaves nothing behind when %s fails with %s at call %i', async (method, code, call) => {
    await writeFile(at('plain'), patternBytes(3_000_000));
    await writeFile(at('ready'), (await encrypt(new FakeKeyring(), patternBytes(3_000_000))).message);
    const manager = new CountingManager();
    await failOn(method, code, call);
    await expect(encryptFile(manager, at('plain'), at('sealed'))).rejects.toMatchObject({ code });
    vi.restoreAllMocks();
    await failOn(method, code, call);
    await expect(decryptFile(manager, at('ready'), at('opened'))).rejects.toMatchObject({ code });
    expect((await readdir(folder)).sort()).toEqual(['plain', 'ready']);
    expect(manager.badLeases).toBe(0);
  });

  it.each([1, 2])(
    'brings long files to the disk while it writes, and heeds what that says; %i threads',
    async (parallelism) => {
      await writeFile(at('plain'), patternBytes(70_000_000));
      const keyring = new FakeKeyring();
      const countSyncs = await failOn('datasync', 'EIO', Number.POSITIVE_INFINITY);
      await encryptFile(keyring, at('plain'), at('sealed'), { algorithmSuite: 0x0478, parallelism });
      await decryptFile(keyring, at('sealed'), at('opened'), { parallelism });
      expect((await readFile(at('opened'))).equals(patternBytes(70_000_000))).toBe(true);
      expect(countSyncs()).toBeGreaterThanOrEqual(2);
      vi.restoreAllMocks();
      await failOn('datasync', 'EIO');
      const options = { algorithmSuite: 0x0478, parallelism, overwrite: true } as const;
      await expect(encryptFile(keyring, at('plain'), at('sealed'), options)).rejects.toMatchObject({ code: 'EIO' });
      await expect(decryptFile(keyring, at('sealed'), at('opened'), options)).rejects.toMatchObject({ code: 'EIO' });
      expect(await temporaries()).toEqual([]);
      expect((await readFile(at('opened'))).equals(patternBytes(70_000_000))).toBe(true);
    },
  );

  it('leaves nothing behind when its folder may not be written', async () => {
    await writeFile(at('plain'), patternBytes(10));
    await mkdir(at('closed'), 0o500);
    const writing = encryptFile(new FakeKeyring(), at('plain'), join(at('closed'), 'sealed'));
    // Root may write everywhere.
    if (process.getuid?.() === 0) await writing;
    else await expect(writing).rejects.toMatchObject({ code: 'EACCES' });
  });

  it('leaves nothing behind when aborted, or when onProgress throws', async () => {
    await writeFile(at('plain'), patternBytes(5_000_000));
    const manager = new CountingManager();
    const controller = new AbortController();
    const reason = new Error('enough');
    const aborted = encryptFile(manager, at('plain'), at('sealed'), {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(aborted).rejects.toBe(reason);
    const onProgress = (): void => {
      throw reason;
    };
    await expect(encryptFile(manager, at('plain'), at('sealed'), { onProgress })).rejects.toBe(reason);
    expect(await readdir(folder)).toEqual(['plain']);
    expect(manager.badLeases).toBe(0);
  });

  it('leaves nothing behind when the keys fail', async () => {
    await writeFile(at('plain'), patternBytes(10));
    const keyring = new FakeKeyring();
    keyring.onEncrypt = () => Promise.reject(new Error('no keys today'));
    await expect(encryptFile(keyring, at('plain'), at('sealed'))).rejects.toThrow('no keys today');
    expect(await readdir(folder)).toEqual(['plain']);
  });

  it('fails when the source changes while it is read', async () => {
    await writeFile(at('plain'), patternBytes(3_000_000));
    const change = async (content: Uint8Array): Promise<unknown> => {
      let changed: Promise<void> | undefined;
      await rm(at('sealed'), { force: true });
      return encryptFile(new FakeKeyring(), at('plain'), at('sealed'), {
        onProgress: () => {
          changed ??= writeFile(at('plain'), content);
        },
      }).then(
        () => changed,
        (error: unknown) => error,
      );
    };
    for (const length of [10, 3_000_001, 3_000_000]) {
      expect(await change(patternBytes(length))).toBeInstanceOf(Error);
      expect(await readdir(folder)).toEqual(['plain']);
      await writeFile(at('plain'), patternBytes(3_000_000));
    }
  });

  it.each([0x0478, 0x0578])('publishes nothing of a broken message of suite %i', async (algorithmSuite) => {
    const { message, header } = await encrypt(new FakeKeyring(), patternBytes(2500), {
      algorithmSuite,
      frameLength: 1000,
    });
    const run = async (bytes: Uint8Array): Promise<unknown> => {
      await writeFile(at('broken'), bytes);
      return decryptFile(new FakeKeyring(), at('broken'), at('opened')).catch((error: unknown) => error);
    };
    for (let index = 0; index < message.length; index += index < header.headerLength ? 7 : 101) {
      const broken = message.slice();
      broken[index] = (broken[index] ?? 0) ^ 0x10;
      expect(await run(broken), `byte ${index}`).toSatisfy(EnvelopeError.is);
    }
    for (let length = 0; length < message.length; length += 97) {
      expect(await run(message.subarray(0, length)), `cut to ${length}`).toBeInstanceOf(MalformedMessageError);
    }
    expect(await run(Buffer.concat([message, new Uint8Array(1)]))).toBeInstanceOf(MalformedMessageError);
    if (algorithmSuite === 0x0578) {
      const broken = message.slice();
      broken[message.length - 4] = (broken.at(-4) ?? 0) ^ 1;
      expect(await run(broken)).toBeInstanceOf(DecryptionFailedError);
    }
    expect(await readdir(folder)).toEqual(['broken']);
  });

  it('holds maxPlaintextLength before it writes', async () => {
    await writeFile(at('sealed'), (await encrypt(new FakeKeyring(), patternBytes(1500))).message);
    const run = (maxPlaintextLength: number) =>
      decryptFile(new FakeKeyring(), at('sealed'), at('opened'), { maxPlaintextLength });
    await expect(run(1499)).rejects.toBeInstanceOf(LimitExceededError);
    expect(await readdir(folder)).toEqual(['sealed']);
    await run(1500);
  });

  it.each(['encrypt', 'decrypt'])('leaves only a temporary file when %sing is killed', async (direction) => {
    await writeFile(at('plain'), patternBytes(8_000_000));
    await writeFile(at('ready'), (await encrypt(new FakeKeyring(), patternBytes(8_000_000))).message);
    const script = fileURLToPath(new URL('killed-conversion.ts', import.meta.url));
    const { signal } = spawnSync(
      process.execPath,
      [
        '--import',
        'tsx',
        '--conditions=@waxseal/source',
        script,
        direction,
        at(direction === 'encrypt' ? 'plain' : 'ready'),
        at('target'),
      ],
      { timeout: 30_000 },
    );
    expect(signal).toBe('SIGKILL');
    const left = (await readdir(folder)).filter((name) => name !== 'plain' && name !== 'ready');
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/^\.waxseal-[0-9a-f]{16}\.tmp$/);
    expect((await stat(at(left[0] ?? ''))).mode & 0o777).toBe(0o600);
  });
});
