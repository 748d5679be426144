import { AwsError } from '../aws-error.ts';

/** `Invalid parameter: Subject`, 400. */
export const invalidParameter = (what: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${what}`);

/** `Topic does not exist`, 404. */
export const notFound = (what: string): AwsError => new AwsError('NotFound', `${what} does not exist`, { status: 404 });
