import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { describe, expect, it } from 'vitest';
import { cloudWatchMetrics } from '../../src/aws/metrics.ts';
import { chanceOf } from '../../src/rehearsal/chance.ts';
import { presenceOf, recordedSource, type Recording } from '../../src/rehearsal/recording.ts';
import { recordingOfCsv } from '../../src/rehearsal/recording-csv.ts';
import { recordingOfMetrics } from '../../src/rehearsal/recording-metrics.ts';
import { NothingRecorded, replay, rolesOf } from '../../src/rehearsal/replay.ts';
import type { Report } from '../../src/rehearsal/report.ts';
import { scriptedAws } from '../aws/client.ts';
import { sagemaker, testCloudWatch } from '../emulator/cloudwatch/cloudwatch.ts';
import { sourceOf } from '../../src/rehearsal/source.ts';
import { worldOf } from '../../src/rehearsal/world.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import { Refused } from '../../src/rollout/errors.ts';
import { delivery, scenario } from './fixture.ts';

const minuteMs = 60_000;
const fromMs = Date.parse('2026-10-05T00:00:00Z');
const spec = delivery({
  strategy: {
    type: 'canary',
    steps: [
      { canaryPercent: 10, bake: '6m' },
      { canaryPercent: 50, bake: '6m' },
    ],
  },
  gates: [{ type: 'error-rate' }],
  onInconclusive: 'promote',
  evidenceDeadline: '5m',
  soak: '10m',
});
const share = (report: Report | null, outcome: string) => report?.outcomes.find((one) => one.outcome === outcome)?.share ?? 0;

/** Hours of a table: churn-a all along, churn-b with a tenth of the requests from one hour on, failing at a rate. */
function table(hours: number, canaryFromHour: number, canaryRate: number): string {
  const draw = chanceOf(1, 1);
  const lines = ['at,variant,requests,errors,slow_300'];
  for (let minute = 0; minute < hours * 60; minute += 1) {
    const at = new Date(fromMs + minute * minuteMs).toISOString();
    const line = (variant: string, requests: number, rate: number) =>
      void lines.push([at, variant, requests, draw.binomial(requests, rate), draw.binomial(requests, 0.014)].join());
    line('churn-a', draw.poisson(3000), 0.002);
    if (minute >= canaryFromHour * 60) line('churn-b', draw.poisson(300), canaryRate);
  }
  return lines.join('\n');
}
const window = { startMs: fromMs, endMs: fromMs + 30 * 24 * 60 * minuteMs };
function read(text: string): Recording {
  const recording = recordingOfCsv(text, window);
  if ('flaws' in recording) throw new Error(JSON.stringify(recording.flaws));
  return recording;
}
const about = { spec, seed: 1, draws: 20, everySeconds: 1800 };

