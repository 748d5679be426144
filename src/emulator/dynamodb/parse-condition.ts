import { compareValues, typeOf, type ValueType, valueTypes } from './attribute-value.ts';
import type { Comparator, Condition, Operand } from './condition.ts';
import { pathText } from './document-path.ts';
import { type ExpressionKind, type ExpressionReader, readerOf, type ValueOperand } from './expression-reader.ts';
import type { Placeholders } from './placeholders.ts';

const comparators: readonly string[] = ['=', '<>', '<', '<=', '>', '>='] satisfies Comparator[];
const functions: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

/** What stands between operators: a condition, or an operand that a comparison may follow. */
type Term = ConditionTerm | OperandTerm;
interface ConditionTerm {
  readonly condition: Condition;
  readonly inParentheses?: boolean;
}
interface OperandTerm {
  readonly operand: Operand;
  readonly inParentheses?: boolean;
}

const isCondition = (term: Term): term is ConditionTerm => 'condition' in term;
const valueType = (operand: Operand): ValueType | undefined =>
  operand.kind === 'value' ? typeOf(operand.value) : operand.kind === 'size' ? 'N' : undefined;

/** `{N:2}`, as DynamoDB quotes a bound. */
function boundText({ value }: ValueOperand): string {
  const type = typeOf(value);
  const shown = value.B ? Buffer.from(value.B).toString('base64') : (value.S ?? value.N ?? String(value.BOOL ?? value.NULL ?? ''));
  return `AttributeValue: {${type}:${shown}}`;
}

function complainOfType(reader: ExpressionReader, name: string, operand: Operand, allowed: readonly ValueType[]): void {
  const type = valueType(operand);
  if (type && !allowed.includes(type)) {
    reader.complain(`Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`);
  }
}

