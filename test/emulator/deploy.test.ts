import path from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { inProcess, packagesFolder, virtualEmulator } from './running.ts';
import { packagedSample } from './sample.ts';

const packages = packagesFolder();
let sample: string;
beforeAll(async () => {
  sample = await packagedSample(path.join(packages, 'sample'));
});

/** What the sample's `hello` put into the table, oldest first. */
const greetings = (aws: Emulator) =>
  aws.services.dynamodb.tables.items('sample-dev-table').map((item) => JSON.parse((item['event'] as { S: string }).S) as unknown);

describe('deploy()', () => {
  it('makes everything the packaged template asks for and returns its outputs', async () => {
    const { aws } = await virtualEmulator();
    const { outputs, resources } = await aws.deploy(sample);
    expect(outputs).toMatchObject({
      TableName: 'sample-dev-table',
      MachineArn: 'arn:aws:states:eu-west-1:000000000000:stateMachine:sample-machine',
      TopicArn: expect.stringMatching(/^arn:aws:sns:eu-west-1:000000000000:sample-dev-Topic-[0-9A-F]{12}$/) as unknown,
      BucketName: expect.stringMatching(/^sample-dev-models-[0-9a-f]{12}$/) as unknown,
      RepositoryUri: '000000000000.dkr.ecr.eu-west-1.amazonaws.com/sample/images',
      HelloLambdaFunctionQualifiedArn: 'arn:aws:lambda:eu-west-1:000000000000:function:sample-dev-hello:1',
      Address: expect.stringMatching(/\/lambda-url\/[0-9a-f]{32}\/$/) as unknown,
    });
    expect(resources.get('HelloLambdaFunction')).toEqual({ type: 'AWS::Lambda::Function', physicalId: 'sample-dev-hello' });
    expect(resources.size).toBe(Object.keys((await import('./sample-template.json', { with: { type: 'json' } })).default.Resources).length);
    expect(aws.crashes).toEqual([]);
  });

  it('wires rule, machine, function and table as the template says', async () => {
    const { aws, clock } = await virtualEmulator();
    await aws.deploy(sample);
    const events = new EventBridgeClient(inProcess(aws));
    await events.send(new PutEventsCommand({ Entries: [{ Source: 'sample', DetailType: 'Thing', Detail: '{"n":1}' }] }));
    await clock.advance(10_000);
    const [execution] = aws.services.states.executions();
    expect(execution?.status).toBe('SUCCEEDED');
    expect(greetings(aws)).toEqual([expect.objectContaining({ source: 'sample', detail: { n: 1 } })]);
    expect(aws.crashes).toEqual([]);
  });

  it("runs schedules on the emulator's clock", async () => {
    const { aws, clock } = await virtualEmulator();
    await aws.deploy(sample);
    await clock.advance(11 * 60_000);
    expect(greetings(aws)).toHaveLength(2);
    expect(aws.crashes).toEqual([]);
  });

  it('refuses a folder that holds no package', async () => {
    const { aws } = await virtualEmulator();
    await expect(aws.deploy(packages)).rejects.toThrow(/holds no cloudformation-template-update-stack\.json; run "osls package" first/);
  });

  it('lets a function do what its role grants and nothing else', async () => {
    const greedy = await packagedSample(path.join(packages, 'greedy'), {
      hello: `
        import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
        const client = new DynamoDBClient({});
        export const handler = () => client.send(new DeleteItemCommand({ TableName: process.env.TABLE, Key: { pk: { S: 'x' } } }));`,
    });
    const { aws } = await virtualEmulator();
    await aws.deploy(greedy);
    const lambda = new LambdaClient(inProcess(aws));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: 'sample-dev-hello' }));
    expect(answer.FunctionError).toBe('Unhandled');
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toMatchObject({
      errorType: 'AccessDeniedException',
      errorMessage: expect.stringContaining(
        'dynamodb:DeleteItem on resource: arn:aws:dynamodb:eu-west-1:000000000000:table/sample-dev-table',
      ) as unknown,
    });
  });
});
