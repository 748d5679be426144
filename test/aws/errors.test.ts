import { DynamoDBClient, TransactWriteItemsCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateEndpointCommand, DescribeEndpointCommand, SageMakerClient, UpdateEndpointCommand } from '@aws-sdk/client-sagemaker';
import { beforeEach, describe, expect, test } from 'vitest';
import { alreadyExists, isMissing, translated } from '../../src/aws/errors.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn';
let aws: ReturnType<typeof scriptedAws>;
beforeEach(() => {
  aws = scriptedAws();
});

/** What an unmodified SDK client throws when SageMaker answers so. */
async function sageMakerError(code: string, message: string, status?: number): Promise<Error> {
  const refused = refuse(code, message, status === undefined ? {} : { status });
  aws.serve('sagemaker', { UpdateEndpoint: refused, CreateEndpoint: refused, DescribeEndpoint: refused });
  return rejection(new SageMakerClient(aws.options).send(new UpdateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: 'churn-2' })));
}

describe('translated()', () => {
  // AWS's texts as seen on the wire, and what a state machine should do about each.
  test.each([
    ['ValidationException', `Cannot update in-progress endpoint "${arn}".`, undefined, 'EndpointBusy'],
    ['ThrottlingException', 'Rate exceeded', undefined, 'Throttled'],
    ['ModelNotReadyException', 'Model is not ready', 429, 'Throttled'],
    ['InternalFailure', 'The request processing has failed', 500, 'Unavailable'],
    ['ServiceUnavailable', 'try later', 503, 'Unavailable'],
    [
      'ValidationException',
      'Could not find endpoint configuration "arn:aws:sagemaker:eu-west-1:111122223333:endpoint-config/churn-2".',
      undefined,
      'Unavailable',
    ],
    ['ValidationException', 'Could not find model "arn:aws:sagemaker:eu-west-1:111122223333:model/m".', undefined, 'Unavailable'],
    ['ValidationException', `Could not find endpoint "${arn}".`, undefined, 'Refused'],
    ['ResourceLimitExceeded', "The account-level service limit 'ml.m5.xlarge for endpoint usage' is 2 Instances", undefined, 'Refused'],
    ['AccessDeniedException', 'is not authorized to perform: sagemaker:UpdateEndpoint', 400, 'Refused'],
    ['ValidationException', '1 validation error detected: Value', undefined, 'Refused'],
  ])('%s "%s" (%s) is %s', async (code, message, status, name) => {
    const error = translated(await sageMakerError(code, message, status), 'Cannot update endpoint "churn"');
    expect(error.name).toBe(name);
    expect(error.message).toMatch(/^Cannot update endpoint "churn": /);
    expect(error.message).toContain(message);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('a network that fails says nothing about the effect: to be tried again after reading', async () => {
    const broken = {
      ...aws.options,
      requestHandler: { handle: () => Promise.reject(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })) },
    };
    const error = await rejection(new SageMakerClient(broken).send(new DescribeEndpointCommand({ EndpointName: 'churn' })));
    expect(translated(error, 'Cannot describe endpoint "churn"').name).toBe('Unavailable');
  });

  test.each([
    [['TransactionConflict', 'None'], 'Throttled'],
    [['None', 'ThrottlingError'], 'Throttled'],
    [['ProvisionedThroughputExceeded'], 'Throttled'],
    [['TransactionConflict', 'ConditionalCheckFailed'], 'Refused'],
    [['ValidationError'], 'Refused'],
  ])('a transaction cancelled for %j is %s', async (codes, name) => {
    aws.serve('dynamodb', {
      TransactWriteItems: refuse(
        'TransactionCanceledException',
        `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
        {
          fields: { CancellationReasons: codes.map((Code) => ({ Code })) },
        },
      ),
    });
    const error = await rejection(
      new DynamoDBClient(aws.options).send(
        new TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName: 'sluice', Key: { pk: { S: 'a' }, sk: { S: 'b' } } } }] }),
      ),
    );
    expect(error.name).toBe('TransactionCanceledException');
    expect(translated(error, 'Cannot save').name).toBe(name);
  });

  test('an item that is just in another transaction is worth another try', async () => {
    aws.serve('dynamodb', { UpdateItem: refuse('TransactionConflictException', 'Transaction is ongoing for the item') });
    const error = await rejection(
      new DynamoDBClient(aws.options).send(new UpdateItemCommand({ TableName: 'sluice', Key: { pk: { S: 'a' }, sk: { S: 'b' } } })),
    );
    expect(translated(error, 'Cannot lock').name).toBe('Throttled');
  });
});

describe('isMissing()', () => {
  test.each([
    ['ValidationException', `Could not find endpoint "${arn}".`, true],
    ['ValidationException', 'Requested resource not found.', true],
    ['ResourceNotFound', 'Requested resource not found.', true],
    ['ValidationException', `Cannot update in-progress endpoint "${arn}".`, false],
    ['ThrottlingException', 'Rate exceeded', false],
  ])('%s "%s": %s', async (code, message, expected) => expect(isMissing(await sageMakerError(code, message))).toBe(expected));
});

test('alreadyExists() knows SageMaker’s refusal to create twice', async () => {
  await sageMakerError('ValidationException', `Cannot create already existing endpoint "${arn}".`);
  const error = await rejection(
    new SageMakerClient(aws.options).send(new CreateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: 'churn-1' })),
  );
  expect(alreadyExists(error)).toBe(true);
});
