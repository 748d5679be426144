import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';

/** The one table. Every row has `pk` and `sk`; what a row holds is JSON text in `data`. */
export interface Table {
  readonly name: string;
  readonly client: DynamoDBDocumentClient;
}

export const dynamoTable = (name: string, client: DynamoDBClient = new DynamoDBClient()): Table => ({
  name,
  client: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
});

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Keys of the rows, in one place. */
export const row = {
  delivery: (name: string) => ({ pk: `DELIVERY#${name}`, sk: 'HEAD' }),
  revision: (name: string, revision: number) => ({ pk: `DELIVERY#${name}`, sk: `REVISION#${String(revision).padStart(6, '0')}` }),
  attempt: (name: string, dedupeKey: string) => ({ pk: `DELIVERY#${name}`, sk: `ATTEMPT#${dedupeKey}` }),
  deliveries: (name: string) => ({ pk: 'DELIVERIES', sk: name }),
  subscription: (subject: string, name: string) => ({ pk: `SUBJECT#${subject}`, sk: name }),
  rollout: (id: string) => ({ pk: `ROLLOUT#${id}`, sk: 'STATE' }),
  ledger: (id: string, seq: number) => ({ pk: `ROLLOUT#${id}`, sk: `LEDGER#${String(seq).padStart(6, '0')}` }),
  inbox: (id: string, atMs: number, signalId: string) => ({ pk: `ROLLOUT#${id}`, sk: `INBOX#${new Date(atMs).toISOString()}#${signalId}` }),
  wait: (id: string, name: string) => ({ pk: `ROLLOUT#${id}`, sk: `WAIT#${name}` }),
  watch: (key: string, id: string) => ({ pk: `WATCH#${key}`, sk: id }),
  rollouts: (startedAtMs: number, id: string) => ({ pk: 'ROLLOUTS', sk: `${new Date(startedAtMs).toISOString()}#${id}` }),
  endpoint: (name: string) => ({ pk: `ENDPOINT#${name.toLowerCase()}`, sk: 'LOCK' }),
};

/** What a row holds. The type is the writer's: only this folder writes the table. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- The caller names the type once, where it says which row it reads.
export const dataOf = <T>(item: Record<string, unknown>): T => JSON.parse(String(item['data'])) as T;

export const isConditionFailure = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'ConditionalCheckFailedException' ||
    (error.name === 'TransactionCanceledException' &&
      ((error as { CancellationReasons?: readonly { Code?: string }[] }).CancellationReasons ?? []).some(
        (reason) => reason.Code === 'ConditionalCheckFailed',
      )));
