import type { ScenarioSource } from './scenario.ts';

type BuiltIn = ScenarioSource & { readonly id: string };

const busy = { requestsPerSecond: 100 };
const quiet = { requestsPerSecond: 2 };
const onePercent = { rate: 0.01 };

/** The thirteen worlds of the public benchmark of progressive delivery, five of them with a good canary. */
export const builtIns: readonly BuiltIn[] = [
  { id: 'S01', name: 'good', says: 'good; 100 requests a second, 0.1 % fail', good: true, traffic: busy },
  { id: 'S02', name: 'good-quiet', says: 'good; 2 requests a second, 1 % fail', good: true, traffic: quiet, errors: onePercent },
  {
    id: 'S03',
    name: 'shared-outage',
    says: 'good; a fifth of both variants’ requests fails from minute 4 to 9',
    good: true,
    traffic: busy,
    outages: [{ from: '4m', for: '5m', errorRate: 0.2 }],
  },
  {
    id: 'S04',
    name: 'noisy',
    says: 'good; the traffic swings by 60 %, a shared and noisy 1 % fails',
    good: true,
    traffic: { ...busy, swing: { part: 0.6, period: '1h' } },
    errors: { rate: 0.01, noiseShape: 4 },
  },
  {
    id: 'S05',
    name: 'cold-start',
    says: 'good after a cold start: 3 % fail for 20 s, three times as slow for 90 s',
    good: true,
    traffic: busy,
    canary: {
      faults: [
        { until: '20s', errorRate: 0.03 },
        { until: '1m30s', latencyFactor: 3 },
      ],
    },
  },
  { id: 'S06', name: 'total-failure', says: 'every request to the canary fails', traffic: busy, canary: { faults: [{ errorRate: 1 }] } },
  {
    id: 'S07',
    name: 'five-percent',
    says: '5.1 % of its requests fail, of stable’s 0.1 %',
    traffic: busy,
    canary: { faults: [{ errorRate: 0.051 }] },
  },
  { id: 'S08', name: 'one-percent', says: '1 % of its requests fails, of stable’s 0.1 %', traffic: busy, canary: { faults: [{ errorRate: 0.01 }] } },
  {
    id: 'S09',
    name: 'doubled',
    says: '2 % of its requests fail, of stable’s 1 %; 500 a second',
    traffic: { requestsPerSecond: 500 },
    errors: onePercent,
    canary: { faults: [{ errorRate: 0.02 }] },
  },
  { id: 'S10', name: 'slow', says: 'twice as slow, no more errors', traffic: busy, canary: { faults: [{ latencyFactor: 2 }] } },
  {
    id: 'S11',
    name: 'late',
    says: '2 % of its requests fail from its tenth minute on',
    traffic: busy,
    canary: { faults: [{ from: '10m', errorRate: 0.02 }] },
  },
  {
    id: 'S12',
    name: 'under-load',
    says: 'a tenth of its requests fails while it has more than 20 % of the traffic',
    traffic: busy,
    canary: { faults: [{ abovePercent: 20, errorRate: 0.1 }] },
  },
  {
    id: 'S13',
    name: 'total-failure-quiet',
    says: 'every request fails; 2 a second, a fifth of the datapoints never arrives',
    traffic: quiet,
    errors: onePercent,
    canary: { faults: [{ errorRate: 1 }] },
    lostDatapoints: 0.2,
  },
];

/** A built-in scenario by its name or its number in the benchmark; undefined where there is none. */
export function builtInOf(name: string): ScenarioSource | undefined {
  const found = builtIns.find((one) => one.name === name || one.id === name.toUpperCase());
  if (!found) return undefined;
  const { id: _id, ...scenario } = found;
  return scenario;
}
