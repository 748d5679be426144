import { typeOf, type ValueType } from './attribute-value.ts';
import { clashOf, type DocumentPath, pathText } from './document-path.ts';
import { type PathOperand, readerOf, type ValueOperand } from './expression-reader.ts';
import type { Placeholders } from './placeholders.ts';
import type { SetValue, Update, UpdateOperand } from './update.ts';

const sections = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
type Section = (typeof sections)[number];

const typeWords: Readonly<Record<ValueType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
  M: 'MAP',
  L: 'LIST',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
};

/**
 * Reads an update expression: SET with `+`, `-`, `if_not_exists` and `list_append`, REMOVE, ADD, DELETE, each section once.
 *
 * @throws AwsError `ValidationException` in DynamoDB's words
 */
export function parseUpdate(text: string, placeholders: Placeholders): Update {
  const reader = readerOf('UpdateExpression', text, placeholders);
  const seen = new Set<Section>();
  const paths: DocumentPath[] = [];
  const set: { path: DocumentPath; value: SetValue }[] = [];
  const remove: DocumentPath[] = [];
  const add: { path: DocumentPath; value: ValueOperand['value'] }[] = [];
  const deletes: { path: DocumentPath; value: ValueOperand['value'] }[] = [];

  function readTarget(): DocumentPath {
    const { path } = reader.readPath();
    for (const other of paths) {
      const clash = clashOf(other, path);
      if (clash) {
        reader.complain(
          `Two document paths ${clash} with each other; must remove or rewrite one of these paths; path one: ${pathText(other)}, path two: ${pathText(path)}`,
        );
      }
    }
    paths.push(path);
    return path;
  }

  function readSetValue(): SetValue {
    if (!reader.isSymbol('(')) return readSum(readOperand());
    // `(a + :b)` holds a sum, `(a) + :b` an operand.
    reader.advance();
    const inside = readSetValue();
    reader.expectSymbol(')');
    return inside.kind === 'plus' || inside.kind === 'minus' ? inside : readSum(inside);
  }
  function readSum(left: UpdateOperand): SetValue {
    const operator = reader.isSymbol('+') ? '+' : reader.isSymbol('-') ? '-' : undefined;
    if (!operator) return left;
    reader.advance();
    const right = readOperand();
    for (const operand of [left, right]) complainOfType(operator, operand, 'N');
    return { kind: operator === '+' ? 'plus' : 'minus', left, right };
  }

  function readOperand(): UpdateOperand {
    if (reader.skipSymbol('(')) {
      const operand = readOperand();
      reader.expectSymbol(')');
      return operand;
    }
    if (sections.some((section) => reader.isKeyword(section))) throw reader.syntaxError();
    if (reader.isFunction()) return readFunction();
    return reader.current.kind === 'value' ? reader.readValue() : reader.readPath();
  }

  function readFunction(): UpdateOperand {
    const name = reader.advance().text;
    reader.expectSymbol('(');
    const operands = [readOperand()];
    while (reader.skipSymbol(',')) operands.push(readOperand());
    reader.expectSymbol(')');
    const [left, right] = operands;
    if (name !== 'if_not_exists' && name !== 'list_append') {
      reader.complain(`Invalid function name; function: ${name}`);
    } else if (!left || !right || operands.length > 2) {
      reader.complain(`Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`);
    } else if (name === 'list_append') {
      for (const operand of operands) complainOfType(name, operand, 'L');
      return { kind: 'list-append', left, right };
    } else if (left.kind === 'path') {
      return { kind: 'if-not-exists', of: left satisfies PathOperand, otherwise: right };
    } else {
      reader.complain(`Operator or function requires a document path; operator or function: ${name}`);
    }
    return { kind: 'value', value: { NULL: true } };
  }

  function complainOfType(name: string, operand: UpdateOperand, allowed: ValueType): void {
    const type = operand.kind === 'value' ? typeOf(operand.value) : operand.kind === 'list-append' ? 'L' : undefined;
    if (type && type !== allowed) {
      reader.complain(`Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`);
    }
  }

  function readMember(section: 'ADD' | 'DELETE', allowed: readonly ValueType[]): { path: DocumentPath; value: ValueOperand['value'] } {
    const path = readTarget();
    const { value } = reader.readValue();
    if (!allowed.includes(typeOf(value))) {
      reader.complain(
        `Incorrect operand type for operator or function; operator: ${section}, operand type: ${typeWords[typeOf(value)]}, typeSet: ALLOWED_FOR_${section}_OPERAND`,
      );
    }
    return { path, value };
  }

  const readers: Readonly<Record<Section, () => void>> = {
    SET() {
      const path = readTarget();
      reader.expectSymbol('=');
      set.push({ path, value: readSetValue() });
    },
    REMOVE: () => remove.push(readTarget()),
    ADD: () => add.push(readMember('ADD', ['N', 'SS', 'NS', 'BS'])),
    DELETE: () => deletes.push(readMember('DELETE', ['SS', 'NS', 'BS'])),
  };

  do {
    const section = sections.find((one) => reader.isKeyword(one));
    if (!section) throw reader.syntaxError();
    reader.advance();
    if (seen.has(section)) reader.complain(`The "${section}" section can only be used once in an update expression;`);
    seen.add(section);
    do readers[section]();
    while (reader.skipSymbol(','));
  } while (reader.current.kind !== 'end');
  reader.finish();
  return { set, remove, add, delete: deletes };
}
