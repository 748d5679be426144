import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDeliveries } from '../../src/aws/deliveries.ts';
import { dynamoLocks } from '../../src/aws/locks.ts';
import { dynamoRollouts } from '../../src/aws/rollouts.ts';
import { dynamoTable, type Table } from '../../src/aws/table.ts';
import { createDynamoService } from '../../src/emulator/dynamodb/service.ts';
import { inProcess } from '../../src/emulator/transport.ts';
import type { Deliveries, DeliveryHead, Locks, Rollouts } from '../../src/ports/rollouts.ts';
import { administratorKeys, type ClientOptions, region, type TestFront, testFront } from '../emulator/front-fixture.ts';
import { testKernel } from '../emulator/kernel.ts';
import { deliverySource, noonMs } from '../rollout/fixture.ts';

export interface World {
  readonly aws: TestFront;
  /** For any SDK client. */
  readonly options: ClientOptions;
  readonly table: Table;
  readonly rollouts: Rollouts;
  readonly deliveries: Deliveries;
  readonly locks: Locks;
  /** Every row of the table, data parsed. */
  rows(): { readonly pk: string; readonly sk: string; readonly data?: unknown }[];
  /** The head of a delivery that was applied. */
  head(name?: string): Promise<DeliveryHead>;
}

/** The real adapters against a DynamoDB of its own, over its wire; delivery "churn" is applied. */
export async function world(): Promise<World> {
  const aws = testFront();
  const dynamo = createDynamoService(testKernel({ startsAtMs: noonMs }));
  aws.front.register(dynamo.service);
  const options: ClientOptions = { region, credentials: administratorKeys, maxAttempts: 1, requestHandler: inProcess(aws.front) };
  const client = new DynamoDBClient(options);
  await client.send(
    new CreateTableCommand({
      TableName: 'sluice',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  const table = dynamoTable('sluice', client);
  const deliveries = dynamoDeliveries(table);
  await deliveries.apply(deliverySource(), ['image/models/churn'], 'arn:aws:iam::111122223333:role/operator', noonMs);
  return {
    aws,
    options,
    table,
    deliveries,
    rollouts: dynamoRollouts(table),
    locks: dynamoLocks(table),
    rows: () =>
      dynamo.tables.items('sluice').map(({ pk, sk, data }) => ({
        pk: pk?.S ?? '',
        sk: sk?.S ?? '',
        ...(data?.S !== undefined && { data: JSON.parse(data.S) as unknown }),
      })),
    async head(name = 'churn') {
      const head = await deliveries.head(name);
      if (!head) throw new Error(`No delivery "${name}"`);
      return head;
    },
  };
}
