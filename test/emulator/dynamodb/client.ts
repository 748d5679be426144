import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../../../src/emulator/aws-error.ts';
import { createDynamoService, type DynamoService } from '../../../src/emulator/dynamodb/service.ts';
import { administrator, type TestKernel, testKernel } from '../kernel.ts';

export type Item = Record<string, AttributeValue>;

export interface DynamoClient {
  readonly kernel: TestKernel;
  readonly dynamo: DynamoService;
  /** Runs an operation as the administrator, past the wire. */
  readonly call: (operation: string, input: object) => Promise<Record<string, unknown> & { Item?: Item; Items?: Item[]; Attributes?: Item }>;
  /** The error an operation fails with. */
  readonly refusal: (operation: string, input: object) => Promise<AwsError>;
  readonly table: (name: string, keys: Keys, indexes?: Record<string, Keys & { projection?: 'ALL' | 'KEYS_ONLY' | string[] }>) => Promise<void>;
}

interface Keys {
  /** `pk` or `pk:N`; text unless a type is given. */
  readonly hash: string;
  readonly range?: string;
}

const parsed = (key: string) => ({ name: key.split(':')[0] ?? key, type: key.split(':')[1] ?? 'S' });
const schemaOf = ({ hash, range }: Keys) => [
  { AttributeName: parsed(hash).name, KeyType: 'HASH' },
  ...(range ? [{ AttributeName: parsed(range).name, KeyType: 'RANGE' }] : []),
];

/** A DynamoDB of its own, on a virtual clock. */
export function dynamoClient(kernel: TestKernel = testKernel()): DynamoClient {
  const dynamo = createDynamoService(kernel);
  const client: DynamoClient = {
    kernel,
    dynamo,
    async call(operation, input) {
      const bound = dynamo.service.operations.get(operation);
      if (!bound) throw new Error(`No operation ${operation}`);
      return (await bound.run(input, { caller: administrator, requestId: 'test' })) as Awaited<ReturnType<DynamoClient['call']>>; // Each test knows what it called.
    },
    async refusal(operation, input) {
      const answer = await client.call(operation, input).catch((error: unknown) => error);
      if (answer instanceof AwsError) return answer;
      throw new Error(`${operation} answered ${JSON.stringify(answer)} instead of refusing`);
    },
    async table(name, keys, indexes = {}) {
      const all = [keys, ...Object.values(indexes)].flatMap(({ hash, range }) => (range ? [hash, range] : [hash])).map(parsed);
      const attributes = new Map(all.map((attribute) => [attribute.name, attribute.type]));
      await client.call('CreateTable', {
        TableName: name,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: schemaOf(keys),
        AttributeDefinitions: [...attributes].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType })),
        ...(Object.keys(indexes).length > 0 && {
          GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, { projection = 'ALL', ...index }]) => ({
            IndexName,
            KeySchema: schemaOf(index),
            Projection: Array.isArray(projection) ? { ProjectionType: 'INCLUDE', NonKeyAttributes: projection } : { ProjectionType: projection },
          })),
        }),
      });
    },
  };
  return client;
}
