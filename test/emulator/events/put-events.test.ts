import { describe, expect, it } from 'vitest';
import { testEvents } from './fixture.ts';

const entry = { Source: 'my.app', DetailType: 'Thing Done', Detail: '{"n":1}' };

describe('PutEvents', () => {
  it('makes AWS’s envelope: whole seconds, account, region, the id it answers', async () => {
    const events = testEvents({ startsAtMs: Date.parse('2026-11-22T10:00:00.900Z') });
    const answer = await events.call<{ Entries: { EventId: string }[] }>('PutEvents', { Entries: [{ ...entry, Resources: ['arn:x'] }] });
    expect(answer).toEqual({ FailedEntryCount: 0, Entries: [{ EventId: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4/) as string }] });
    expect(events.events()[0]?.event).toEqual({
      version: '0',
      id: answer.Entries[0]?.EventId,
      'detail-type': 'Thing Done',
      source: 'my.app',
      account: '000000000000',
      time: '2026-11-22T10:00:00Z',
      region: 'eu-west-1',
      resources: ['arn:x'],
      detail: { n: 1 },
    });
  });

  it('takes the time it is given', async () => {
    const events = testEvents();
    await events.call('PutEvents', { Entries: [{ ...entry, Time: new Date('2026-01-02T03:04:05.678Z') }] });
    expect(events.events()[0]?.event.time).toBe('2026-01-02T03:04:05Z');
  });

  it('fails a bad entry alone, in AWS’s words', async () => {
    const events = testEvents();
    const { Source: _s, ...noSource } = entry;
    const { DetailType: _t, ...noType } = entry;
    const { Detail: _d, ...noDetail } = entry;
    const bad = [noSource, noType, noDetail, { ...entry, Detail: '["a"]' }, { ...entry, Detail: '{' }, { ...entry, Source: 'aws.ecr' }];
    const answer = await events.call('PutEvents', { Entries: [...bad, entry] });
    const required = (name: string) => ({
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
    });
    const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    expect(answer).toEqual({
      FailedEntryCount: 6,
      Entries: [
        required('Source'),
        required('DetailType'),
        required('Detail'),
        malformed,
        malformed,
        { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
        { EventId: expect.any(String) as string },
      ],
    });
    expect(events.events()).toHaveLength(1);
  });

  it('refuses the call when its entries are 1 MB together, and counts resources and time', async () => {
    const events = testEvents();
    const bytes = 1_048_576 - 'my.app'.length - 'Thing Done'.length - '{"t":""}'.length;
    const sized = (letters: number) => ({ ...entry, Detail: `{"t":"${'x'.repeat(letters)}"}` });
    expect(await events.call('PutEvents', { Entries: [sized(bytes - 1)] })).toMatchObject({ FailedEntryCount: 0 });
    const tooBig = { code: 'ValidationException', message: 'Total size of the entries in the request is over the limit.' };
    await expect(events.call('PutEvents', { Entries: [sized(bytes)] })).rejects.toMatchObject(tooBig);
    await expect(events.call('PutEvents', { Entries: [{ ...sized(bytes - 14), Time: new Date(0) }] })).rejects.toMatchObject(tooBig);
    await expect(events.call('PutEvents', { Entries: [{ ...sized(bytes - 3), Resources: ['éx'] }] })).rejects.toMatchObject(tooBig);
  });

  it('accepts an event for a bus that is not there, and forgets it', async () => {
    const events = testEvents();
    expect(await events.call('PutEvents', { Entries: [{ ...entry, EventBusName: 'nowhere' }] })).toMatchObject({ FailedEntryCount: 0 });
    expect(events.events()[0]).toMatchObject({ bus: 'nowhere', fate: 'no-such-bus', rules: [] });
  });

  it('asks for permission entry by entry, on the bus it names', () => {
    const { service } = testEvents();
    expect(service.operations.get('PutEvents')?.access({ Entries: [entry, { ...entry, EventBusName: 'other' }] })).toEqual([
      {
        action: 'events:PutEvents',
        resource: 'arn:aws:events:eu-west-1:000000000000:event-bus/default',
        context: { 'events:source': 'my.app', 'events:detail-type': 'Thing Done' },
      },
      expect.objectContaining({ resource: 'arn:aws:events:eu-west-1:000000000000:event-bus/other' }),
    ]);
  });
});
