import type { PutEventsRequest, PutEventsRequestEntry, PutEventsResponse, PutEventsResultEntry } from '@aws-sdk/client-eventbridge';
import { validationException } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { envelope } from './envelope.ts';
import { isObject, type JsonObject, parseJson } from './json.ts';
import { busNameOrArn } from './limits.ts';
import { routeEvent } from './route.ts';
import { busArnOf, busNameOf, type EventsState, type Given } from './state.ts';

/** Bytes all entries of a call may have together, 1 MB since early 2026. */
const mostBytes = 1_048_576;

/** As AWS documents it: 14 bytes for a time, and the UTF-8 bytes of source, detail type, detail and each resource. */
function sizeOf(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return (entry.Time === undefined ? 0 : 14) + texts.reduce((bytes, text) => bytes + Buffer.byteLength(text ?? ''), 0);
}

/** Puts up to 10 events on buses. A bad entry fails alone; an entry for a bus that is not there is accepted and forgotten, as recorded. */
export const putEvents = defineOperation<EventsState, Given<PutEventsRequest, 'Entries'>, PutEventsResponse>({
  name: 'PutEvents',
  access: ({ Entries }, { kernel }) =>
    Entries.map((entry) => ({
      action: 'events:PutEvents',
      resource: busArnOf(kernel, entry.EventBusName),
      context: {
        ...(entry.Source !== undefined && { 'events:source': entry.Source }),
        ...(entry.DetailType !== undefined && { 'events:detail-type': entry.DetailType }),
      },
    })),
  limits: { Entries: { min: 1, max: 10 }, 'Entries[].EventBusName': busNameOrArn },
  run({ Entries }, state) {
    if (Entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) >= mostBytes) {
      throw validationException('Total size of the entries in the request is over the limit.');
    }
    const results = Entries.map((entry) => putEntry(state, entry));
    return { FailedEntryCount: results.filter((result) => result.ErrorCode !== undefined).length, Entries: results };
  },
});

function putEntry(state: EventsState, entry: PutEventsRequestEntry): PutEventsResultEntry {
  const { kernel } = state;
  const busName = busNameOf(kernel, entry.EventBusName);
  const forwarded = state.forwarded.get(entry);
  if (forwarded) {
    routeEvent(state, busName, forwarded, true);
    return { EventId: forwarded.id };
  }
  const missing = (member: string): PutEventsResultEntry => ({
    ErrorCode: 'InvalidArgument',
    ErrorMessage: `Parameter ${member} is not valid. Reason: ${member} is a required argument.`,
  });
  if (!entry.Source) return missing('Source');
  if (!entry.DetailType) return missing('DetailType');
  if (!entry.Detail) return missing('Detail');
  if (entry.Source.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (entry.DetailType.length > 128) {
    // AWS documents the bound; its words are not recorded.
    return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter DetailType is not valid. Reason: DetailType is longer than 128 characters.' };
  }
  const detail = detailOf(entry.Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const event = envelope(kernel, {
    source: entry.Source,
    detailType: entry.DetailType,
    resources: entry.Resources ?? [],
    detail,
    atMs: entry.Time?.getTime() ?? kernel.clock.now(),
  });
  routeEvent(state, busName, event);
  return { EventId: event.id };
}

function detailOf(text: string): JsonObject | undefined {
  const detail = parseJson(text);
  return isObject(detail) ? detail : undefined;
}
