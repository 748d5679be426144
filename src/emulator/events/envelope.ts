import type { Kernel } from '../kernel.ts';
import type { JsonObject } from './json.ts';

/** An event as a rule sees it and a target receives it. */
export type AwsEvent = JsonObject & {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 in UTC, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
};

/** AWS writes an event's time in whole seconds: `2026-10-05T08:41:12Z`. */
const eventTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

export function envelope(
  kernel: Kernel,
  event: { source: string; detailType: string; resources: readonly string[]; detail: JsonObject; atMs: number },
): AwsEvent {
  return {
    version: '0',
    id: kernel.random.uuid('events/event-id'),
    'detail-type': event.detailType,
    source: event.source,
    account: kernel.account,
    time: eventTime(event.atMs),
    region: kernel.region,
    resources: event.resources,
    detail: event.detail,
  };
}
