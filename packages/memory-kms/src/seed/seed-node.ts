import { createRequire } from 'node:module';
import type { Document, LineCounter } from 'yaml';

/** Loaded with the first seed: most instances have none, and the parser costs a third of the start. */
const loadYaml = (): typeof import('yaml') => createRequire(import.meta.url)('yaml');

/** What is wrong with a seed file, with file, line and column, and the path of the value; never the value itself. */
export class SeedError extends Error {
  override readonly name: string = 'SeedError';
}

type Source = { readonly name: string; readonly document: Document; readonly lines: LineCounter };
type Path = readonly (string | number)[];

/** One value of a seed file, which knows where it stands. */
export class SeedNode {
  readonly value: unknown;
  readonly #path: Path;
  readonly #source: Source;

  private constructor(value: unknown, path: Path, source: Source) {
    this.value = value;
    this.#path = path;
    this.#source = source;
  }

  /**
   * Parses a seed file. JSON is read as the YAML it is.
   *
   * @param name - How errors call the file.
   * @throws SeedError where it is not YAML.
   */
  static parse(text: string, name: string): SeedNode {
    const yaml = loadYaml();
    const lines = new yaml.LineCounter();
    const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const [error] = document.errors;
    if (error !== undefined) throw new SeedError(`${name}:${position(lines, error.pos[0])}: ${error.message}`);
    return new SeedNode(document.toJS({ maxAliasCount: 100 }), [], { name, document, lines });
  }

  /** Ends with an error at this place. */
  fail(message: string): never {
    const node =
      this.#path.length === 0 ? this.#source.document.contents : this.#source.document.getIn(this.#path, true);
    const offset = (node as { readonly range?: readonly number[] | null } | undefined)?.range?.[0] ?? 0;
    throw new SeedError(`${this.#source.name}:${position(this.#source.lines, offset)}: ${this.path}${message}`);
  }

  /** `keys[0].material: `, or nothing at the top. */
  get path(): string {
    const text = this.#path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
    return text === '' ? '' : `${text.replace(/^\./, '')}: `;
  }

  /** The members of a map, none other than those that are known. */
  members(known: readonly string[]): (name: string) => SeedNode | undefined {
    const unknown = this.entries().find(([name]) => !known.includes(name));
    unknown?.[1].fail(`is not known here; known are ${known.join(', ')}`);
    return (name) => this.member(name);
  }

  /** A member of a map; undefined where it is missing or null. */
  member(name: string): SeedNode | undefined {
    const map = this.#map();
    const value = Object.hasOwn(map, name) ? map[name] : undefined;
    return value === undefined || value === null ? undefined : this.#child(value, name);
  }

  entries(): readonly (readonly [string, SeedNode])[] {
    return Object.entries(this.#map()).map(([name, value]) => [name, this.#child(value, name)] as const);
  }

  items(): readonly SeedNode[] {
    if (!Array.isArray(this.value)) return this.fail('must be a list');
    return this.value.map((value, index) => this.#child(value, index));
  }

  /** One text or several. */
  texts(): readonly string[] {
    return Array.isArray(this.value) ? this.items().map((item) => item.text()) : [this.text()];
  }

  /** @param pattern - What the text must look like; `what` says it in words. */
  text(pattern?: RegExp, what = 'text'): string {
    if (typeof this.value !== 'string')
      return this.fail(`must be ${what}${typeof this.value === 'number' ? ' in quotes' : ''}`);
    return pattern === undefined || pattern.test(this.value) ? this.value : this.fail(`must be ${what}`);
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    const found = allowed.find((each) => each === this.value);
    return found ?? this.fail(`must be one of ${allowed.join(', ')}`);
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('must be true or false');
  }

  integer(min: number, max: number): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.fail(`must be a whole number from ${min} to ${max}`);
  }

  /** @returns Milliseconds since 1970. */
  date(): number {
    const time = typeof this.value === 'string' ? Date.parse(this.value) : Number.NaN;
    return Number.isNaN(time) ? this.fail('must be a date such as 2027-01-31') : time;
  }

  stringMap(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.entries().map(([name, node]) => [name, node.text()]));
  }

  #map(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.fail('must be a map');
    return value as Readonly<Record<string, unknown>>;
  }

  #child(value: unknown, step: string | number): SeedNode {
    return new SeedNode(value, [...this.#path, step], this.#source);
  }
}

function position(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}
