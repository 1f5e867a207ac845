import type { BranchKey, BranchKeySource } from '@waxseal/branch-keys';

/** A key store that holds one version of one branch key. For vectors and tests alone. */
export class StaticBranchKey implements BranchKeySource {
  readonly logicalName = 'static-branch-keys';
  readonly #branchKey: BranchKey;

  constructor(branchKey: Pick<BranchKey, 'branchKeyId' | 'version' | 'key'>) {
    this.#branchKey = { ...branchKey, key: branchKey.key.slice(), encryptionContext: Object.create(null) };
  }

  async getActiveBranchKey(branchKeyId: string): Promise<BranchKey> {
    return this.getBranchKeyVersion(branchKeyId, this.#branchKey.version);
  }

  async getBranchKeyVersion(branchKeyId: string, version: string): Promise<BranchKey> {
    const { branchKeyId: ownId, version: ownVersion, key } = this.#branchKey;
    if (branchKeyId !== ownId || version !== ownVersion) throw new Error('no such branch key');
    return { ...this.#branchKey, key: key.slice() };
  }
}
