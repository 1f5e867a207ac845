import { DefaultMaterialsManager } from './default-materials-manager.ts';
import type { Keyring } from './keyring.ts';
import type { MaterialsManager } from './materials-manager.ts';

/** @returns The manager given, or a `DefaultMaterialsManager` over the keyring given. @throws TypeError for anything else. */
export function asMaterialsManager(keys: Keyring | MaterialsManager): MaterialsManager {
  if (typeof (keys as Partial<MaterialsManager> | undefined)?.getEncryptionMaterials === 'function') {
    return keys as MaterialsManager;
  }
  if (typeof (keys as Partial<Keyring> | undefined)?.onEncrypt === 'function') {
    return new DefaultMaterialsManager(keys as Keyring);
  }
  throw new TypeError('keys must be a keyring or a materials manager');
}
