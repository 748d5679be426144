import { AwsError } from '../aws-error.ts';

// SQS speaks JSON today and spoke Query before: a client may look for either code.

export const queueDoesNotExist = (): AwsError =>
  new AwsError('QueueDoesNotExist', 'The specified queue does not exist.', { queryCode: 'AWS.SimpleQueueService.NonExistentQueue' });

export const invalidParameterValue = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' });

/** `Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.` */
export const invalidValue = (value: unknown, parameter: string, reason: string): AwsError =>
  invalidParameterValue(`Value ${String(value)} for parameter ${parameter} is invalid. Reason: ${reason}`);

export const invalidAttributeValue = (attribute: string): AwsError =>
  new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${attribute}.`);

/** An error of the batch operations: `BatchRequestTooLong`, `EmptyBatchRequest` and the like. */
export const batchError = (name: string, message: string): AwsError => new AwsError(name, message, { queryCode: `AWS.SimpleQueueService.${name}` });
