import type { EncryptionContext } from '../encryption-context.ts';
import { ContextMismatchError } from '../errors.ts';
import { asMaterialsManager } from './as-materials-manager.ts';
import type { Keyring } from './keyring.ts';
import type {
  DecryptionMaterials,
  DecryptionMaterialsRequest,
  EncryptionMaterials,
  EncryptionMaterialsRequest,
  MaterialsLease,
  MaterialsManager,
} from './materials-manager.ts';

/**
 * Keeps some context pairs out of the message: they are authenticated, not stored, and whoever decrypts must give them.
 *
 * Put it outside of a cache, so that every message is checked.
 *
 * @see AWS Encryption SDK specification, framework/required-encryption-context-cmm.md
 */
export class RequiredContextMaterialsManager implements MaterialsManager {
  readonly #source: MaterialsManager;
  readonly #requiredKeys: readonly string[];

  /**
   * @param options.source - A keyring, or another manager.
   * @param options.requiredKeys - At least one context key; none twice.
   * @throws TypeError when there is no key, or one is not a string.
   */
  constructor(options: { readonly source: Keyring | MaterialsManager; readonly requiredKeys: readonly string[] }) {
    const { requiredKeys } = options;
    if (
      !Array.isArray(requiredKeys) ||
      requiredKeys.length === 0 ||
      requiredKeys.some((key) => typeof key !== 'string')
    ) {
      throw new TypeError('requiredKeys must be an array of at least one context key');
    }
    this.#source = asMaterialsManager(options.source);
    this.#requiredKeys = [...new Set(requiredKeys)];
  }

  async getEncryptionMaterials(request: EncryptionMaterialsRequest): Promise<MaterialsLease<EncryptionMaterials>> {
    this.#assertHas(request.encryptionContext);
    const requested = request.requiredEncryptionContextKeys ?? [];
    const lease = await this.#source.getEncryptionMaterials({
      ...request,
      requiredEncryptionContextKeys: [...new Set([...requested, ...this.#requiredKeys])],
    });
    const { requiredEncryptionContextKeys } = lease.materials;
    if (this.#requiredKeys.every((key) => requiredEncryptionContextKeys.includes(key))) return lease;
    lease.release();
    throw new TypeError('the source of materials must honour requiredEncryptionContextKeys');
  }

  async getDecryptionMaterials(request: DecryptionMaterialsRequest): Promise<MaterialsLease<DecryptionMaterials>> {
    this.#assertHas(request.reproducedEncryptionContext ?? {});
    const lease = await this.#source.getDecryptionMaterials(request);
    try {
      this.#assertHas(lease.materials.encryptionContext);
    } catch (error) {
      lease.release();
      throw error;
    }
    return lease;
  }

  #assertHas(context: EncryptionContext): void {
    const missing = this.#requiredKeys.filter((key) => !Object.hasOwn(context, key));
    if (missing.length === 0) return;
    throw new ContextMismatchError(`encryptionContext must have the required keys: ${missing.join(', ')}`, missing);
  }
}
