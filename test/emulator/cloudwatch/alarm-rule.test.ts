import { describe, expect, it } from 'vitest';
import { childrenOf, holds, parseAlarmRule } from '../../../src/emulator/cloudwatch/alarm-rule.ts';

const states = { a: 'ALARM', b: 'OK', c: 'INSUFFICIENT_DATA' } as const;
const truthOf = (rule: string) => holds(parseAlarmRule(rule), (name) => states[name as keyof typeof states]); // An unknown name answers undefined.

describe('parseAlarmRule()', () => {
  it.each([
    ['ALARM(a)', true],
    ['ALARM("b")', false],
    ['OK(b) AND INSUFFICIENT_DATA(c)', true],
    ['NOT ALARM(a)', false],
    ['ALARM(b) OR ALARM(c) OR ALARM(a)', true],
    // AND before OR, NOT before AND.
    ['ALARM(a) OR ALARM(b) AND ALARM(b)', true],
    ['(ALARM(a) OR ALARM(b)) AND ALARM(b)', false],
    ['NOT ALARM(b) AND ALARM(a)', true],
    ['NOT (ALARM(b) AND ALARM(a))', true],
    ['TRUE', true],
    ['FALSE OR ALARM(gone)', false],
    ['(ALARM(a)\n OR ALARM(b)) AND OK( b )', true],
  ])('%s is %s', (rule, truth) => {
    expect(truthOf(rule)).toBe(truth);
  });

  it('names its children, by name or ARN', () => {
    expect(childrenOf(parseAlarmRule('ALARM(a) AND NOT OK("arn:aws:cloudwatch:eu-west-1:000000000000:alarm:b c")'))).toEqual([
      'a',
      'arn:aws:cloudwatch:eu-west-1:000000000000:alarm:b c',
    ]);
  });

  it.each(['', 'ALARM', 'ALARM(', 'ALARM()', 'ALARM(a) ALARM(b)', 'ALARM(a) AND', 'BAD(a)', '(ALARM(a)', 'ALARM(a))'])('refuses %o', (rule) => {
    expect(() => parseAlarmRule(rule)).toThrow(expect.objectContaining({ code: 'ValidationException' }));
  });

  it('refuses AT_LEAST by name', () => {
    expect(() => parseAlarmRule('AT_LEAST(1, ALARM, (a, b))')).toThrow('does not emulate AT_LEAST');
  });
});
