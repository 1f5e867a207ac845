import type { MaterialsLease } from '../materials/materials-manager.ts';
import { listenForAbort } from './listen-for-abort.ts';

/**
 * Waits for materials no longer than the signal allows, also where a keyring or a KMS client does not heed it.
 *
 * @param asked - The manager's answer; a lease that comes after the abort is released here.
 * @throws The signal's reason; what `asked` rejects with.
 */
export function leaseOrAbort<Materials>(
  asked: Promise<MaterialsLease<Materials>>,
  signal: AbortSignal | undefined,
): Promise<MaterialsLease<Materials>> {
  if (signal === undefined) return asked;
  return new Promise((resolve, reject) => {
    const stopListening = listenForAbort(signal, reject);
    const onLease = (lease: MaterialsLease<Materials>): void => {
      stopListening();
      if (!signal.aborted) {
        resolve(lease);
        return;
      }
      lease.release();
      reject(signal.reason);
    };
    const onError = (error: unknown): void => {
      stopListening();
      reject(error);
    };
    Promise.resolve(asked).then(onLease, onError).catch(reject);
  });
}
