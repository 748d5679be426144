import { type AttributeValue, compareValues, copyOf, type Item, sameValue, setMembers, typeOf, type ValueType } from './attribute-value.ts';
import { valueAt } from './document-path.ts';
import type { PathOperand, ValueOperand } from './expression-reader.ts';

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** `size(path)`: a number. */
export interface SizeOperand {
  readonly kind: 'size';
  readonly of: Operand;
}
export type Operand = PathOperand | ValueOperand | SizeOperand;

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists' | 'not-exists'; readonly of: Operand }
  | { readonly kind: 'type'; readonly of: Operand; readonly type: Operand }
  | { readonly kind: 'begins-with' | 'contains'; readonly of: Operand; readonly what: Operand };

/** What DynamoDB calls the length of a value: characters, bytes or elements. Nothing for types without one. */
function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return value.B.byteLength;
  if (value.L !== undefined) return value.L.length;
  if (value.M !== undefined) return Object.keys(value.M).length;
  return setMembers(value)?.length;
}

function resolve(operand: Operand, item: Item): AttributeValue | undefined {
  switch (operand.kind) {
    case 'path':
      return valueAt(item, operand.path);
    case 'value':
      return operand.value;
    case 'size': {
      const value = resolve(operand.of, item);
      const size = value && sizeOf(value);
      return size === undefined ? undefined : { N: String(size) };
    }
  }
}

function compares(comparator: Comparator, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  // An attribute that is not there differs from everything and is in no order with anything.
  if (!left || !right) return comparator === '<>';
  if (comparator === '=') return sameValue(left, right);
  if (comparator === '<>') return !sameValue(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (comparator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

export function beginsWith(value: AttributeValue | undefined, prefix: AttributeValue | undefined): boolean {
  if (value?.S !== undefined && prefix?.S !== undefined) return value.S.startsWith(prefix.S);
  if (value?.B !== undefined && prefix?.B !== undefined) {
    return Buffer.compare(value.B.subarray(0, prefix.B.byteLength), prefix.B) === 0;
  }
  return false;
}

function contains(value: AttributeValue | undefined, what: AttributeValue | undefined): boolean {
  if (!value || !what) return false;
  if (value.S !== undefined) return what.S !== undefined && value.S.includes(what.S);
  if (value.B !== undefined) return what.B !== undefined && Buffer.from(value.B).includes(Buffer.from(what.B));
  if (value.L !== undefined) return value.L.some((element) => sameValue(element, what));
  const memberType: Partial<Record<ValueType, ValueType>> = { SS: 'S', NS: 'N', BS: 'B' };
  if (memberType[typeOf(value)] !== typeOf(what)) return false;
  const member = what.S ?? what.N ?? (what.B && Buffer.from(what.B).toString('base64'));
  return member !== undefined && (setMembers(value)?.includes(member) ?? false);
}

/** Whether `condition` holds for `item`; a missing item is one without attributes. */
export function holds(condition: Condition, item: Item): boolean {
  const value = (operand: Operand) => resolve(operand, item);
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item) && holds(condition.right, item);
    case 'or':
      return holds(condition.left, item) || holds(condition.right, item);
    case 'not':
      return !holds(condition.condition, item);
    case 'compare':
      return compares(condition.comparator, value(condition.left), value(condition.right));
    case 'between':
      return compares('>=', value(condition.operand), value(condition.low)) && compares('<=', value(condition.operand), value(condition.high));
    case 'in':
      return condition.list.some((one) => compares('=', value(condition.operand), value(one)));
    case 'exists':
      return value(condition.of) !== undefined;
    case 'not-exists':
      return value(condition.of) === undefined;
    case 'type': {
      const found = value(condition.of);
      return found !== undefined && typeOf(found) === value(condition.type)?.S;
    }
    case 'begins-with':
      return beginsWith(value(condition.of), value(condition.what));
    case 'contains':
      return contains(value(condition.of), value(condition.what));
  }
}

/** A copy of what an operand stands for in `item`, or nothing. */
export function operandValue(operand: PathOperand | ValueOperand, item: Item): AttributeValue | undefined {
  const value = resolve(operand, item);
  return value && copyOf(value);
}
