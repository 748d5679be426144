import {
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb';
import { append } from '../ledger/chain.ts';
import type { Draft, Entry } from '../ledger/entry.ts';
import type { Attempt, DeliveryHead, Rollouts, Signal, Wait } from '../ports/rollouts.ts';
import { StaleRollout } from '../rollout/errors.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { attempt, translated } from './errors.ts';
import { dataOf, isConditionFailure, row, type Table, type TransactItem } from './table.ts';

function liveAfter(rollout: Rollout): Pick<DeliveryHead, 'liveKey' | 'liveDigest' | 'liveRolloutId'> {
  const { ownImage, images } = rollout.candidate;
  const liveDigest = (ownImage ?? images?.[0])?.split('@')[1];
  return { liveKey: rollout.request.dedupeKey, liveRolloutId: rollout.id, ...(liveDigest !== undefined && { liveDigest }) };
}

/** Rollouts in DynamoDB: state under an optimistic lock, with the ledger entries that explain it in the same transaction. */
export function dynamoRollouts({ name: TableName, client }: Table): Rollouts {
  async function queryAll(input: Omit<QueryCommandInput, 'TableName'>, limit = Number.POSITIVE_INFINITY): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const answer = await attempt('Cannot read the table', () =>
        client.send(new QueryCommand({ ConsistentRead: true, ...input, TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) })),
      );
      items.push(...(answer.Items ?? []));
      ExclusiveStartKey = answer.LastEvaluatedKey;
    } while (ExclusiveStartKey && items.length < limit);
    return items.slice(0, limit);
  }

  const rowsUnder = (pk: string, prefix: string) =>
    queryAll({ KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)', ExpressionAttributeValues: { ':pk': pk, ':sk': prefix } });

  /** The transaction's part every save has: the state over the version it was read at, and its entries. */
  function stateAndEntries(rollout: Rollout, drafts: readonly Draft[], nowMs: number): { readonly saved: Rollout; readonly items: TransactItem[] } {
    const { entries, head } = append(rollout.ledger, drafts, nowMs);
    const saved: Rollout = { ...rollout, version: rollout.version + 1, ledger: head };
    const condition =
      rollout.version === 0
        ? { ConditionExpression: 'attribute_not_exists(pk)' }
        : {
            ConditionExpression: '#version = :read',
            ExpressionAttributeNames: { '#version': 'version' },
            ExpressionAttributeValues: { ':read': rollout.version },
          };
    return {
      saved,
      items: [
        { Put: { TableName, Item: { ...row.rollout(saved.id), version: saved.version, data: JSON.stringify(saved) }, ...condition } },
        ...entries.map((entry) => ({
          Put: {
            TableName,
            Item: { ...row.ledger(saved.id, entry.seq), data: JSON.stringify(entry) },
            ConditionExpression: 'attribute_not_exists(pk)',
          },
        })),
      ],
    };
  }

  const transact = (items: TransactItem[]) => client.send(new TransactWriteCommand({ TransactItems: items }));

  const indexed = (rollout: Rollout): TransactItem => ({
    Put: { TableName, Item: { ...row.rollouts(rollout.startedAtMs, rollout.id), delivery: rollout.delivery, data: JSON.stringify(rollout.id) } },
  });

  const attemptRow = (rollout: Rollout, attempted: Attempt): TransactItem => ({
    Put: {
      TableName,
      Item: { ...row.attempt(rollout.delivery, rollout.request.dedupeKey), attempt: attempted.attempt, data: JSON.stringify(attempted) },
      // Only the attempt before this one, or this one itself, may stand there.
      ConditionExpression: 'attribute_not_exists(pk) OR #attempt = :before OR #attempt = :this',
      ExpressionAttributeNames: { '#attempt': 'attempt' },
      ExpressionAttributeValues: { ':before': attempted.attempt - 1, ':this': attempted.attempt },
    },
  });

  return {
    async find(rolloutId) {
      const answer = await attempt(`Cannot read rollout "${rolloutId}"`, () =>
        client.send(new GetCommand({ TableName, Key: row.rollout(rolloutId), ConsistentRead: true })),
      );
      return answer.Item ? dataOf<Rollout>(answer.Item) : undefined;
    },

    async list({ delivery, limit }) {
      const index = await queryAll(
        {
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': 'ROLLOUTS', ...(delivery !== undefined && { ':delivery': delivery }) },
          ScanIndexForward: false,
          ...(delivery !== undefined && { FilterExpression: 'delivery = :delivery' }),
        },
        limit,
      );
      const rollouts = await Promise.all(index.map((item) => this.find(dataOf<string>(item))));
      return rollouts.filter((rollout) => rollout !== undefined);
    },

    async ledger(rolloutId) {
      return (await rowsUnder(row.rollout(rolloutId).pk, 'LEDGER#')).map((item) => dataOf<Entry>(item));
    },

    async save(rollout, drafts, nowMs, heard = []) {
      const { saved, items } = stateAndEntries(rollout, drafts, nowMs);
      try {
        await transact([...items, ...heard.map(({ atMs, id }) => ({ Delete: { TableName, Key: row.inbox(rollout.id, atMs, id) } }))]);
        return saved;
      } catch (error) {
        if (isConditionFailure(error))
          throw new StaleRollout(`Cannot save rollout "${rollout.id}": it was saved by somebody else after version ${rollout.version} was read`, {
            cause: error,
          });
        throw translated(error, `Cannot save rollout "${rollout.id}"`);
      }
    },

    async end(rollout, drafts, nowMs) {
      const { saved, items } = stateAndEntries(rollout, drafts, nowMs);
      const succeeded = rollout.outcome === 'Succeeded';
      await withHead(`Cannot end rollout "${rollout.id}"`, rollout, ({ openRolloutId, queuedRolloutId, closing = [], ...head }) => {
        const next: DeliveryHead = {
          ...head,
          version: head.version + 1,
          closing: [...closing.filter((id) => id !== rollout.id), rollout.id],
          ...(openRolloutId !== undefined && openRolloutId !== rollout.id && { openRolloutId }),
          ...(queuedRolloutId !== undefined && queuedRolloutId !== rollout.id && { queuedRolloutId }),
          ...(succeeded && liveAfter(rollout)),
        };
        return [
          ...items,
          putHead(next, head.version),
          attemptRow(rollout, { attempt: rollout.attempt, rolloutId: rollout.id, open: false, endedAtMs: nowMs }),
        ];
      });
      return saved;
    },

    async close(rollout, nowMs) {
      if (rollout.closed) return;
      const { items } = stateAndEntries({ ...rollout, closed: true }, [], nowMs);
      await withHead(`Cannot close rollout "${rollout.id}"`, rollout, ({ closing = [], ...head }) => {
        const left = closing.filter((id) => id !== rollout.id);
        return [...items, putHead({ ...head, version: head.version + 1, ...(left.length > 0 && { closing: left }) }, head.version)];
      });
    },

    async admit(rollout, head, drafts, nowMs) {
      const { saved, items } = stateAndEntries(rollout, drafts, nowMs);
      try {
        await transact([
          ...items,
          indexed(saved),
          putHead({ ...head, version: head.version + 1, openRolloutId: rollout.id }, head.version),
          attemptRow(rollout, { attempt: rollout.attempt, rolloutId: rollout.id, open: true }),
        ]);
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw translated(error, `Cannot admit rollout "${rollout.id}"`);
      }
    },

    async queue(rollout, head, drafts, nowMs) {
      const { saved, items } = stateAndEntries(rollout, drafts, nowMs);
      const displaced = head.queuedRolloutId === undefined ? [] : [head.queuedRolloutId];
      const closing = [...(head.closing ?? []), ...displaced];
      try {
        await transact([
          ...items,
          indexed(saved),
          putHead({ ...head, version: head.version + 1, queuedRolloutId: rollout.id, ...(closing.length > 0 && { closing }) }, head.version),
          attemptRow(rollout, { attempt: rollout.attempt, rolloutId: rollout.id, open: true }),
        ]);
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw translated(error, `Cannot queue rollout "${rollout.id}"`);
      }
    },

    async takeFromQueue(delivery) {
      const answer = await attempt(`Cannot read delivery "${delivery}"`, () =>
        client.send(new GetCommand({ TableName, Key: row.delivery(delivery), ConsistentRead: true })),
      );
      if (!answer.Item) return undefined;
      const { queuedRolloutId, ...head } = dataOf<DeliveryHead>(answer.Item);
      if (queuedRolloutId === undefined || head.openRolloutId !== undefined) return undefined;
      try {
        await transact([putHead({ ...head, version: head.version + 1, openRolloutId: queuedRolloutId }, head.version)]);
        return queuedRolloutId;
      } catch (error) {
        if (isConditionFailure(error)) return undefined;
        throw translated(error, `Cannot start what is queued in delivery "${delivery}"`);
      }
    },

    async reject(rollout, drafts, nowMs) {
      const { saved, items } = stateAndEntries(rollout, drafts, nowMs);
      try {
        await transact([
          ...items,
          indexed(saved),
          attemptRow(rollout, { attempt: rollout.attempt, rolloutId: rollout.id, open: false, endedAtMs: nowMs }),
        ]);
        return true;
      } catch (error) {
        if (isConditionFailure(error)) return false;
        throw translated(error, `Cannot record the rejected rollout "${rollout.id}"`);
      }
    },

    watch: (rolloutId, keys) =>
      writeAll(keys.map((key) => ({ PutRequest: { Item: { ...row.watch(key, rolloutId), data: JSON.stringify(rolloutId) } } }))),
    unwatch: (rolloutId, keys) => writeAll(keys.map((key) => ({ DeleteRequest: { Key: row.watch(key, rolloutId) } }))),

    async watchersOf(key) {
      const items = await queryAll({ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': `WATCH#${key}` } });
      return items.map((item) => dataOf<string>(item));
    },

    async post(rolloutId, signal) {
      await attempt(`Cannot write to the inbox of "${rolloutId}"`, () =>
        client.send(new PutCommand({ TableName, Item: { ...row.inbox(rolloutId, signal.atMs, signal.id), data: JSON.stringify(signal) } })),
      );
    },

    async inbox(rolloutId) {
      return (await rowsUnder(row.rollout(rolloutId).pk, 'INBOX#')).map((item) => dataOf<Signal>(item));
    },

    async park(rolloutId, wait) {
      await attempt(`Cannot park a wait of "${rolloutId}"`, () =>
        client.send(new PutCommand({ TableName, Item: { ...row.wait(rolloutId, wait.name), token: wait.token, data: JSON.stringify(wait) } })),
      );
    },

    async unpark(rolloutId, wait) {
      try {
        await client.send(
          new DeleteCommand({
            TableName,
            Key: row.wait(rolloutId, wait.name),
            ConditionExpression: '#token = :token',
            ExpressionAttributeNames: { '#token': 'token' },
            ExpressionAttributeValues: { ':token': wait.token },
          }),
        );
      } catch (error) {
        if (!isConditionFailure(error)) throw translated(error, `Cannot remove a wait of "${rolloutId}"`);
      }
    },

    async waits(rolloutId) {
      return (await rowsUnder(row.rollout(rolloutId).pk, 'WAIT#')).map((item) => dataOf<Wait>(item));
    },
  };

  /** Writes a transaction that moves a rollout's delivery as well. The head moves when a revision is applied: then it is read anew. */
  async function withHead(attempted: string, rollout: Rollout, itemsFor: (head: DeliveryHead) => TransactItem[]): Promise<void> {
    for (let race = 0; ; race++) {
      const answer = await attempt(attempted, () =>
        client.send(new GetCommand({ TableName, Key: row.delivery(rollout.delivery), ConsistentRead: true })),
      );
      if (!answer.Item) throw new StaleRollout(`${attempted}: delivery "${rollout.delivery}" is gone`);
      try {
        await transact(itemsFor(dataOf<DeliveryHead>(answer.Item)));
        return;
      } catch (error) {
        if (!isConditionFailure(error)) throw translated(error, attempted);
        // A rollout saved by somebody else stays stale.
        if (race === 4) throw new StaleRollout(`${attempted}: it or its delivery was saved by somebody else`, { cause: error });
      }
    }
  }

  function putHead(head: DeliveryHead, readVersion: number): TransactItem {
    return {
      Put: {
        TableName,
        Item: { ...row.delivery(head.name), version: head.version, data: JSON.stringify(head) },
        ConditionExpression: '#version = :read',
        ExpressionAttributeNames: { '#version': 'version' },
        ExpressionAttributeValues: { ':read': readVersion },
      },
    };
  }

  /** BatchWriteItem takes 25 requests a call and may hand some back. */
  async function writeAll(
    requests: readonly { PutRequest?: { Item: Record<string, unknown> }; DeleteRequest?: { Key: Record<string, unknown> } }[],
  ): Promise<void> {
    let left = [...requests];
    while (left.length > 0) {
      const batch = left.splice(0, 25);
      const answer = await attempt('Cannot write to the table', () => client.send(new BatchWriteCommand({ RequestItems: { [TableName]: batch } })));
      left = [...((answer.UnprocessedItems?.[TableName] ?? []) as typeof left), ...left]; // AWS hands back requests of the shape it was given.
    }
  }
}
