import {
  type DecryptionMaterials,
  type DecryptionMaterialsRequest,
  DefaultMaterialsManager,
  type EncryptionMaterials,
  type EncryptionMaterialsRequest,
  type Keyring,
  type MaterialsLease,
  type MaterialsManager,
} from '../../src/index.ts';
import { FakeKeyring } from './fake-keyring.ts';

/** Counts leases, how often each is released, and what is reserved. */
export class CountingManager implements MaterialsManager {
  readonly #inner: MaterialsManager;
  readonly releases: number[] = [];
  reserved = 0;

  constructor(keyring: Keyring = new FakeKeyring()) {
    this.#inner = new DefaultMaterialsManager(keyring);
  }

  /** Leases that are not released, and those released more than once. */
  get badLeases(): number {
    return this.releases.filter((count) => count !== 1).length;
  }

  async getEncryptionMaterials(request: EncryptionMaterialsRequest): Promise<MaterialsLease<EncryptionMaterials>> {
    return this.#count(await this.#inner.getEncryptionMaterials(request));
  }

  async getDecryptionMaterials(request: DecryptionMaterialsRequest): Promise<MaterialsLease<DecryptionMaterials>> {
    return this.#count(await this.#inner.getDecryptionMaterials(request));
  }

  #count<Materials>(lease: MaterialsLease<Materials>): MaterialsLease<Materials> {
    const index = this.releases.push(0) - 1;
    return {
      materials: lease.materials,
      reserve: (bytes) => {
        this.reserved += bytes;
        lease.reserve(bytes);
      },
      release: () => {
        this.releases[index] = (this.releases[index] ?? 0) + 1;
        lease.release();
      },
    };
  }
}