function complainIfSame(reader: ExpressionReader, name: string, left: Operand, right: Operand): void {
  if (left.kind === 'path' && right.kind === 'path' && pathText(left.path) === pathText(right.path)) {
    reader.complain(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${name}, first operand: ${pathText(left.path)}`,
    );
  }
}

function complainOfBounds(reader: ExpressionReader, low: Operand, high: Operand): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const bounds = `lower bound operand: ${boundText(low)}, upper bound operand: ${boundText(high)}`;
  if (typeOf(low.value) !== typeOf(high.value)) {
    reader.complain(`The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
  } else if ((compareValues(low.value, high.value) ?? 0) > 0) {
    reader.complain(`The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`);
  }
}

/**
 * Reads a condition, filter or key condition: comparators, AND OR NOT, BETWEEN, IN, the functions, nested paths.
 *
 * @throws AwsError `ValidationException` in DynamoDB's words
 */
export function parseCondition(kind: ExpressionKind, text: string, placeholders: Placeholders): Condition {
  const reader = readerOf(kind, text, placeholders);

  function readOr(): Term {
    let left = readAnd();
    while (reader.isKeyword('OR')) left = join('or', left, readAnd);
    return left;
  }
  function readAnd(): Term {
    let left = readNot();
    while (reader.isKeyword('AND')) left = join('and', left, readNot);
    return left;
  }
  function join(kind: 'and' | 'or', left: Term, next: () => Term): Term {
    const condition = asCondition(left);
    reader.advance();
    return { condition: { kind, left: condition, right: asCondition(next()) } };
  }
  function readNot(): Term {
    if (!reader.skipKeyword('NOT')) return readPrimary();
    return { condition: { kind: 'not', condition: asCondition(readNot()) } };
  }

  function asCondition(term: Term): Condition {
    if (isCondition(term)) return term.condition;
    if (term.operand.kind !== 'size') throw reader.syntaxError();
    reader.complain('The function is not allowed to be used this way in an expression; function: size');
    return { kind: 'exists', of: term.operand };
  }

  function readParentheses(): Term {
    reader.expectSymbol('(');
    const term = readOr();
    reader.expectSymbol(')');
    if (term.inParentheses) reader.complain('The expression has redundant parentheses;');
    return { ...term, inParentheses: true };
  }

  function readPrimary(): Term {
    let left: Operand;
    if (reader.isSymbol('(')) {
      const term = readParentheses();
      if (isCondition(term)) return term;
      // `((size(a)))` so far: an operand in parentheses may itself be all that stands in parentheses.
      if (reader.isSymbol(')')) return term;
      left = term.operand;
    } else {
      const term = readOperandOrFunction();
      if (isCondition(term)) return refuseMisuse(term);
      left = term.operand;
    }
    return readComparison(left);
  }

  /** A function that answers yes or no cannot be compared with anything. */
  function refuseMisuse(term: ConditionTerm): Term {
    if (!isComparisonNext()) return term;
    reader.complain(`The function is not allowed to be used this way in an expression; function: ${functionName(term.condition)}`);
    return readComparison({ kind: 'value', value: { BOOL: true } });
  }
  const isComparisonNext = () =>
    (reader.current.kind === 'symbol' && comparators.includes(reader.current.text)) || reader.isKeyword('BETWEEN') || reader.isKeyword('IN');

  function readComparison(left: Operand): Term {
    if (reader.current.kind === 'symbol' && comparators.includes(reader.current.text)) {
      const comparator = reader.advance().text as Comparator; // Just found among the comparators.
      const right = readOperand();
      complainIfSame(reader, comparator, left, right);
      if (comparator !== '=' && comparator !== '<>') {
        for (const operand of [left, right]) complainOfType(reader, comparator, operand, ['S', 'N', 'B']);
      }
      return { condition: { kind: 'compare', comparator, left, right } };
    }
    if (reader.skipKeyword('BETWEEN')) {
      const low = readOperand();
      reader.expectKeyword('AND');
      const high = readOperand();
      for (const operand of [left, low, high]) complainOfType(reader, 'BETWEEN', operand, ['S', 'N', 'B']);
      complainOfBounds(reader, low, high);
      return { condition: { kind: 'between', operand: left, low, high } };
    }
    if (reader.skipKeyword('IN')) {
      reader.expectSymbol('(');
      const list = readList();
      if (list.length > 100) {
        reader.complain(`Invalid number of operands for operator or function; operator or function: IN, number of operands: ${list.length + 1}`);
      }
      return { condition: { kind: 'in', operand: left, list } };
    }
    if (!reader.isSymbol(')') && left.kind !== 'size') throw reader.syntaxError();
    return { operand: left };
  }

  function readList(): Operand[] {
    const list = [readOperand()];
    while (reader.skipSymbol(',')) list.push(readOperand());
    reader.expectSymbol(')');
    return list;
  }

  function readOperand(): Operand {
    if (reader.skipSymbol('(')) {
      if (reader.isSymbol('(')) reader.complain('The expression has redundant parentheses;');
      const operand = readOperand();
      reader.expectSymbol(')');
      return operand;
    }
    const term = readOperandOrFunction();
    if (!isCondition(term)) return term.operand;
    reader.complain(`The function is not allowed to be used this way in an expression; function: ${functionName(term.condition)}`);
    return { kind: 'value', value: { BOOL: true } };
  }

  function readOperandOrFunction(): Term {
    if (reader.isFunction()) return readFunction();
    if (reader.current.kind === 'value') return { operand: reader.readValue() };
    for (const keyword of ['AND', 'OR', 'NOT', 'BETWEEN', 'IN']) if (reader.isKeyword(keyword)) throw reader.syntaxError();
    return { operand: reader.readPath() };
  }

  function readFunction(): Term {
    const name = reader.advance().text;
    reader.expectSymbol('(');
    const operands = readList();
    const expected = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (expected === undefined) reader.complain(`Invalid function name; function: ${name}`);
    else if (expected !== operands.length) {
      reader.complain(`Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`);
    }
    // A complaint is kept by now where an operand is missing, so what stands in for it is never evaluated.
    const [of, what = { kind: 'value', value: { S: 'S' } } satisfies Operand] = operands as [Operand, Operand?];
    if (expected === 2) complainIfSame(reader, name, of, what);
    switch (name) {
      case 'attribute_exists':
      case 'attribute_not_exists':
        if (of.kind !== 'path') reader.complain(`Operator or function requires a document path; operator or function: ${name}`);
        return { condition: { kind: name === 'attribute_exists' ? 'exists' : 'not-exists', of } };
      case 'attribute_type':
        complainOfAttributeType(what);
        return { condition: { kind: 'type', of, type: what } };
      case 'begins_with':
        for (const operand of [of, what]) complainOfType(reader, name, operand, ['S', 'B']);
        return { condition: { kind: 'begins-with', of, what } };
      case 'size':
        complainOfType(reader, name, of, ['S', 'B', 'SS', 'NS', 'BS', 'M', 'L']);
        return { operand: { kind: 'size', of } };
      default:
        return { condition: { kind: 'contains', of, what } };
    }
  }

  function complainOfAttributeType(operand: Operand): void {
    const type = valueType(operand);
    if (operand.kind !== 'value' || type !== 'S') {
      reader.complain(
        `Incorrect operand type for operator or function; operator or function: attribute_type, operand type: ${type ?? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}'}`,
      );
    } else if (!valueTypes.some((one) => one === operand.value.S)) {
      reader.complain(`Invalid attribute type name found; type: ${operand.value.S}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`);
    }
  }

  const condition = asCondition(readOr());
  reader.finish();
  return condition;
}

function functionName(condition: Condition): string {
  switch (condition.kind) {
    case 'exists':
      return 'attribute_exists';
    case 'not-exists':
      return 'attribute_not_exists';
    case 'type':
      return 'attribute_type';
    case 'begins-with':
      return 'begins_with';
    default:
      return 'contains';
  }
}
