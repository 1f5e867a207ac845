// Walks the syntax tree of a TypeScript file, as far as rules about sources need it.

/** A node: its type, where it stands, and children under any name. */
export type SyntaxNode = { readonly type: string; readonly start: number; readonly end: number };

/** @returns The node and all nodes below it. */
export function* nodesOf(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const child of Object.values(node)) {
    for (const candidate of Array.isArray(child) ? child : [child]) {
      if (isNode(candidate)) yield* nodesOf(candidate);
    }
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as Partial<SyntaxNode>).type === 'string';
}
