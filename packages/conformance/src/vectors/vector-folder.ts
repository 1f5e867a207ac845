// The folder with the vectors. It is not part of the repository: WAXSEAL_VECTORS names it.

import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Vector, VectorKey } from './vector.ts';

const PROJECT_ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const SETS = ['legacy-1.3.0', 'dafny-4.1.0', 'commitment', 'js-hierarchy'] as const;

/** The vectors of one folder, its messages and keys. */
export class VectorFolder {
  readonly #path: string;
  readonly #keys: Readonly<Record<string, VectorKey>>;
  readonly vectors: readonly Vector[];

  private constructor(path: string) {
    this.#path = path;
    this.#keys = JSON.parse(readFileSync(join(path, 'keys.json'), 'utf8'));
    this.vectors = SETS.flatMap((set) => JSON.parse(readFileSync(join(path, `${set}.json`), 'utf8')) as Vector[]);
  }

  /**
   * Opens the folder that `WAXSEAL_VECTORS` names, `../shared/vectors` from the project's root unless set.
   *
   * @returns Undefined when it is not there, after saying so on standard error.
   */
  static open(): VectorFolder | undefined {
    const path = resolve(PROJECT_ROOT, process.env['WAXSEAL_VECTORS'] ?? '../shared/vectors');
    if (existsSync(join(path, 'keys.json'))) return new VectorFolder(path);
    process.stderr.write(
      `\n*** MESSAGE VECTORS SKIPPED: ${path} does not exist. Set WAXSEAL_VECTORS to their folder. ***\n\n`,
    );
    return undefined;
  }

  /** Reads a message or plaintext. */
  read(path: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.#path, path)));
  }

  /** The bytes of a symmetric key, or of a public key in DER. */
  keyBytes(name: string): Uint8Array {
    const { encoding, material } = this.#key(name);
    if (encoding === 'pem') throw new Error(`vector key ${name} is PEM`);
    return new Uint8Array(Buffer.from(material, 'base64'));
  }

  /** A key in PEM. */
  keyPem(name: string): string {
    const { encoding, material } = this.#key(name);
    if (encoding !== 'pem') throw new Error(`vector key ${name} is not PEM`);
    return material;
  }

  #key(name: string): VectorKey {
    const key = this.#keys[name];
    if (key === undefined) throw new Error(`keys.json has no key ${name}`);
    return key;
  }
}