describe('replay()', () => {
  it('finds a planted fault in a table, and does not roll stable back for itself', async () => {
    const replayed = await replay({ ...about, recording: read(table(14, 8, 0.04)) });
    expect(replayed).toMatchObject({ stable: 'churn-a', canary: 'churn-b', periodSeconds: 60 });
    expect(share(replayed.caught, 'rolled-back')).toBe(1);
    // Found at a tenth of 3,300 requests a minute: a few minutes of them at 4 %.
    expect(replayed.caught?.excessFailed?.p95).toBeLessThan(300);
    expect(replayed.good?.runs).toBeGreaterThan(5);
    expect(replayed.good?.outcomes).toMatchObject([{ outcome: 'promoted', share: 1 }]);
    expect(replayed.unfinished).toBeGreaterThan(0);
  });

  it('promotes a later variant that did as stable did', async () => {
    const replayed = await replay({ ...about, recording: read(table(14, 8, 0.002)) });
    expect(share(replayed.caught, 'promoted')).toBe(1);
  });

  it('is the same twice, and another with another seed', async () => {
    const recording = read(table(10, 6, 0.01));
    const first = JSON.stringify(await replay({ ...about, draws: 5, recording }));
    expect(JSON.stringify(await replay({ ...about, draws: 5, recording }))).toBe(first);
    expect(JSON.stringify(await replay({ ...about, draws: 5, seed: 2, recording }))).not.toBe(first);
  });

  it('replays one variant alone against itself', async () => {
    const replayed = await replay({ ...about, recording: read(table(8, 99, 0)) });
    expect(replayed).toMatchObject({ canary: null, caught: null, stable: 'churn-a' });
    expect(share(replayed.good, 'promoted')).toBe(1);
  });

  it('says what is missing where nothing can be replayed', async () => {
    await expect(replay({ ...about, recording: read('at,variant,requests,errors') })).rejects.toThrow(NothingRecorded);
    expect(() => rolesOf({ recording: read(table(2, 1, 0)), canary: 'churn-c' })).toThrow(
      'Variant "churn-c" has no requests in this time; those that have: churn-a, churn-b',
    );
  });

  it('compares no variant with itself by name', () => {
    expect(() => rolesOf({ recording: read(table(2, 1, 0)), stable: 'churn-a', canary: 'churn-a' })).toThrow(
      'Variant "churn-a" is named as --stable and as --canary',
    );
  });

  it('names a gate whose figures were not recorded', async () => {
    const { good } = await replay({ ...about, spec: delivery({ ...gatesOn(500) }), recording: read(table(8, 99, 0)) });
    expect(good?.gates[1]?.assumed).toContain('ModelLatency, TC(500000:)');
  });

  it('works over what CloudWatch holds, asked as the gates ask', async () => {
    const cloudWatch = testCloudWatch({ startsAt: '04:30:00' });
    const draw = chanceOf(2, 1);
    const put = (variant: string, minute: number, requests: number, errors: number) =>
      cloudWatch.call(
        'PutMetricData',
        {
          Namespace: 'AWS/SageMaker',
          MetricData: (
            [
              ['Invocations', requests, requests],
              ['InvocationModelErrors', requests, errors],
            ] as const
          ).map(([MetricName, SampleCount, Sum]) => ({
            MetricName,
            Dimensions: [
              { Name: 'EndpointName', Value: 'churn' },
              { Name: 'VariantName', Value: variant },
            ],
            Timestamp: new Date(fromMs + minute * minuteMs),
            StatisticValues: { SampleCount, Sum, Minimum: 0, Maximum: 1 },
          })),
        },
        sagemaker,
      );
    for (let minute = 0; minute < 240; minute += 1) {
      await put('churn-a', minute, 3000, draw.binomial(3000, 0.002));
      if (minute >= 180) await put('churn-b', minute, 300, draw.binomial(300, 0.05));
    }
    await cloudWatch.until('05:00:00');
    const aws = scriptedAws();
    aws.serve('cloudwatch', { GetMetricData: (input: unknown) => cloudWatch.call('GetMetricData', input) });
    const recording = await recordingOfMetrics(
      spec,
      ['churn-a', 'churn-b', 'churn-c'],
      { startMs: fromMs, endMs: fromMs + 240 * minuteMs },
      cloudWatchMetrics(new CloudWatchClient(aws.options)),
    );
    expect([...recording.variants.keys()]).toEqual(['churn-a', 'churn-b']);
    expect(presenceOf(recording, 'churn-b')).toEqual({ firstMs: fromMs + 180 * minuteMs, lastMs: fromMs + 239 * minuteMs, requests: 60 * 300 });
    const replayed = await replay({ ...about, draws: 5, recording });
    expect(share(replayed.caught, 'rolled-back')).toBe(1);
    expect(share(replayed.good, 'promoted')).toBe(1);
    expect(aws.asked('GetMetricData').length).toBe(3);
  });
});

const gatesOn = (ms: number) => ({
  strategy: { type: 'canary' as const, steps: [{ canaryPercent: 50, bake: '6m' }] },
  soak: '0s',
  gates: [{ type: 'error-rate' as const }, { type: 'latency' as const, thresholdsMs: [ms] }],
  onInconclusive: 'promote' as const,
  evidenceDeadline: '5m',
});

