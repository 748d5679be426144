import { describe, expect, it } from 'vitest';
import type { AwsEvent } from '../../../src/emulator/events/envelope.ts';
import { checkInput, inputFor } from '../../../src/emulator/events/input.ts';
import { arns } from './fixture.ts';

// Event, templates and answers as recorded from AWS.
const event: AwsEvent = {
  version: '0',
  id: '7bf73129-1428-4cd3-a780-95db273d1602',
  'detail-type': 'core.update-account-command',
  source: 'core.update-account-command',
  account: '000000000000',
  time: '2026-11-22T10:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail: { command: 'update-account', payload: { acc_id: '0a78', sf_id: 'baz' }, list: ['p', 'q'] },
};
const occasion = { ruleArn: 'arn:aws:events:eu-west-1:000000000000:rule/r', ruleName: 'r', receivedAtMs: Date.parse('2026-11-22T10:00:00.250Z') };
const target = { Id: 't', Arn: arns.queue };
const transformed = (InputTemplate: string, InputPathsMap: Record<string, string> = {}) =>
  inputFor({ ...target, InputTransformer: { InputTemplate, InputPathsMap } }, event, occasion);

describe('inputFor()', () => {
  it('is the whole event by default, its Input if there is one, or what lies at its InputPath', () => {
    expect(inputFor(target, event, occasion)).toBe(JSON.stringify(event));
    expect(inputFor({ ...target, Input: '{"fixed":true}' }, event, occasion)).toBe('{"fixed":true}');
    expect(inputFor({ ...target, InputPath: '$.detail.payload' }, event, occasion)).toBe('{"acc_id":"0a78","sf_id":"baz"}');
    expect(inputFor({ ...target, InputPath: '$.detail.payload.sf_id' }, event, occasion)).toBe('"baz"');
  });

  it('splices JSON where a placeholder stands free, text where it stands in quotes', () => {
    const paths = { 'detail-type': '$.detail-type', command: '$.detail.command', payload: '$.detail.payload' };
    expect(transformed('{"detailType": <detail-type>, "command": <command>}', paths)).toBe(
      '{"detailType": "core.update-account-command", "command": "update-account"}',
    );
    expect(transformed('"Event of <detail-type> type, detail <command>"', paths)).toBe(
      '"Event of core.update-account-command type, detail update-account"',
    );
    expect(transformed('{"payload": "<payload>"}', paths)).toBe('{"payload": "{acc_id:0a78,sf_id:baz}"}');
    expect(transformed('{"payload": <payload>}', paths)).toBe('{"payload": {"acc_id":"0a78","sf_id":"baz"}}');
  });

  it('splices empty text for a missing value', () => {
    const paths = { missing: '$.detail.nothing' };
    expect(transformed('"info <missing>"', paths)).toBe('"info "');
    expect(transformed('{"command": <missing>}', paths)).toBe('{"command": ""}');
  });

  it('knows the reserved placeholders', () => {
    expect(transformed('"<aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>"')).toBe(
      `"${occasion.ruleArn} r 2026-11-22T10:00:00.250Z"`,
    );
    const { detail: _detail, 'detail-type': detailType, ...rest } = event;
    expect(JSON.parse(transformed('{"a": <aws.events.event>, "b": <aws.events.event.json>}') ?? '')).toEqual({
      a: { ...rest, detailType },
      b: event,
    });
  });

  it('is nothing when a list in quotes breaks a JSON template', () => {
    expect(transformed('{"list": "<list>"}', { list: '$.detail.list' })).toBeUndefined();
    expect(transformed('{"list": <list>}', { list: '$.detail.list' })).toBe('{"list": ["p","q"]}');
  });
});

describe('checkInput()', () => {
  it('refuses two kinds of input at once', () => {
    expect(() => checkInput({ ...target, Input: '{}', InputPath: '$.detail' })).toThrow(
      'Only one of Input, InputPath, or InputTransformer must be provided for target t.',
    );
  });

  it('refuses a placeholder nobody defined', () => {
    const InputTransformer = { InputPathsMap: { command: '$.detail.command' }, InputTemplate: '"with <notdefinedkey>"' };
    expect(() => checkInput({ ...target, InputTransformer })).toThrow('InputTemplate for target t contains invalid placeholder notdefinedkey.');
  });
});
