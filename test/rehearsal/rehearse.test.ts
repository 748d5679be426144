import { describe, expect, it } from 'vitest';
import { playRuns, rehearse, reportOfRehearsal } from '../../src/rehearsal/rehearse.ts';
import type { Report } from '../../src/rehearsal/report.ts';
import { rehearsalPage } from '../../src/view/rehearsal-page.ts';
import { assumptionsOf } from '../../src/view/rehearsal-words.ts';
import { delivery, scenario } from './fixture.ts';

const adaptive = delivery();
const share = (report: Report, outcome: string) => report.outcomes.find((one) => one.outcome === outcome)?.share ?? 0;

describe('rehearse()', () => {
  it('gives the same bytes for the same seed, and others for another', async () => {
    const of = async (seed: number) => {
      const report = await rehearse({ spec: adaptive, scenario: scenario('one-percent'), seed, periodSeconds: 10 }, 5);
      return JSON.stringify(report) + rehearsalPage(report);
    };
    const first = await of(7);
    expect(await of(7)).toBe(first);
    expect(await of(8)).not.toBe(first);
  });

  it('reports on more runs than a call may have arguments', async () => {
    const rehearsal = { spec: delivery(), scenario: scenario('total-failure'), seed: 1, periodSeconds: 10 };
    const played = await playRuns(rehearsal, 0, 1);
    const many = Array.from({ length: 150_000 }, () => played).flat();
    expect(reportOfRehearsal(rehearsal, many).outcomes).toMatchObject([{ outcome: 'rolled-back', runs: 150_000, share: 1 }]);
  });

  it('plays each run as it would alone: parts of a rehearsal make the whole', async () => {
    const rehearsal = { spec: adaptive, scenario: scenario('total-failure'), seed: 3, periodSeconds: 10 };
    const parts = [...(await playRuns(rehearsal, 0, 2)), ...(await playRuns(rehearsal, 2, 4))];
    expect(reportOfRehearsal(rehearsal, parts)).toEqual(await rehearse(rehearsal, 6));
  });

  it.each(['total-failure', 'five-percent', 'total-failure-quiet'])('%s is rolled back in every run', async (name) => {
    const report = await rehearse({ spec: adaptive, scenario: scenario(name), seed: 1, periodSeconds: 10 }, 20);
    expect(report.outcomes).toMatchObject([{ outcome: 'rolled-back', runs: 20, share: 1 }]);
    expect(report.secondsTo100).toBeNull();
    expect(report.gates.reduce((sum, { failedFirst }) => sum + failedFirst, 0)).toBe(20);
    expect(report.weights.at(-1)).toMatchObject({ p5: 0, p95: 0 });
  });

  it.each([10, 60])('a good canary is promoted in every run, with metrics every %d s', async (periodSeconds) => {
    const report = await rehearse({ spec: adaptive, scenario: scenario('good'), seed: 1, periodSeconds }, 4);
    expect(report.outcomes).toMatchObject([{ outcome: 'promoted', runs: 4, share: 1 }]);
    expect(report.weights.at(-1)).toMatchObject({ p5: 100, p95: 100 });
    // The control slice is kept for half an hour: it can't be sooner.
    expect(report.secondsTo100?.median).toBeGreaterThan(1800);
  });

  it('every failed request of a canary that fails all of them is counted once', async () => {
    const runs = await playRuns({ spec: adaptive, scenario: scenario('total-failure'), seed: 5, periodSeconds: 10 }, 0, 10);
    for (const { harm } of runs) {
      expect(harm.errors).toBe(harm.requests);
      expect(harm.excessErrors).toBeCloseTo(harm.requests * 0.999, 6);
    }
  });

  it('rolls a good canary back no more often than alpha, within what 500 runs can tell', async () => {
    const short = delivery({
      strategy: { type: 'canary', steps: [{ canaryPercent: 50, bake: '4m' }] },
      gates: [{ type: 'error-rate', alpha: 0.05 }],
      evidenceDeadline: '60s',
      onInconclusive: 'promote',
      soak: '0s',
    });
    const noisy = scenario('noisy');
    const good = await rehearse({ spec: short, scenario: noisy, seed: 11, periodSeconds: 10 }, 500);
    const rolledBack = good.outcomes.find(({ outcome }) => outcome === 'rolled-back');
    expect(rolledBack?.bounds[0] ?? 0).toBeLessThanOrEqual(0.05);
    // The same ramp is not blind.
    const bad = await rehearse({ spec: short, scenario: { ...noisy, canary: scenario('total-failure').canary }, seed: 11, periodSeconds: 10 }, 20);
    expect(share(bad, 'rolled-back')).toBe(1);
  });

  it('ends as held where a person is awaited and does not come', async () => {
    const holding = delivery({
      strategy: { type: 'all-at-once', bake: '5m' },
      gates: [{ type: 'traffic', minimumRequests: 100_000_000 }],
      onInconclusive: 'hold',
      evidenceDeadline: '5m',
    });
    expect((await rehearse({ spec: holding, scenario: scenario('good-quiet'), seed: 1 }, 2)).outcomes).toMatchObject([{ outcome: 'held', runs: 2 }]);
  });

  it('names a gate it has no model for and assumes it successful', async () => {
    const spec = delivery({
      strategy: { type: 'canary', steps: [{ canaryPercent: 100, bake: '5m' }] },
      gates: [
        { type: 'alarm', alarmNames: ['{variant}-accuracy'] },
        { type: 'metric-threshold', metric: { namespace: 'Churn', name: 'Accuracy' }, min: 0.8 },
        { type: 'metric-threshold', metric: { name: 'ModelLatency' }, statistic: 'p90', max: 500_000 },
      ],
    });
    const { gates, outcomes } = await rehearse({ spec, scenario: scenario('good'), seed: 1 }, 2);
    expect(outcomes).toMatchObject([{ outcome: 'promoted' }]);
    expect(gates.map(({ assumed }) => assumed)).toEqual(['alarm churn-b-accuracy', expect.stringContaining('Churn Accuracy'), undefined]);
    expect(gates[1]?.said).toHaveProperty(['successful not-modelled']);
    expect(gates[2]?.said).toHaveProperty(['successful within-threshold']);
  });

  it('models the alarms a delivery makes for its canary, and names one whose metric it has no model for', async () => {
    const made = (name: string) => ({ name: 'errors', metric: { name }, max: 0.5, periods: 2 });
    const spec = (name: string) =>
      delivery({ strategy: { type: 'canary', steps: [{ canaryPercent: 10, bake: '10m' }] }, gates: [{ type: 'alarm', create: [made(name)] }] });
    const bad = await rehearse({ spec: spec('Invocation5XXErrors'), scenario: scenario('total-failure'), seed: 1 }, 3);
    expect(bad.reasons).toEqual({ 'alarm-firing': 3 });
    const good = await rehearse({ spec: spec('Invocation5XXErrors'), scenario: scenario('good'), seed: 1 }, 2);
    expect(good.outcomes).toMatchObject([{ outcome: 'promoted' }]);
    expect(good.gates[0]?.said).toHaveProperty(['successful alarms-ok']);
    const unknown = await rehearse({ spec: spec('GPUUtilization'), scenario: scenario('total-failure'), seed: 1 }, 1);
    expect(unknown.gates[0]?.assumed).toBe('alarm sluice-rehearsed-errors: metric AWS/SageMaker GPUUtilization, Average of 60 s');
  });

  it('asks no code of the user’s, and nothing before traffic: both are named', async () => {
    const spec = delivery({
      strategy: { type: 'canary', steps: [{ canaryPercent: 100, bake: '5m', approval: { expires: '1h' } }] },
      gates: [
        { type: 'function', functionName: 'sluice-gate-churn' },
        { type: 'webhook', url: 'https://churn.example/judge', secret: 'churn' },
        { type: 'smoke', requests: [{ contentType: 'text/csv', body: '1,2' }] },
      ],
    });
    const report = await rehearse({ spec, scenario: scenario('good'), seed: 1 }, 1);
    expect(report.outcomes).toMatchObject([{ outcome: 'promoted' }]);
    expect(assumptionsOf(report)).toEqual([
      'gates[0] function is assumed successful: nothing here models what a function of yours says',
      'gates[1] webhook is assumed successful: nothing here models what a service of yours says',
      'gates[2] smoke is assumed successful: nothing here models what a canary answers before it has traffic',
      'a person is assumed to agree to the step at 100 % at once',
    ]);
  });

  it('an alarm the scenario defines stops a canary within a look of its ringing', async () => {
    const spec = delivery({
      strategy: { type: 'canary', steps: [{ canaryPercent: 10, bake: '30m' }] },
      gates: [{ type: 'alarm', alarmNames: ['{variant}-5xx'] }],
    });
    const alarms = [{ name: '{variant}-5xx', threshold: 0.01, evaluationPeriods: 2 }];
    const bad = await rehearse({ spec, scenario: scenario('late', { alarms }), seed: 1 }, 3);
    expect(bad.outcomes).toMatchObject([{ outcome: 'rolled-back', runs: 3 }]);
    expect(bad.reasons).toEqual({ 'alarm-firing': 3 });
    // Ten minutes of its age, two whole periods, a minute until they are seen, a minute or two of shifting.
    expect(bad.secondsToRolledBack?.p95).toBeLessThanOrEqual(600 + 5 * 60);
    expect((await rehearse({ spec, scenario: scenario('good', { alarms }), seed: 1 }, 2)).outcomes).toMatchObject([{ outcome: 'promoted' }]);
  });
});
