import type { ListEventBusesRequest, ListEventBusesResponse } from '@aws-sdk/client-eventbridge';
import { defineOperation } from '../operation.ts';
import { busName, pageSize, pageToken } from './limits.ts';
import { byName, type EventsState, pageOf } from './state.ts';

export const listEventBuses = defineOperation<EventsState, ListEventBusesRequest, ListEventBusesResponse>({
  name: 'ListEventBuses',
  access: () => [{ action: 'events:ListEventBuses', resource: '*' }],
  limits: { NamePrefix: busName, Limit: pageSize, NextToken: pageToken },
  run({ NamePrefix: prefix = '', Limit, NextToken }, { buses }) {
    const wanted = [...buses.values()].filter(({ name }) => name.startsWith(prefix)).sort(byName);
    const { page, nextToken } = pageOf(wanted, ({ name }) => name, Limit, NextToken);
    return {
      EventBuses: page.map(({ name, arn, description, createdAtMs }) => ({
        Name: name,
        Arn: arn,
        ...(description !== undefined && { Description: description }),
        CreationTime: new Date(createdAtMs),
        LastModifiedTime: new Date(createdAtMs),
      })),
      ...(nextToken !== undefined && { NextToken: nextToken }),
    };
  },
});
