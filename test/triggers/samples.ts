import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

interface AwsEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event of test/events, with other members of its detail. */
export function sample(name: string, detail: Readonly<Record<string, unknown>> = {}): AwsEvent {
  const event = JSON.parse(readFileSync(new URL(`../events/${name}.json`, import.meta.url), 'utf8')) as AwsEvent; // test/events/origins.test.ts holds each to the envelope.
  return { ...event, detail: { ...event.detail, ...detail } };
}

/** As the trigger reads it. */
export const eventOf = <Event extends z.ZodMiniType>(
  trigger: { readonly event: Event },
  name: string,
  detail: Readonly<Record<string, unknown>> = {},
) => z.parse(trigger.event, sample(name, detail));
