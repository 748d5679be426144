import { notEmulated } from '../aws-error.ts';
import type { Schema } from '../wire/schemas.ts';
import { isRecord } from './template.ts';

/**
 * A property of a template as the API's typed value: CloudFormation takes `"3"` for 3 and `"true"` for true.
 *
 * @param path for messages: `Targets.1.RetryPolicy`
 * @throws AwsError `NotEmulated` naming a member the API doesn't have
 */
export function shaped(schema: Schema, value: unknown, path: string): unknown {
  if (schema.isStructSchema() && isRecord(value)) {
    const members = new Map(schema.structIterator());
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => {
        const member = members.get(name);
        if (!member) throw notEmulated(`the property ${path === '' ? name : `${path}.${name}`}`);
        return [name, shaped(member, one, path === '' ? name : `${path}.${name}`)];
      }),
    );
  }
  if (schema.isListSchema() && Array.isArray(value)) return value.map((one, index) => shaped(schema.getValueSchema(), one, `${path}.${index}`));
  if (schema.isMapSchema() && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shaped(schema.getValueSchema(), one, `${path}.${key}`)]));
  }
  if (schema.isNumericSchema() && typeof value === 'string' && value.trim() !== '') return Number(value);
  if (schema.isBooleanSchema() && (value === 'true' || value === 'false')) return value === 'true';
  if (schema.isStringSchema() && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  return value;
}

/** `QueueName` -> `queueName`, at every depth: how Step Functions and ECR write their members. */
export function lowerCamel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerCamel);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [`${key.slice(0, 1).toLowerCase()}${key.slice(1)}`, lowerCamel(one)]));
}
