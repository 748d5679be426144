import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalJson } from '../ledger/chain.ts';
import type { Attempt, Deliveries, DeliveryHead } from '../ports/rollouts.ts';
import { NotFound, StaleRollout } from '../rollout/errors.ts';
import type { DeliverySource } from '../rollout/spec.ts';
import { attempt, translated } from './errors.ts';
import { dataOf, isConditionFailure, row, type Table } from './table.ts';

interface Revision {
  readonly source: DeliverySource;
  readonly subjects: readonly string[];
  readonly appliedBy: string;
  readonly appliedAt: string;
}

/** Deliveries in DynamoDB: immutable numbered revisions under a head that says which is newest and what is live. */
export function dynamoDeliveries({ name: TableName, client }: Table): Deliveries {
  const get = async (Key: Record<string, string>, what: string) =>
    (await attempt(`Cannot read ${what}`, () => client.send(new GetCommand({ TableName, Key, ConsistentRead: true })))).Item;

  async function names(pk: string): Promise<string[]> {
    const found: string[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const answer = await attempt('Cannot read the table', () =>
        client.send(
          new QueryCommand({
            TableName,
            ConsistentRead: true,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': pk },
            ...(ExclusiveStartKey && { ExclusiveStartKey }),
          }),
        ),
      );
      found.push(...(answer.Items ?? []).map((item) => String(item['sk'])));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return found;
  }

  async function head(name: string): Promise<DeliveryHead | undefined> {
    const item = await get(row.delivery(name), `delivery "${name}"`);
    return item && dataOf<DeliveryHead>(item);
  }

  async function revision(name: string, number: number): Promise<Revision> {
    const item = await get(row.revision(name, number), `revision ${number} of delivery "${name}"`);
    if (!item) throw new NotFound(`Delivery "${name}" has no revision ${number}`);
    return dataOf<Revision>(item);
  }

  return {
    head,
    revision: async (name, number) => (await revision(name, number)).source,

    async apply(source, subjects, by, nowMs) {
      const before = await head(source.name);
      const last = before && (await revision(source.name, before.revision));
      if (before && last && canonicalJson(last.source) === canonicalJson(source)) return { revision: before.revision, changed: false };
      const former = [...new Set([...(before?.formerEndpoints ?? []), ...(before ? [before.endpointName] : [])])].filter(
        (name) => name !== source.serve.endpoint,
      );
      const { formerEndpoints: _, ...kept } = before ?? {};
      const next: DeliveryHead = {
        ...kept,
        ...(former.length > 0 && { formerEndpoints: former }),
        name: source.name,
        endpointName: source.serve.endpoint,
        version: (before?.version ?? 0) + 1,
        revision: (before?.revision ?? 0) + 1,
      };
      const written: Revision = { source, subjects, appliedBy: by, appliedAt: new Date(nowMs).toISOString() };
      const gone = (last?.subjects ?? []).filter((subject) => !subjects.includes(subject));
      try {
        await client.send(
          new TransactWriteCommand({
            TransactItems: [
              {
                Put: {
                  TableName,
                  Item: { ...row.delivery(next.name), version: next.version, data: JSON.stringify(next) },
                  ...(before
                    ? {
                        ConditionExpression: '#version = :read',
                        ExpressionAttributeNames: { '#version': 'version' },
                        ExpressionAttributeValues: { ':read': before.version },
                      }
                    : { ConditionExpression: 'attribute_not_exists(pk)' }),
                },
              },
              {
                Put: {
                  TableName,
                  Item: { ...row.revision(next.name, next.revision), data: JSON.stringify(written) },
                  ConditionExpression: 'attribute_not_exists(pk)',
                },
              },
              { Put: { TableName, Item: { ...row.deliveries(next.name), data: JSON.stringify(next.name) } } },
              ...subjects.map((subject) => ({
                Put: { TableName, Item: { ...row.subscription(subject, next.name), data: JSON.stringify(next.name) } },
              })),
              ...gone.map((subject) => ({ Delete: { TableName, Key: row.subscription(subject, next.name) } })),
            ],
          }),
        );
      } catch (error) {
        if (isConditionFailure(error))
          throw new StaleRollout(
            `Cannot apply delivery "${next.name}": somebody else applied it at the same moment; look at what is there and apply again`,
            { cause: error },
          );
        throw translated(error, `Cannot apply delivery "${next.name}"`);
      }
      return { revision: next.revision, changed: true };
    },

    async list() {
      const heads = await Promise.all((await names('DELIVERIES')).map(head));
      return heads.filter((found) => found !== undefined);
    },

    subscribers: (subject) => names(`SUBJECT#${subject}`),

    async lastAttempt(name, dedupeKey) {
      const item = await get(row.attempt(name, dedupeKey), `attempts of delivery "${name}"`);
      return item && dataOf<Attempt>(item);
    },
  };
}
