import { describe, expect, it } from 'vitest';
import { checkServingRequest, checkTrainingRequest, RequestRefused } from '../../src/containers/request-limits.ts';

const job = { jobName: 'churn-1', hyperParameters: {}, channels: [], environment: {}, maxRuntimeMs: 3_600_000 };
const model = { environment: {}, startupMs: 480_000 };
const many = (count: number, value = 'x') => Object.fromEntries(Array.from({ length: count }, (_, index) => [`K${index}`, value]));

describe('checkTrainingRequest()', () => {
  // Each limit of CreateTrainingJob at its edge: what AWS still takes, and the first thing it refuses.
  it.each<[string, Partial<typeof job>, Partial<typeof job>]>([
    ['63 characters of a name', { jobName: 'a'.repeat(63) }, { jobName: 'a'.repeat(64) }],
    ['hyphens inside a name', { jobName: 'a--b' }, { jobName: 'a-' }],
    ['100 hyperparameters', { hyperParameters: many(100) }, { hyperParameters: many(101) }],
    ['2500 characters of a hyperparameter', { hyperParameters: { a: 'x'.repeat(2_500) } }, { hyperParameters: { a: 'x'.repeat(2_501) } }],
    ['256 characters of its name', { hyperParameters: { ['k'.repeat(256)]: '' } }, { hyperParameters: { ['k'.repeat(257)]: '' } }],
    ['one line of a hyperparameter', { hyperParameters: { a: 'b c' } }, { hyperParameters: { a: 'b\nc' } }],
    ['100 variables', { environment: many(100) }, { environment: many(101) }],
    ['512 characters of a variable', { environment: { A: 'x'.repeat(512) } }, { environment: { A: 'x'.repeat(513) } }],
    ['a variable’s name', { environment: { _a1: '' } }, { environment: { 'a-b': '' } }],
    ['28 days', { maxRuntimeMs: 2_419_200_000 }, { maxRuntimeMs: 2_419_201_000 }],
  ])('takes %s and no more', (_, good, bad) => {
    checkTrainingRequest({ ...job, ...good });
    expect(() => checkTrainingRequest({ ...job, ...bad })).toThrow(RequestRefused);
  });

  it('takes 20 channels of 64 characters, each once', () => {
    const channels = Array.from({ length: 20 }, (_, index) => ({ name: `c${index}`.padEnd(64, '.') }));
    checkTrainingRequest({ ...job, channels: channels });
    for (const bad of [[...channels, { name: 'more' }], [{ name: 'a b' }], [{ name: 'x'.repeat(65) }], [{ name: 'a' }, { name: 'a' }]])
      expect(() => checkTrainingRequest({ ...job, channels: bad })).toThrow(RequestRefused);
  });
});

describe('checkServingRequest()', () => {
  it.each<[string, Partial<typeof model>, Partial<typeof model>]>([
    ['1024 characters of a variable', { environment: { A: 'x'.repeat(1_024) } }, { environment: { A: 'x'.repeat(1_025) } }],
    ['32 KB of variables', { environment: many(32, 'x'.repeat(1_000)) }, { environment: many(33, 'x'.repeat(1_000)) }],
    ['60 s to start', { startupMs: 60_000 }, { startupMs: 59_000 }],
    ['an hour to start', { startupMs: 3_600_000 }, { startupMs: 3_601_000 }],
  ])('takes %s and no more', (_, good, bad) => {
    checkServingRequest({ ...model, ...good });
    expect(() => checkServingRequest({ ...model, ...bad })).toThrow(RequestRefused);
  });
});
