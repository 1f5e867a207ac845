import { describe, expect, it } from 'vitest';
import {
  DefaultMaterialsManager,
  decrypt,
  encrypt,
  type Keyring,
  type MaterialsManager,
  openMessage,
} from '../../src/index.ts';
import { deferred } from '../../src/stream/deferred.ts';
import { CountingManager } from '../materials/counting-manager.ts';
import { FakeKeyring } from '../materials/fake-keyring.ts';

const plaintext = new Uint8Array(10);
const never = (): Promise<never> => new Promise(() => {});
const deaf: Keyring = { onEncrypt: never, onDecrypt: never };

describe('an abort while the keys are being fetched', () => {
  it.each([
    ['encrypt', (signal: AbortSignal) => encrypt(deaf, plaintext, { signal })],
    [
      'decrypt',
      async (signal: AbortSignal) => decrypt(deaf, (await encrypt(new FakeKeyring(), plaintext)).message, { signal }),
    ],
    [
      'openMessage',
      async (signal: AbortSignal) => {
        const { message } = await encrypt(new FakeKeyring(), plaintext, { algorithmSuite: 0x0478 });
        return openMessage(deaf, message, { signal });
      },
    ],
  ])('%s rejects with the reason, though the keyring does not heed the signal', async (_name, run) => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = run(abort.signal);
    setTimeout(() => abort.abort(reason), 20);
    await expect(running).rejects.toBe(reason);
  });

  it('releases a lease that comes too late, once', async () => {
    const counting = new CountingManager(new FakeKeyring());
    const { promise: arrival, resolve: arrive } = deferred<void>();
    const late: MaterialsManager = {
      getEncryptionMaterials: async (request) => {
        await arrival;
        return counting.getEncryptionMaterials(request);
      },
      getDecryptionMaterials: (request) => new DefaultMaterialsManager(deaf).getDecryptionMaterials(request),
    };
    const abort = new AbortController();
    const running = encrypt(late, plaintext, { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    arrive();
    await expect.poll(() => counting.releases).toEqual([1]);
  });
});
