import { describe, expect, test } from 'vitest';
import type { Limits } from '../../../src/emulator/operation.ts';
import { checkConstraints } from '../../../src/emulator/wire/constraints.ts';
import { schemasOf } from '../../../src/emulator/wire/schemas.ts';

function words(operation: string, limits: Limits, input: unknown): string | undefined {
  const schema = schemasOf('sagemaker').operations.get(operation);
  if (!schema) throw new Error(`no operation ${operation}`);
  try {
    checkConstraints('sagemaker', schema.input, limits, input);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const variant = { VariantName: 'a', ModelName: 'm', InitialInstanceCount: 1, InstanceType: 'ml.m5.large' };

// Wording as AWS's service framework answers it.
describe('checkConstraints()', () => {
  test('accepts what keeps every limit', () => {
    expect(
      words('DescribeEndpoint', { EndpointName: { min: 1, max: 63, pattern: /[a-zA-Z0-9](-*[a-zA-Z0-9])*/ } }, { EndpointName: 'churn-a' }),
    ).toBeUndefined();
  });
  test('names a missing member', () => {
    expect(words('DescribeEndpoint', {}, {})).toBe(
      "1 validation error detected: Value null at 'endpointName' failed to satisfy constraint: Member must not be null",
    );
  });
  test('names a missing member inside a list, and counts', () => {
    expect(words('CreateEndpointConfig', {}, { ProductionVariants: [variant, { ModelName: 'm' }] })).toBe(
      "2 validation errors detected: Value null at 'endpointConfigName' failed to satisfy constraint: Member must not be null; " +
        "Value null at 'productionVariants.2.member.variantName' failed to satisfy constraint: Member must not be null",
    );
  });
  test('tells a length, both ways', () => {
    const limits = { EndpointName: { min: 2, max: 3 } };
    expect(words('DescribeEndpoint', limits, { EndpointName: 'long' })).toBe(
      "1 validation error detected: Value 'long' at 'endpointName' failed to satisfy constraint: Member must have length less than or equal to 3",
    );
    expect(words('DescribeEndpoint', limits, { EndpointName: 'x' })).toContain('Member must have length greater than or equal to 2');
  });
  test('tells a pattern, which a value must match as a whole', () => {
    expect(words('DescribeEndpoint', { EndpointName: { pattern: /[a-z]+/ } }, { EndpointName: 'abc!' })).toBe(
      "1 validation error detected: Value 'abc!' at 'endpointName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-z]+",
    );
  });
  test('tells an enum inside a list by its place', () => {
    const limits = { 'ProductionVariants[].InstanceType': { oneOf: ['ml.m5.large', 'ml.m5.xlarge'] } };
    expect(
      words('CreateEndpointConfig', limits, { EndpointConfigName: 'c', ProductionVariants: [variant, { ...variant, InstanceType: 'huge' }] }),
    ).toBe(
      "1 validation error detected: Value 'huge' at 'productionVariants.2.member.instanceType' failed to satisfy constraint: Member must satisfy enum value set: [ml.m5.large, ml.m5.xlarge]",
    );
  });
  test('tells a value and a list that is too long', () => {
    const limits = { MaxResults: { min: 1, max: 100 } };
    expect(words('ListEndpoints', limits, { MaxResults: 0 })).toBe(
      "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
    );
    expect(
      words('CreateEndpointConfig', { ProductionVariants: { max: 1 } }, { EndpointConfigName: 'c', ProductionVariants: [variant, variant] }),
    ).toContain("at 'productionVariants' failed to satisfy constraint: Member must have length less than or equal to 1");
  });
  test("does not ask for a client's own token", () => {
    expect(words('RetryPipelineExecution', {}, { PipelineExecutionArn: 'arn' })).toBeUndefined();
  });
});
