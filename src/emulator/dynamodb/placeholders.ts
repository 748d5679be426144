import { AwsError, validationException } from '../aws-error.ts';
import { type AttributeValue, normalised } from './attribute-value.ts';

/** What `#aliases` and `:values` of one request stand for, and which of them its expressions used. */
export interface Placeholders {
  /** The attribute name an alias stands for, or nothing. Marks it used. */
  nameOf(alias: string): string | undefined;
  /** The value a placeholder stands for, or nothing. Marks it used. */
  valueOf(placeholder: string): AttributeValue | undefined;
  /** Call once every expression is read. Throws `ValidationException` for what none of them used. */
  assertAllUsed(): void;
}

export interface PlaceholderInput {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

const placeholderName = /^[#:][A-Za-z0-9_]+$/;

/**
 * Reads a request's placeholders.
 *
 * @param expressions the request's expressions by parameter name; undefined ones were not sent
 * @throws AwsError `ValidationException` in DynamoDB's words: placeholders without an expression, malformed keys, malformed values
 */
export function placeholdersOf(input: PlaceholderInput, expressions: Readonly<Record<string, string | undefined>>): Placeholders {
  const hasExpression = Object.values(expressions).some((expression) => expression !== undefined);
  const names = input.ExpressionAttributeNames;
  const given = input.ExpressionAttributeValues;
  if (names && !hasExpression) throw validationException('ExpressionAttributeNames can only be specified when using expressions');
  if (given && !hasExpression) throw validationException('ExpressionAttributeValues can only be specified when using expressions');
  if (names && Object.keys(names).length === 0) throw validationException('ExpressionAttributeNames must not be empty');
  if (given && Object.keys(given).length === 0) throw validationException('ExpressionAttributeValues must not be empty');
  for (const key of Object.keys(names ?? {})) {
    if (!key.startsWith('#') || !placeholderName.test(key)) {
      throw validationException(`ExpressionAttributeNames contains invalid key: Syntax error; key: "${key}"`);
    }
  }
  for (const key of Object.keys(given ?? {})) {
    if (!key.startsWith(':') || !placeholderName.test(key)) {
      throw validationException(`ExpressionAttributeValues contains invalid key: Syntax error; key: "${key}"`);
    }
  }
  const values = new Map<string, AttributeValue>();
  for (const [key, value] of Object.entries(given ?? {})) {
    try {
      values.set(key, normalised(value));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw validationException(`ExpressionAttributeValues contains invalid value: ${error.message} for key ${key}`);
    }
  }
  const unusedNames = new Set(Object.keys(names ?? {}));
  const unusedValues = new Set(values.keys());
  return {
    nameOf(alias) {
      unusedNames.delete(alias);
      return names && Object.hasOwn(names, alias) ? names[alias] : undefined;
    },
    valueOf(placeholder) {
      unusedValues.delete(placeholder);
      return values.get(placeholder);
    },
    assertAllUsed() {
      if (unusedNames.size > 0) {
        throw validationException(`Value provided in ExpressionAttributeNames unused in expressions: keys: {${[...unusedNames].join(', ')}}`);
      }
      if (unusedValues.size > 0) {
        throw validationException(`Value provided in ExpressionAttributeValues unused in expressions: keys: {${[...unusedValues].join(', ')}}`);
      }
    },
  };
}
