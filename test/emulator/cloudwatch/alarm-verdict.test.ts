import { describe, expect, it } from 'vitest';
import { evaluationRange, judge, type Treatment } from '../../../src/emulator/cloudwatch/alarm-verdict.ts';

// AWS documents these outcomes for N = 3 and five retrieved periods. 0 is within the threshold, X breaches, - is missing.
const tables: { datapointsToAlarm: number; rows: [string, string, string, string, string][] }[] = [
  {
    datapointsToAlarm: 3,
    rows: [
      ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
      ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
      ['- - - - -', 'INSUFFICIENT_DATA', 'keep', 'ALARM', 'OK'],
      ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['- - X - -', 'ALARM', 'keep', 'ALARM', 'OK'],
    ],
  },
  {
    datapointsToAlarm: 2,
    rows: [
      ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
      ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
      ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
      ['- - - X -', 'ALARM', 'keep', 'ALARM', 'OK'],
    ],
  },
];

const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

const points = (row: string) =>
  row.split(' ').map((sign, index) => (sign === '-' ? undefined : { atMs: index * 60_000, value: sign === 'X' ? 1 : 0, sampleCount: 1 }));

const verdict = (row: string, datapointsToAlarm: number, treatMissingData: Treatment, evaluationPeriods = 3) =>
  judge(points(row), { evaluationPeriods, datapointsToAlarm, treatMissingData, breaches: (value) => value > 0 }).state;

describe('judge()', () => {
  const cases = tables.flatMap(({ datapointsToAlarm, rows }) =>
    rows.flatMap(([row, ...outcomes]) => treatments.map((treatment, index) => ({ row, datapointsToAlarm, treatment, outcome: outcomes[index] }))),
  );
  it.each(cases)('answers $outcome for $row, $datapointsToAlarm of 3, $treatment', ({ row, datapointsToAlarm, treatment, outcome }) => {
    expect(verdict(row, datapointsToAlarm, treatment)).toBe(outcome);
  });

  it('does not alarm on one newest breach after silence: it may not be representative', () => {
    expect(verdict('- - - - X', 3, 'missing')).toBe('keep');
    expect(verdict('- - - - X', 1, 'missing', 1)).toBe('ALARM');
  });
});

describe('evaluationRange()', () => {
  it('is 5 for 3 periods, as AWS documents', () => {
    expect(evaluationRange(3)).toBe(5);
  });
});
