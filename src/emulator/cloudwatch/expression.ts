/** Reads metric math: numbers, ids, `+ - * /`, comparisons, AND, OR, lists, and function calls. */

export type BinaryOperator = '+' | '-' | '*' | '/' | '<' | '<=' | '>' | '>=' | '==' | '!=' | 'AND' | 'OR';

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly parameters: readonly Expression[] }
  | { readonly kind: 'negative'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression };

/** What is wrong with an expression, without the id of the query it stands in. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
}

const token = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|(["'])([^"']*)\3|(&&|\|\||<=|>=|==|!=|[-+*/<>()[\],^%])|(\S))/gy;

interface Token {
  readonly kind: 'number' | 'word' | 'text' | 'sign' | 'end';
  readonly text: string;
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  for (const match of source.matchAll(token)) {
    const [, number, word, quote, text, sign, stray] = match;
    if (number !== undefined) found.push({ kind: 'number', text: number });
    else if (word === 'AND' || word === 'OR') found.push({ kind: 'sign', text: word });
    else if (word !== undefined) found.push({ kind: 'word', text: word });
    else if (quote !== undefined) found.push({ kind: 'text', text: text ?? '' });
    else if (sign !== undefined) found.push({ kind: 'sign', text: sign === '&&' ? 'AND' : sign === '||' ? 'OR' : sign });
    else throw new ExpressionError(`Unexpected character '${stray ?? ''}'`);
  }
  found.push({ kind: 'end', text: '' });
  return found;
}

/** Loosest first. */
const precedence: readonly (readonly BinaryOperator[])[] = [['OR'], ['AND'], ['<', '<=', '>', '>=', '==', '!='], ['+', '-'], ['*', '/']];

/**
 * @param source the text of a query's `Expression`
 * @throws ExpressionError where it isn't metric math
 */
export function parseExpression(source: string): Expression {
  const list = tokens(source);
  let at = 0;
  const peek = (): Token => list[at] ?? { kind: 'end', text: '' };
  const isSign = (text: string) => peek().kind === 'sign' && peek().text === text;
  const take = (text: string) => {
    if (!isSign(text)) return false;
    at++;
    return true;
  };
  const need = (text: string) => {
    if (!take(text)) throw unexpected();
  };
  const unexpected = () => new ExpressionError(peek().kind === 'end' ? 'Unexpected end of expression' : `Unexpected token '${peek().text}'`);

  function binary(level: number): Expression {
    const operators = precedence[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    for (;;) {
      const operator = operators.find(isSign);
      if (!operator) return left;
      at++;
      left = { kind: 'binary', operator, left, right: binary(level + 1) };
    }
  }
  function unary(): Expression {
    if (take('-')) return { kind: 'negative', of: unary() };
    if (take('+')) return unary();
    return primary();
  }
  function parameters(close: string): Expression[] {
    const items: Expression[] = [];
    if (take(close)) return items;
    do items.push(binary(0));
    while (take(','));
    need(close);
    return items;
  }
  function primary(): Expression {
    const next = peek();
    switch (next.kind) {
      case 'number':
        at++;
        return { kind: 'number', value: Number(next.text) };
      case 'text':
        at++;
        return { kind: 'text', value: next.text };
      case 'word':
        at++;
        return take('(') ? { kind: 'call', name: next.text, parameters: parameters(')') } : { kind: 'name', name: next.text };
      case 'sign': {
        if (take('[')) return { kind: 'list', items: parameters(']') };
        need('(');
        const inner = binary(0);
        need(')');
        return inner;
      }
      case 'end':
        throw unexpected();
    }
  }

  const whole = binary(0);
  if (peek().kind !== 'end') throw unexpected();
  return whole;
}

/** An expression and everything inside it, outermost first. */
export function partsOf(expression: Expression): Expression[] {
  const inner = (): readonly Expression[] => {
    switch (expression.kind) {
      case 'number':
      case 'text':
      case 'name':
        return [];
      case 'list':
        return expression.items;
      case 'call':
        return expression.parameters;
      case 'negative':
        return [expression.of];
      case 'binary':
        return [expression.left, expression.right];
    }
  };
  return [expression, ...inner().flatMap(partsOf)];
}
