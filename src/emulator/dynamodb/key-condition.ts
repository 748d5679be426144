import { validationException } from '../aws-error.ts';
import { type AttributeValue, typeOf } from './attribute-value.ts';
import { type Condition, holds, type Operand } from './condition.ts';
import type { Entry, KeyAttributes } from './ordered-items.ts';

/** What a Query looks for: one partition, and a condition on the range key. */
export interface KeyCondition {
  readonly hash: AttributeValue;
  readonly matches: (entry: Entry) => boolean;
}

const notSupported = () => validationException('Query key condition not supported');

function clausesOf(condition: Condition): Condition[] {
  if (condition.kind === 'and') return [...clausesOf(condition.left), ...clausesOf(condition.right)];
  if (condition.kind === 'or' || condition.kind === 'not') {
    const operator = condition.kind.toUpperCase();
    throw validationException(`Invalid operator used in KeyConditionExpression: ${operator}`);
  }
  return [condition];
}

const mirrored = { '=': '=', '<>': '<>', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function nameOf(operand: Operand): string | undefined {
  if (operand.kind !== 'path') return undefined;
  const [name] = operand.path;
  if (operand.path.length !== 1 || typeof name !== 'string') {
    throw validationException('Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes');
  }
  return name;
}

/** The attribute a clause is about and the values it compares it with. */
function subjectOf(clause: Condition): { readonly name: string; readonly values: readonly Operand[]; readonly condition: Condition } {
  if (clause.kind === 'compare') {
    const name = nameOf(clause.left);
    if (name !== undefined) return { name, values: [clause.right], condition: clause };
    const right = nameOf(clause.right);
    if (right === undefined) throw notSupported();
    // `:v >= sk` is a condition on `sk` as well.
    return {
      name: right,
      values: [clause.left],
      condition: { ...clause, comparator: mirrored[clause.comparator], left: clause.right, right: clause.left },
    };
  }
  if (clause.kind === 'between' || clause.kind === 'begins-with') {
    const name = nameOf(clause.kind === 'between' ? clause.operand : clause.of);
    if (name === undefined) throw notSupported();
    return { name, values: clause.kind === 'between' ? [clause.low, clause.high] : [clause.what], condition: clause };
  }
  throw validationException(`Invalid operator used in KeyConditionExpression: ${clause.kind.replaceAll('-', '_')}`);
}

/**
 * Holds a key condition against the keys of what it queries: `=` on the partition key, and at most one of `=`, `<`, `<=`, `>`, `>=`, BETWEEN,
 * begins_with on the sort key.
 *
 * @throws AwsError `ValidationException` in DynamoDB's words
 */
export function keyConditionFor(key: KeyAttributes, condition: Condition): KeyCondition {
  const subjects = clausesOf(condition).map(subjectOf);
  const attributes = key.range ? [key.hash, key.range] : [key.hash];
  const names = new Set(subjects.map(({ name }) => name));
  if (names.size < subjects.length) {
    throw validationException('Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key');
  }
  if (subjects.length > attributes.length) {
    throw validationException(
      `The number of query conditions (${subjects.length}) exceeds the number of key attributes defined in the schema (${attributes.length})`,
    );
  }
  const onHash = subjects.find(({ name }) => name === key.hash.name);
  if (!onHash) throw validationException(`Query condition missed key schema element: ${key.hash.name}`);
  const onRange = subjects.find((subject) => subject !== onHash);
  if (onRange && onRange.name !== key.range?.name) {
    throw validationException(`Query condition missed key schema element: ${key.range?.name ?? key.hash.name}`);
  }
  for (const { name, values } of subjects) {
    const type = attributes.find((attribute) => attribute.name === name)?.type;
    for (const value of values) {
      if (value.kind !== 'value') throw notSupported();
      if (typeOf(value.value) !== type) {
        throw validationException('One or more parameter values were invalid: Condition parameter type does not match schema type');
      }
      if (value.value.S === '' || value.value.B?.byteLength === 0) {
        throw validationException(
          `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${value.value.S === '' ? 'string' : 'binary'} value. Key: ${name}`,
        );
      }
    }
  }
  const [hash] = onHash.values;
  if (onHash.condition.kind !== 'compare' || onHash.condition.comparator !== '=' || hash?.kind !== 'value') throw notSupported();
  if (onRange?.condition.kind === 'compare' && onRange.condition.comparator === '<>') throw notSupported();
  return { hash: hash.value, matches: (entry) => !onRange || holds(onRange.condition, entry.item) };
}
