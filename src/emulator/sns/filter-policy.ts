import type { MessageAttributeValue } from '@aws-sdk/client-sns';
import { type AwsError, notEmulated } from '../aws-error.ts';
import { invalidParameter } from './errors.ts';

type Scalar = string | number | boolean | null;

/** One thing a filter policy accepts of an attribute. */
type Rule =
  | { readonly kind: 'exactly'; readonly value: Scalar }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'anything-but'; readonly values: readonly Scalar[] }
  | { readonly kind: 'exists'; readonly exists: boolean };

/** What each attribute must be: every name holds, by any of its rules. */
export type FilterPolicy = ReadonlyMap<string, readonly Rule[]>;

const isScalar = (value: unknown): value is Scalar => value === null || ['string', 'number', 'boolean'].includes(typeof value);

function ruleOf(value: unknown): Rule {
  if (isScalar(value)) return { kind: 'exactly', value };
  const [operator, operand] = Object.entries(value as Record<string, unknown>)[0] ?? ['', undefined]; // Not scalar, so an object or a list.
  if (operator === 'prefix' && typeof operand === 'string') return { kind: 'prefix', prefix: operand };
  if (operator === 'exists' && typeof operand === 'boolean') return { kind: 'exists', exists: operand };
  if (operator === 'anything-but') {
    const values: unknown[] = Array.isArray(operand) ? operand : [operand];
    if (values.every(isScalar)) return { kind: 'anything-but', values };
  }
  throw notEmulated(`${JSON.stringify(value)} in an SNS filter policy (values, prefix, anything-but and exists are)`);
}

/**
 * Reads a filter policy on message attributes.
 *
 * @throws AwsError `InvalidParameter` for what is no policy, `NotEmulated` for operators that aren't known
 */
export function readFilterPolicy(text: string): FilterPolicy {
  const refuse = (why: string): AwsError => invalidParameter(`FilterPolicy: ${why}`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw refuse('failed to parse JSON.');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) throw refuse('must be a JSON object');
  return new Map(
    Object.entries(document as Record<string, unknown>).map(([name, rules]) => {
      if (name === '$or') throw notEmulated('$or in an SNS filter policy');
      if (!Array.isArray(rules)) throw refuse(`"${name}" must be an object or an array`);
      if (rules.length === 0) throw refuse('Empty arrays are not allowed');
      return [name, (rules as unknown[]).map(ruleOf)] as const;
    }),
  );
}

/** The values an attribute stands for: one, or those of a `String.Array`. */
function valuesOf({ DataType, StringValue = '' }: MessageAttributeValue): Scalar[] {
  if (DataType === 'Number') return [Number(StringValue)];
  if (DataType !== 'String.Array') return [StringValue];
  try {
    const list: unknown = JSON.parse(StringValue);
    return Array.isArray(list) ? (list as unknown[]).filter(isScalar) : [];
  } catch {
    return [];
  }
}

function accepts(rule: Rule, values: readonly Scalar[] | undefined): boolean {
  if (rule.kind === 'exists') return rule.exists === (values !== undefined);
  if (values === undefined) return false;
  return values.some((value) => {
    switch (rule.kind) {
      case 'exactly':
        return value === rule.value;
      case 'prefix':
        return typeof value === 'string' && value.startsWith(rule.prefix);
      case 'anything-but':
        return !rule.values.includes(value);
    }
  });
}

/** Whether a message with these attributes passes. Binary attributes are as if they were not there. */
export function passes(policy: FilterPolicy, attributes: Readonly<Record<string, MessageAttributeValue>>): boolean {
  return [...policy].every(([name, rules]) => {
    const attribute = attributes[name];
    const values = attribute && attribute.BinaryValue === undefined ? valuesOf(attribute) : undefined;
    return rules.some((rule) => accepts(rule, values));
  });
}