describe('recordingOfMetrics()', () => {
  const thresholdsMs = [200, 300, 500];
  const made = worldOf(
    sourceOf(scenario('good'), { edgesMs: thresholdsMs, fine: false }),
    { endpointName: 'churn', stable: 'churn-a', canary: 'churn-b' },
    fromMs,
    60,
    300,
    chanceOf(4, 1),
    chanceOf(4, 2),
  );
  made.advance(fromMs + 30 * minuteMs);
  /** CloudWatch with some of its statistics refused. */
  const without = (refused: RegExp): Metrics => ({
    ...made.metrics,
    read: async (queries, span) => {
      if (queries.some(({ statistic }) => refused.test(statistic))) throw new Refused('not a valid statistic');
      return made.metrics.read(queries, span);
    },
  });
  const recorded = (metrics: Metrics) => recordingOfMetrics(delivery(), ['churn-a'], { startMs: fromMs, endMs: fromMs + 30 * minuteMs }, metrics);

  it('has slow requests as CloudWatch counts them, and no threshold where it does not', async () => {
    const { thresholdsMs: known, variants } = await recorded(made.metrics);
    expect(known).toEqual(thresholdsMs);
    const [slow = []] = await made.metrics.read(
      [
        {
          namespace: 'AWS/SageMaker',
          metricName: 'ModelLatency',
          dimensions: { VariantName: 'churn-a' },
          statistic: 'TC(300000:)',
          periodSeconds: 60,
        },
      ],
      { startMs: fromMs, endMs: fromMs + 30 * minuteMs },
    );
    expect([...(variants.get('churn-a')?.values() ?? [])].map((period) => period.slow[1])).toEqual(slow.map(({ value }) => value));
    const { thresholdsMs: unknown, variants: bare } = await recorded(without(/TC|PR/));
    expect(unknown).toEqual([]);
    expect(bare.get('churn-a')?.get(fromMs)?.requests).toBe(variants.get('churn-a')?.get(fromMs)?.requests);
  });

  it('has them by percentile ranks as well', async () => {
    // It answers, and with something that is no count.
    const ranksOnly: Metrics = {
      ...made.metrics,
      read: async (queries, span) =>
        (await made.metrics.read(queries, span)).map((points, index) => (queries[index]?.statistic.startsWith('TC') ? [] : points)),
    };
    expect((await recorded(ranksOnly)).variants).toEqual((await recorded(made.metrics)).variants);
  });
});

describe('recordedSource()', () => {
  it('has every request in one bucket of latency, whatever ranks CloudWatch estimates', () => {
    const variants = new Map([['a', new Map([[fromMs, { requests: 10, errors: 20, slow: [2, 5, 1] }]])]]);
    const recording = { periodSeconds: 60, startMs: fromMs, endMs: fromMs + minuteMs, thresholdsMs: [200, 300, 500], errorMetrics: [], variants };
    const source = recordedSource(recording, 'a', undefined, fromMs, fromMs + minuteMs);
    const { stable } = source.behave(0, { ageSeconds: 0, share: 0 }, chanceOf(1, 1));
    expect(stable.errorRate).toBe(1);
    expect(stable.buckets.map((share) => Number(share.toFixed(12)))).toEqual([0.8, 0, 0.1, 0.1]);
  });
});

