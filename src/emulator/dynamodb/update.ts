import { validationException } from '../aws-error.ts';
import { type AttributeValue, copyOf, copyOfItem, type Item, setMembers, typeOf } from './attribute-value.ts';
import { operandValue } from './condition.ts';
import { type DocumentPath, elementOf } from './document-path.ts';
import type { PathOperand, ValueOperand } from './expression-reader.ts';
import { addNumbers, formatNumber, parseNumber, subtractNumbers } from './number.ts';

export type UpdateOperand =
  | PathOperand
  | ValueOperand
  | { readonly kind: 'if-not-exists'; readonly of: PathOperand; readonly otherwise: UpdateOperand }
  | { readonly kind: 'list-append'; readonly left: UpdateOperand; readonly right: UpdateOperand };
export type SetValue =
  | UpdateOperand
  | { readonly kind: 'plus'; readonly left: UpdateOperand; readonly right: UpdateOperand }
  | { readonly kind: 'minus'; readonly left: UpdateOperand; readonly right: UpdateOperand };

/** An update expression, its four sections. */
export interface Update {
  readonly set: readonly { readonly path: DocumentPath; readonly value: SetValue }[];
  readonly remove: readonly DocumentPath[];
  readonly add: readonly { readonly path: DocumentPath; readonly value: AttributeValue }[];
  readonly delete: readonly { readonly path: DocumentPath; readonly value: AttributeValue }[];
}

/** Every path an update changes. */
export const pathsOf = (update: Update): DocumentPath[] => [
  ...update.set.map(({ path }) => path),
  ...update.remove,
  ...update.add.map(({ path }) => path),
  ...update.delete.map(({ path }) => path),
];

const wrongType = () => validationException('An operand in the update expression has an incorrect data type');
const badPath = () => validationException('The document path provided in the update expression is invalid for update');

function numberOf(value: AttributeValue): ReturnType<typeof parseNumber> {
  if (value.N === undefined) throw wrongType();
  return parseNumber(value.N);
}

/** What a SET's right side is worth in the item as it was before the update. */
function evaluate(value: SetValue, before: Item): AttributeValue {
  switch (value.kind) {
    case 'path':
    case 'value': {
      const found = operandValue(value, before);
      if (!found) throw validationException('The provided expression refers to an attribute that does not exist in the item');
      return found;
    }
    case 'if-not-exists':
      return operandValue(value.of, before) ?? evaluate(value.otherwise, before);
    case 'list-append': {
      const left = evaluate(value.left, before).L;
      const right = evaluate(value.right, before).L;
      if (!left || !right) throw wrongType();
      return { L: [...left, ...right] };
    }
    case 'plus':
    case 'minus': {
      const left = numberOf(evaluate(value.left, before));
      const right = numberOf(evaluate(value.right, before));
      return { N: formatNumber(value.kind === 'plus' ? addNumbers(left, right) : subtractNumbers(left, right)) };
    }
  }
}

/** The map or list that holds the last part of `path`, of the item being changed. */
function holderOf(item: Item, path: DocumentPath): AttributeValue {
  let holder: AttributeValue | undefined = { M: item };
  for (const part of path.slice(0, -1)) holder = elementOf(holder, part);
  if (!holder || (typeof path.at(-1) === 'number' ? holder.L : holder.M) === undefined) throw badPath();
  return holder;
}

function write(item: Item, path: DocumentPath, value: AttributeValue): void {
  const holder = holderOf(item, path);
  const part = path.at(-1);
  // An index past the end appends, as DynamoDB does; it never leaves a gap.
  if (holder.L && typeof part === 'number') holder.L[Math.min(part, holder.L.length)] = value;
  else if (holder.M && typeof part === 'string') holder.M[part] = value;
}

function erase(item: Item, path: DocumentPath): void {
  const holder = holderOf(item, path);
  const part = path.at(-1);
  if (holder.L && typeof part === 'number') holder.L.splice(part, 1);
  else if (holder.M && typeof part === 'string') delete holder.M[part];
}

function withMembers(type: 'SS' | 'NS' | 'BS', existing: AttributeValue, keep: (member: string) => boolean, added: AttributeValue): AttributeValue {
  if (type === 'BS') {
    const bytes = [...(existing.BS ?? []).filter((member) => keep(Buffer.from(member).toString('base64'))), ...(added.BS ?? [])];
    return { BS: bytes };
  }
  const texts = [...(setMembers(existing) ?? []).filter(keep), ...(setMembers(added) ?? [])];
  return type === 'SS' ? { SS: texts } : { NS: texts };
}

function setTypeOf(value: AttributeValue): 'SS' | 'NS' | 'BS' {
  const type = typeOf(value);
  if (type !== 'SS' && type !== 'NS' && type !== 'BS') throw wrongType();
  return type;
}

function added(existing: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (!existing) return copyOf(value);
  if (value.N !== undefined) return { N: formatNumber(addNumbers(numberOf(existing), parseNumber(value.N))) };
  const type = setTypeOf(value);
  if (typeOf(existing) !== type) throw wrongType();
  const joining = setMembers(value) ?? [];
  return withMembers(type, existing, (member) => !joining.includes(member), copyOf(value));
}

/** What is left of a set, or nothing where that is the empty set: an attribute without members is removed. */
function withoutMembers(existing: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  const type = setTypeOf(value);
  if (typeOf(existing) !== type) throw wrongType();
  const leaving = setMembers(value) ?? [];
  const left = withMembers(type, existing, (member) => !leaving.includes(member), {} as AttributeValue); // Adds nothing: no type is read of it.
  return (setMembers(left) ?? []).length > 0 ? left : undefined;
}

/** Later list indexes first, so that removing one does not move what the next one names. */
function laterFirst(a: DocumentPath, b: DocumentPath): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (typeof left === 'number' && typeof right === 'number' && left !== right) return right - left;
    if (left !== right) return 0;
  }
  return 0;
}

/**
 * The item an update makes of `before`; every operand is read from `before`, which stays as it is.
 *
 * @throws AwsError `ValidationException` in DynamoDB's words, for what only the item can tell: missing attributes, wrong types, paths without a parent
 */
export function applyUpdate(update: Update, before: Item): Item {
  const after = copyOfItem(before);
  const written = update.set.map(({ path, value }) => ({ path, value: evaluate(value, before) }));
  for (const { path, value } of written) write(after, path, value);
  for (const { path, value } of update.add) write(after, path, added(elementOf(holderOf(after, path), path.at(-1) ?? ''), value));
  for (const { path, value } of update.delete) {
    const existing = elementOf(holderOf(after, path), path.at(-1) ?? '');
    const left = existing && withoutMembers(existing, value);
    if (left) write(after, path, left);
    else if (existing) erase(after, path);
  }
  for (const path of [...update.remove].sort(laterFirst)) erase(after, path);
  return after;
}
