import { readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { nodesOf, type SyntaxNode } from './syntax-tree.ts';

/** One import, or export from elsewhere. */
export type SourceImport = {
  readonly specifier: string;
  /** Whether it vanishes when types do. */
  readonly isType: boolean;
};

/** One function with its length in lines. */
export type SourceFunction = { readonly line: number; readonly lines: number };

/** One exported declaration. */
export type SourceExport = { readonly name: string; readonly line: number; readonly isDocumented: boolean };

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** One TypeScript file, parsed. */
export class SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly SourceImport[];
  readonly #program: SyntaxNode & { readonly body: readonly SyntaxNode[] };
  readonly #docEnds: ReadonlySet<number>;

  /** @throws Error when it does not parse. */
  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(path, 'utf8');
    const { program, comments, errors, module } = parseSync(path, this.text);
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
    this.#program = program as unknown as SyntaxNode & { readonly body: readonly SyntaxNode[] };
    const docs = comments.filter(({ type, value }) => type === 'Block' && value.startsWith('*'));
    this.#docEnds = new Set(docs.map(({ end }) => this.#skipSpace(end)));
    const dynamic = module.dynamicImports.map(({ moduleRequest: { start, end } }) =>
      this.text.slice(start + 1, end - 1),
    );
    this.imports = [
      ...module.staticImports.map(({ moduleRequest, entries }) => ({
        specifier: moduleRequest.value,
        isType: entries.length > 0 && entries.every(({ isType }) => isType),
      })),
      ...module.staticExports.flatMap(({ entries }) =>
        entries.flatMap(({ moduleRequest, isType }) =>
          moduleRequest === null ? [] : [{ specifier: moduleRequest.value, isType }],
        ),
      ),
      ...dynamic.map((specifier) => ({ specifier, isType: false })),
    ];
  }

  /** Lines of the file. */
  get lines(): number {
    return this.text.trimEnd().split('\n').length;
  }

  /** All functions: declared, methods, arrows. */
  get functions(): SourceFunction[] {
    return this.#nodes(FUNCTIONS).map(({ start, end }) => {
      const line = this.lineOf(start);
      return { line, lines: this.lineOf(end) - line + 1 };
    });
  }

  /** Declarations that are exported where they stand; re-exports are not among them. */
  get exports(): SourceExport[] {
    const exported = this.#program.body.filter(
      (node) => node.type === 'ExportNamedDeclaration' && (node as { declaration?: unknown }).declaration,
    );
    return exported.map((node) => ({
      name: this.text.slice(node.start, node.start + 60).split('\n')[0] ?? '',
      line: this.lineOf(node.start),
      isDocumented: this.#docEnds.has(node.start),
    }));
  }

  /** Lines where a node of one of these types stands. */
  linesWith(...types: readonly string[]): number[] {
    return this.#nodes(new Set(types)).map(({ start }) => this.lineOf(start));
  }

  /** Lines where a namespace stands; additions to the types of another module (`declare module 'x'`) are none. */
  get namespaces(): number[] {
    const isNamespace = (node: SyntaxNode): boolean => (node as { id?: SyntaxNode }).id?.type !== 'Literal';
    return this.#nodes(new Set(['TSModuleDeclaration']))
      .filter(isNamespace)
      .map(({ start }) => this.lineOf(start));
  }

  /** The line of an offset, from 1. */
  lineOf(offset: number): number {
    return this.text.slice(0, offset).split('\n').length;
  }

  #nodes(types: ReadonlySet<string>): SyntaxNode[] {
    return [...nodesOf(this.#program)].filter(({ type }) => types.has(type));
  }

  #skipSpace(offset: number): number {
    return offset + (this.text.slice(offset).match(/^\s*/)?.[0].length ?? 0);
  }
}