describe('recordingOfCsv()', () => {
  const flaws = (text: string) => {
    const read = recordingOfCsv(text, window);
    return 'flaws' in read ? read.flaws.map(({ line, column, message }) => `${line}:${column}: ${message}`) : [];
  };
  const row = '2026-10-05T00:00:00Z,churn-a,100,1';

  it.each([
    ['at,variant,requests', '1:1: missing column "errors"; expected at, variant, requests, errors and slow_<milliseconds>'],
    ['at,variant,requests,errors,slow', '1:28: unknown column "slow"; expected at, variant, requests, errors or slow_<milliseconds>'],
    [`at,variant,requests,errors\n${row},4`, '2:1: got 5 columns; expected 4'],
    [
      'at,variant,requests,errors\nyesterday,a,1,0',
      '2:1: got at "yesterday"; expected the period\'s start as 2026-11-22T12:00:00Z, on whole ten seconds',
    ],
    ['at,variant,requests,errors\n2026-10-05T00:00:00Z,a,1,-2', '2:26: got errors "-2"; expected a whole number, 0 or more'],
    ['at,variant,requests,errors\n2026-10-05T00:00:00Z,a,10,11', "2:27: got errors 11; expected at most the line's 10 requests"],
    [`at,variant,requests,errors\n${row}\n${row}`, '3:1: variant "churn-a" has a line for 2026-10-05T00:00:00Z already; expected one a period'],
    ['at,variant,requests,errors,errors', '1:28: column "errors" is there twice; expected once'],
    [
      'at,variant,requests,errors\n2026-02-31T00:00:00Z,a,1,0',
      '2:1: got at "2026-02-31T00:00:00Z"; expected the period\'s start as 2026-11-22T12:00:00Z, on whole ten seconds',
    ],
    ['at,variant,requests,errors\n2026-10-05T00:00:00Z,a,NaN,0', '2:24: got requests "NaN"; expected a whole number, 0 or more'],
    ['at,variant,requests,errors\n2026-10-05T00:00:00Z,a,10000000000,0', '2:24: got requests 10000000000; expected at most 1000000000'],
    [
      'at,variant,requests,errors,slow_500,slow_200\n2026-10-05T00:00:00Z,a,10,0,5,4',
      '2:29: got slow_500 5; expected at most the 4 that took longer than less',
    ],
    [
      'at,variant,requests,errors\n2026-10-05T00:00:30Z,a,10,0',
      '2:1: got 2026-10-05T00:00:30.000Z; expected periods of 60 s to begin on whole minutes',
    ],
  ])('%j: %s', (text, told) => expect(flaws(text)).toEqual([told]));

  const linesEvery = (seconds: number, requests = 10) =>
    Array.from({ length: 6 }, (_, index) => `${new Date(fromMs + index * seconds * 1000).toISOString()},a,${requests},0`).join('\n');

  it.each([20, 30, 120, 300])('refuses periods of %d s, which it would take for gaps', (seconds) => {
    expect(flaws(`at,variant,requests,errors\n${linesEvery(seconds)}`)).toEqual([
      `3:1: periods are ${seconds} s apart; expected 60 s, or 10 s; where they are and nothing was asked, write lines with 0 requests`,
    ]);
  });

  it('takes lines without requests for periods of a quiet variant', () => {
    const quiet = `at,variant,requests,errors\n${linesEvery(300)}\n${linesEvery(60, 0).replaceAll(',a,', ',b,')}`;
    expect(read(quiet)).toMatchObject({ periodSeconds: 60, startMs: fromMs });
    expect(read(quiet).variants.get('b')).toBeUndefined();
  });

  it('reads periods of ten seconds, columns in any order, and leaves out what is outside of the window', () => {
    const text = [
      'variant,slow_500,at,slow_200,errors,requests',
      'a,1,2026-10-05T00:00:00Z,4,2,50',
      'a,0,2026-10-05T00:00:10Z,3,0,50',
      'a,0,2020-10-05T00:00:10Z,3,0,50',
    ].join('\r\n');
    const recording = read(text);
    expect(recording).toMatchObject({ periodSeconds: 10, startMs: fromMs, endMs: fromMs + 20_000, thresholdsMs: [200, 500] });
    expect([...(recording.variants.get('a') ?? [])]).toEqual([
      [fromMs, { requests: 50, errors: 2, slow: [4, 1] }],
      [fromMs + 10_000, { requests: 50, errors: 0, slow: [3, 0] }],
    ]);
  });
});
