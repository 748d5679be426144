import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { acceptancesOf } from '../../src/candidate/accept.ts';
import { AcceptSpec } from '../../src/candidate/accept-spec.ts';

const rule = (over: object) => z.parse(AcceptSpec, { metric: 'auc', ...over });
const judge = (over: object, value: number | undefined, before?: number) =>
  acceptancesOf([rule(over)], value === undefined ? {} : { auc: value }, before === undefined ? undefined : { auc: before })[0];

/** A figure as SageMaker reports it: a float of 32 bits. */
const figure = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e6), max: Math.fround(1e6) });

describe('acceptancesOf()', () => {
  // Value, what serves had, and what a person would say.
  test.each<[object, number | undefined, number | undefined, boolean, string]>([
    [{ min: 0.9 }, 0.95, undefined, true, 'as-wanted'],
    [{ min: 0.9 }, 0.9, undefined, true, 'as-wanted'],
    [{ min: 0.9 }, 0.89, undefined, false, 'below-minimum'],
    [{ max: 0.2 }, 0.2, undefined, true, 'as-wanted'],
    [{ max: 0.2 }, 0.21, undefined, false, 'above-maximum'],
    [{ min: 0.9 }, undefined, undefined, false, 'missing'],
    [{ min: 0.9, required: false }, undefined, undefined, true, 'not-reported'],
    [{ champion: {} }, 0.9, undefined, true, 'no-champion'],
    [{ champion: { required: true } }, 0.9, undefined, false, 'no-champion'],
    [{ champion: { required: true } }, 0.9, Number.NaN, false, 'no-champion'],
    [{ champion: {} }, 0.9, 0.9, true, 'as-wanted'],
    [{ champion: {} }, 0.89, 0.9, false, 'worse-than-champion'],
    [{ champion: { better: 'lower' } }, 0.89, 0.9, true, 'as-wanted'],
    [{ champion: { better: 'lower' } }, 0.91, 0.9, false, 'worse-than-champion'],
    [{ champion: { margin: 0.02 } }, 0.9, 0.88, true, 'as-wanted'],
    [{ champion: { margin: 0.02 } }, 0.9, 0.881, false, 'worse-than-champion'],
    [{ champion: { margin: -0.01 } }, 0.89, 0.9, true, 'as-wanted'],
    [{ champion: { margin: -0.01 } }, 0.889, 0.9, false, 'worse-than-champion'],
    [{ champion: { better: 'lower', margin: -0.1 } }, 1.1, 1, true, 'as-wanted'],
    [{ min: 0.95, champion: {} }, 0.94, 0.9, false, 'below-minimum'],
  ])('%j: %s against %s', (over, value, before, accepted, reason) =>
    expect(judge(over, value, before)).toMatchObject({ metric: 'auc', accepted, reason }),
  );

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('what is %s was not measured', (value) => {
    expect(judge({ min: 0 }, value)).toMatchObject({ accepted: false, reason: 'missing' });
    expect(judge({ champion: { better: 'lower' } }, value, 1)).toMatchObject({ accepted: false, reason: 'missing' });
    expect(judge({ min: 0, required: false }, value)).toMatchObject({ accepted: true, reason: 'not-reported' });
  });

  test('a figure comes back from SageMaker in 32 bits, and is no less than the bound it was', () => {
    // What DescribeTrainingJob says of a 0.9 that the log had.
    expect(Math.fround(0.9)).toBeLessThan(0.9);
    expect(judge({ min: 0.9 }, Math.fround(0.9))).toMatchObject({ accepted: true });
    expect(judge({ max: 0.1 }, Math.fround(0.1))).toMatchObject({ accepted: true });
    expect(judge({ champion: { margin: 0.02 } }, Math.fround(0.9), Math.fround(0.88))).toMatchObject({ accepted: true });
    expect(judge({ champion: { margin: 0.02 } }, Math.fround(0.9), Math.fround(0.8801))).toMatchObject({ accepted: false });
  });

  test('rounding excuses nothing that a person would see: small figures too are told apart', () => {
    expect(judge({ champion: { better: 'lower', margin: 1e-9 } }, 2e-9, 2e-9)).toMatchObject({ accepted: false });
    expect(judge({ champion: { better: 'lower', margin: 1e-9 } }, 1e-9, 2e-9)).toMatchObject({ accepted: true });
  });

  test('says the numbers, and what was wanted', () => {
    expect(judge({ champion: { better: 'lower', margin: -0.5 } }, 3, 2)?.text).toBe(
      'auc is 3, what serves has 2, lower is better, wanted worse by at most 0.5',
    );
    expect(judge({ min: 0.9 }, 0.5)?.text).toBe('auc is 0.5, wanted at least 0.9');
    expect(judge({ min: 0.9 }, undefined)?.text).toBe('auc was not reported; train.metrics says how it is read from the log');
  });

  test('answers every rule, in the rules’ order', () => {
    const rules = [rule({ min: 1 }), rule({ metric: 'loss', max: 1 }), rule({ metric: 'f1', min: 0 })];
    expect(acceptancesOf(rules, { auc: 2, loss: 2 }, undefined).map(({ metric, accepted }) => [metric, accepted])).toEqual([
      ['auc', true],
      ['loss', false],
      ['f1', false],
    ]);
  });

  test('a better figure is accepted wherever a worse one is', () => {
    const rules = fc.record({ better: fc.constantFrom('higher', 'lower'), margin: fc.double({ min: -10, max: 10, noNaN: true }) });
    fc.assert(
      fc.property(rules, figure, figure, figure, (champion, one, other, before) => {
        const [worse, better] =
          champion.better === 'higher' ? [Math.min(one, other), Math.max(one, other)] : [Math.max(one, other), Math.min(one, other)];
        fc.pre(judge({ champion }, worse, before)?.accepted === true);
        expect(judge({ champion }, better, before)?.accepted).toBe(true);
      }),
    );
  });

  test('a wider margin accepts no figure that a narrower one refuses', () => {
    const margin = fc.double({ min: -10, max: 10, noNaN: true });
    fc.assert(
      fc.property(margin, margin, figure, figure, (one, other, value, before) => {
        const accepts = (wanted: number) => judge({ champion: { margin: wanted } }, value, before)?.accepted === true;
        // Below a rounding of the figures themselves two margins are the same.
        fc.pre(Math.abs(one - other) > 1);
        expect(accepts(Math.max(one, other)) && !accepts(Math.min(one, other))).toBe(false);
      }),
    );
  });

  test('without a margin exactly those are accepted that are no worse', () => {
    fc.assert(
      fc.property(figure, figure, (value, before) => {
        expect(judge({ champion: {} }, value, before)?.accepted).toBe(value >= before);
        expect(judge({ champion: { better: 'lower' } }, value, before)?.accepted).toBe(value <= before);
      }),
    );
  });

  test('higher is better for one as lower is for its negative', () => {
    fc.assert(
      fc.property(figure, figure, fc.double({ min: -10, max: 10, noNaN: true }), (value, before, margin) => {
        expect(judge({ champion: { margin } }, value, before)?.accepted).toBe(
          judge({ champion: { better: 'lower', margin } }, -value, -before)?.accepted,
        );
      }),
    );
  });
});

describe('AcceptSpec', () => {
  const flaws = (written: object) => z.safeParse(AcceptSpec, written).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  test.each<[object, string]>([
    [{ metric: 'auc' }, 'metric: Expected at least one of min, max and champion'],
    [{ metric: 'auc', min: 2, max: 1 }, 'max: Expected no less than min'],
  ])('%j: %s', (written, flaw) => expect(flaws(written)).toEqual([flaw]));
  test.each([Number.NaN, Number.POSITIVE_INFINITY, '0.9'])('refuses %s for a bound', (min) => expect(flaws({ metric: 'auc', min })).toHaveLength(1));
});
