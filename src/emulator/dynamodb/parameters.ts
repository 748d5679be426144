import { notEmulated, validationException } from '../aws-error.ts';

const legacy = ['Expected', 'ConditionalOperator', 'AttributeUpdates', 'AttributesToGet', 'KeyConditions', 'QueryFilter', 'ScanFilter'] as const;

type Asked = Partial<Record<(typeof legacy)[number] | 'ReturnConsumedCapacity' | 'ReturnItemCollectionMetrics', unknown>>;

/**
 * Refuses by name what is not emulated: the parameters expressions replaced, and accounts of consumed capacity.
 *
 * @throws AwsError `ValidationException` where a legacy parameter is mixed with expressions, as DynamoDB says it
 */
export function refuseUnsupported(operation: string, input: object, expressions: Readonly<Record<string, string | undefined>> = {}): void {
  const asked = input as Asked; // Whatever the operation: only whether these are there is read.
  const given = legacy.filter((name) => asked[name] !== undefined);
  const used = Object.keys(expressions).filter((name) => expressions[name] !== undefined);
  if (given.length > 0 && used.length > 0) {
    throw validationException(
      `Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {${given.join(', ')}} Expression parameters: {${used.join(', ')}}`,
    );
  }
  if (given[0] !== undefined) throw notEmulated(`the legacy parameter ${given[0]} of dynamodb:${operation}`);
  for (const name of ['ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'] as const) {
    if (asked[name] !== undefined && asked[name] !== 'NONE') throw notEmulated(`${name} of dynamodb:${operation}`);
  }
}

/** Limits every operation with these members shares. A table may be named by its ARN, hence 1024. */
export const tableNameLimit = { min: 1, max: 1024, pattern: /^[a-zA-Z0-9_.:/-]+$/ };
export const consumedCapacityLimit = { oneOf: ['INDEXES', 'TOTAL', 'NONE'] };
export const collectionMetricsLimit = { oneOf: ['SIZE', 'NONE'] };
export const returnValuesLimit = { oneOf: ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'] };
export const onFailureLimit = { oneOf: ['ALL_OLD', 'NONE'] };
