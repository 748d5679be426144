import { GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { EndpointRecord, Locks } from '../ports/rollouts.ts';
import { LockLost } from '../rollout/errors.ts';
import { attempt, translated } from './errors.ts';
import { isConditionFailure, row, type Table } from './table.ts';

/** How long a lease lasts, milliseconds: ten bake ticks, each of which renews it. */
const leaseMs = 600_000;

/** One lock an endpoint, in the row that also remembers what we know of the endpoint. */
export function dynamoLocks({ name: TableName, client }: Table): Locks {
  async function read(endpointName: string) {
    const answer = await attempt(`Cannot read the lock of endpoint "${endpointName}"`, () =>
      client.send(new GetCommand({ TableName, Key: row.endpoint(endpointName), ConsistentRead: true })),
    );
    return answer.Item;
  }

  async function giveBack(endpointName: string, condition: string, values: Record<string, unknown>): Promise<void> {
    try {
      await client.send(
        new UpdateCommand({
          TableName,
          Key: row.endpoint(endpointName),
          UpdateExpression: 'REMOVE holder, leaseUntilMs',
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
        }),
      );
    } catch (error) {
      // Given back already, or somebody else's by now: nothing of ours is left in it.
      if (!isConditionFailure(error)) throw translated(error, `Cannot give back endpoint "${endpointName}"`);
    }
  }

  return {
    async acquire(endpointName, rolloutId, nowMs) {
      try {
        const answer = await client.send(
          new UpdateCommand({
            TableName,
            Key: row.endpoint(endpointName),
            // Only a lock that was given back is free: a lease that merely ended belongs to a rollout that must be undone first.
            UpdateExpression: 'SET holder = :me, leaseUntilMs = :until ADD fence :one',
            ConditionExpression: 'attribute_not_exists(holder)',
            ExpressionAttributeValues: { ':me': rolloutId, ':until': nowMs + leaseMs, ':one': 1 },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return { fence: Number(answer.Attributes?.['fence']) };
      } catch (error) {
        if (!isConditionFailure(error)) throw translated(error, `Cannot lock endpoint "${endpointName}"`);
      }
      const item = await read(endpointName);
      if (item?.['holder'] === rolloutId) return { fence: Number(item['fence']) };
      return { holder: String(item?.['holder'] ?? 'somebody'), leaseUntilMs: Number(item?.['leaseUntilMs'] ?? nowMs) };
    },

    async renew(endpointName, rolloutId, fence, nowMs) {
      try {
        await client.send(
          new UpdateCommand({
            TableName,
            Key: row.endpoint(endpointName),
            UpdateExpression: 'SET leaseUntilMs = :until',
            ConditionExpression: 'holder = :me AND fence = :fence',
            ExpressionAttributeValues: { ':me': rolloutId, ':fence': fence, ':until': nowMs + leaseMs },
          }),
        );
      } catch (error) {
        if (isConditionFailure(error))
          throw new LockLost(`Rollout "${rolloutId}" no longer holds endpoint "${endpointName}" under fence ${fence}`, { cause: error });
        throw translated(error, `Cannot renew the lock of endpoint "${endpointName}"`);
      }
    },

    async takeOver(endpointName, rolloutId, from, nowMs) {
      try {
        const answer = await client.send(
          new UpdateCommand({
            TableName,
            Key: row.endpoint(endpointName),
            UpdateExpression: 'SET holder = :me, leaseUntilMs = :until ADD fence :one',
            // A lease renewed since it was read belongs to somebody who lives.
            ConditionExpression: 'holder = :from AND leaseUntilMs = :read',
            ExpressionAttributeValues: { ':me': rolloutId, ':until': nowMs + leaseMs, ':one': 1, ':from': from.holder, ':read': from.leaseUntilMs },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return { fence: Number(answer.Attributes?.['fence']) };
      } catch (error) {
        if (isConditionFailure(error)) return undefined;
        throw translated(error, `Cannot take over endpoint "${endpointName}"`);
      }
    },

    release: (endpointName, rolloutId, fence) => giveBack(endpointName, 'holder = :me AND fence = :fence', { ':me': rolloutId, ':fence': fence }),
    releaseHeldBy: (endpointName, rolloutId) => giveBack(endpointName, 'holder = :me', { ':me': rolloutId }),

    async holder(endpointName) {
      const item = await read(endpointName);
      const holder: unknown = item?.['holder'];
      return typeof holder === 'string' ? { holder, leaseUntilMs: Number(item?.['leaseUntilMs']) } : undefined;
    },

    async record(endpointName) {
      const data: unknown = (await read(endpointName))?.['record'];
      return typeof data === 'string' ? (JSON.parse(data) as EndpointRecord) : undefined; // Written by saveRecord alone.
    },

    async saveRecord(endpointName, rolloutId, fence, record) {
      try {
        await client.send(
          new UpdateCommand({
            TableName,
            Key: row.endpoint(endpointName),
            UpdateExpression: 'SET #record = :record',
            ConditionExpression: 'holder = :me AND fence = :fence',
            ExpressionAttributeNames: { '#record': 'record' },
            ExpressionAttributeValues: { ':me': rolloutId, ':fence': fence, ':record': JSON.stringify(record) },
          }),
        );
      } catch (error) {
        if (isConditionFailure(error))
          throw new LockLost(`Rollout "${rolloutId}" no longer holds endpoint "${endpointName}" under fence ${fence}`, { cause: error });
        throw translated(error, `Cannot write down the state of endpoint "${endpointName}"`);
      }
    },
  };
}
