import { AwsError } from '../aws-error.ts';

// CloudWatch was a query service: each error has a second name that query-minded clients see.

export const invalidValue = (message: string): AwsError =>
  new AwsError('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' });

export const invalidCombination = (message: string): AwsError =>
  new AwsError('InvalidParameterCombinationException', message, { queryCode: 'InvalidParameterCombination' });

export const missingParameter = (message: string): AwsError =>
  new AwsError('MissingRequiredParameterException', message, { queryCode: 'MissingParameter' });

export const invalidRequest = (message: string): AwsError => new AwsError('ValidationException', message, { queryCode: 'ValidationError' });

/** AWS answers 404 with an empty message. */
export const resourceNotFound = (): AwsError => new AwsError('ResourceNotFound', '', { status: 404, queryCode: 'ResourceNotFound' });

export const invalidNextToken = (): AwsError =>
  new AwsError('InvalidNextToken', 'The specified nextToken is invalid.', { queryCode: 'InvalidNextToken' });
