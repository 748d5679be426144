import type { Chance } from '../../src/rehearsal/chance.ts';

/** One world of the public benchmark. Ticks are ten seconds and count from the start of the rollout; rates are 0-1. */
export interface Scenario {
  /** S and two digits. */
  readonly id: string;
  readonly says: string;
  /** Whether the canary deserves all of the traffic. */
  readonly good: boolean;
  /** Requests a second; ticks below 0 are before the start. */
  readonly traffic: (tick: number) => number;
  /** Stable's rate of bad requests in a tick. What is drawn for it the canary shares. */
  readonly base: (tick: number, draw: Chance) => number;
  /** The canary's rate, given stable's, how many ticks it has had traffic for, and its weight, 0-1. */
  readonly canary: (base: number, age: number, weight: number) => number;
  /** What the canary's latency is multiplied by. */
  readonly slower: (age: number) => number;
  /** Share of each variant's datapoints that never arrive. */
  readonly missing: number;
  /** What an excess bad request is measured against: `errors`, or requests over 300 ms. */
  readonly harm: 'errors' | 'slow';
}

const usual = {
  traffic: () => 100,
  base: () => 0.001,
  canary: (base: number) => base,
  slower: () => 1,
  missing: 0,
  harm: 'errors',
} as const;

/** The thirteen worlds of the public benchmark, five of them with a good canary. */
export const scenarios: readonly Scenario[] = [
  { ...usual, id: 'S01', says: 'good, 100 rps, base 0.1 %', good: true },
  { ...usual, id: 'S02', says: 'good, 2 rps, base 1 %', good: true, traffic: () => 2, base: () => 0.01 },
  { ...usual, id: 'S03', says: 'good; both at 20 % in ticks 24-53', good: true, base: (tick) => (tick >= 24 && tick <= 53 ? 0.2 : 0.001) },
  {
    ...usual,
    id: 'S04',
    says: 'good; traffic swings, rate shared and noisy around 1 %',
    good: true,
    traffic: (tick) => 100 * (1 + 0.6 * Math.sin((2 * Math.PI * tick) / 360)),
    base: (_tick, draw) => Math.min(1, 0.01 * draw.gamma(4)),
  },
  {
    ...usual,
    id: 'S05',
    says: 'good after a cold start',
    good: true,
    canary: (base, age) => (age < 2 ? 0.03 : base),
    slower: (age) => (age < 9 ? 3 : 1),
  },
  { ...usual, id: 'S06', says: 'every request fails', good: false, canary: () => 1 },
  { ...usual, id: 'S07', says: '5.1 % against 0.1 %', good: false, canary: () => 0.051 },
  { ...usual, id: 'S08', says: '1 % against 0.1 %', good: false, canary: () => 0.01 },
  { ...usual, id: 'S09', says: '2 % against 1 %, 500 rps', good: false, traffic: () => 500, base: () => 0.01, canary: () => 0.02 },
  { ...usual, id: 'S10', says: 'twice as slow', good: false, slower: () => 2, harm: 'slow' },
  { ...usual, id: 'S11', says: '2 % from its tick 60 on', good: false, canary: (base, age) => (age < 60 ? base : 0.02) },
  { ...usual, id: 'S12', says: '10 % above 20 % weight', good: false, canary: (base, _age, weight) => (weight > 0.2 ? 0.1 : base) },
  {
    ...usual,
    id: 'S13',
    says: 'every request fails, 2 rps, a fifth of the datapoints missing',
    good: false,
    traffic: () => 2,
    base: () => 0.01,
    canary: () => 1,
    missing: 0.2,
  },
];
