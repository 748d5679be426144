import type jsonata from 'jsonata';

/** What an expression reads that AWS refuses when a machine is created. */
export interface References {
  /** Names read from a context item at the top level, where there is none: `phone`, `*`, `$`, `$$`. In order, each once. */
  readonly topLevel: readonly string[];
  /** First members read of `$states`: `input`, `result`, `errorOutput`, `context`. */
  readonly states: ReadonlySet<string>;
}

/** The library's syntax tree, as far as we walk it; its own types are older than the tree. */
interface Node {
  readonly type: string;
  readonly value?: unknown;
  readonly steps?: readonly Node[];
  readonly stages?: readonly { readonly expr?: Node }[];
  readonly predicate?: readonly { readonly expr?: Node }[];
  readonly group?: { readonly lhs: readonly (readonly Node[])[] };
  readonly terms?: readonly { readonly expression: Node }[];
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
  readonly expressions?: readonly Node[];
  readonly expression?: Node;
  readonly body?: Node;
  readonly condition?: Node;
  readonly then?: Node;
  readonly else?: Node;
  readonly lhs?: Node | readonly (readonly Node[])[];
  readonly rhs?: Node;
  readonly pattern?: Node;
  readonly update?: Node;
  readonly delete?: Node;
}

/** Walks an expression as JSONata evaluates it, keeping track of whether there is a context item to read names from. */
export function referencesOf(ast: jsonata.ExprNode): References {
  const topLevel = new Set<string>();
  const states = new Set<string>();

  function walk(node: Node | undefined, hasContext: boolean): void {
    if (node === undefined) return;
    switch (node.type) {
      case 'name':
        if (!hasContext) topLevel.add(String(node.value));
        break;
      case 'wildcard':
      case 'descendant':
        if (!hasContext) topLevel.add(String(node.value));
        break;
      case 'variable':
        if (node.value === '$') topLevel.add('$$');
        if (node.value === '' && !hasContext) topLevel.add('$');
        break;
      case 'path': {
        const [first, second] = node.steps ?? [];
        if (first?.type === 'variable' && first.value === 'states' && second?.type === 'name') states.add(String(second.value));
        node.steps?.forEach((step, index) => walk(step, hasContext || index > 0));
        break;
      }
      case 'lambda':
        // Its arguments are names being declared, not read.
        walk(node.body, hasContext);
        break;
      case 'transform':
        walk(node.pattern, true);
        walk(node.update, true);
        walk(node.delete, true);
        break;
      case 'bind':
        walk(node.rhs, hasContext);
        break;
      default:
        if (Array.isArray(node.lhs)) for (const pair of node.lhs as readonly (readonly Node[])[]) for (const child of pair) walk(child, hasContext);
        else walk(node.lhs as Node | undefined, hasContext); // Not an array: a single node.
        for (const child of node.arguments ?? []) walk(child, hasContext);
        for (const child of node.expressions ?? []) walk(child, hasContext);
        for (const child of [node.procedure, node.expression, node.condition, node.then, node.else, node.rhs]) walk(child, hasContext);
    }
    for (const { expr } of [...(node.stages ?? []), ...(node.predicate ?? [])]) walk(expr, true);
    for (const pair of node.group?.lhs ?? []) for (const child of pair) walk(child, true);
    for (const { expression } of node.terms ?? []) walk(expression, true);
  }

  walk(ast as unknown as Node, false); // The same tree under our reading of its shape.
  return { topLevel: [...topLevel], states };
}
