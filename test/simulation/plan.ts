import { type FaultName, type FaultRates, faultNames } from '../../src/emulator/faults.ts';
import { type Random, seededRandom } from '../../src/emulator/random.ts';
import { type PlannedAct, planActs } from './acts.ts';
import { type DeliveryPlan, drawDelivery } from './delivery-plan.ts';
import { pick } from './draw.ts';

/** Everything that is drawn before a seed runs: what is there, what is done when, what goes wrong how often. */
export interface Plan {
  readonly seed: number;
  readonly rates: FaultRates;
  /** How long things may go wrong, emulator milliseconds. */
  readonly safetyMs: number;
  readonly deliveries: readonly DeliveryPlan[];
  /** In the order of their times. */
  readonly acts: readonly PlannedAct[];
}

/** Bounds of a fault's rate where all faults are asked for; half of them are 0 in a given world. */
const rateBounds: Readonly<Record<FaultName, readonly [low: number, high: number]>> = {
  throttle: [0.01, 0.2],
  'timeout-before': [0.005, 0.06],
  'timeout-after': [0.005, 0.06],
  'event-lost': [0.05, 0.6],
  'event-duplicate': [0.05, 0.5],
  'event-late': [0.05, 0.5],
  'lambda-crash': [0.005, 0.06],
  'update-failed': [0.05, 0.4],
  'update-reverted': [0.05, 0.4],
  'no-capacity': [0.02, 0.2],
  'alarm-flap': [0.005, 0.05],
  'metrics-missing': [0.02, 0.3],
  'execution-stopped': [0.05, 0.4],
  'build-failed': [0.05, 0.4],
  'system-updating': [0.05, 0.6],
  'spot-interrupted': [0.05, 0.6],
};

function drawRates(random: Random): FaultRates {
  const rates: Partial<Record<FaultName, number>> = {};
  // Now and then nothing goes wrong: what fails then needs no fault to fail.
  if (random.chance('world/no-faults', 0.05)) return rates;
  for (const name of faultNames) {
    const [low, high] = rateBounds[name];
    const rate = low * (high / low) ** random.uniform(`world/rate/${name}`);
    if (random.chance(`world/has/${name}`, 0.5)) rates[name] = Number(rate.toPrecision(2));
  }
  return rates;
}

const names = ['alpha', 'beta', 'gamma'] as const;

/**
 * Draws a world: same seed, same world.
 *
 * @param rates what goes wrong how often; drawn as well where left out
 */
export function drawPlan(seed: number, rates?: FaultRates): Plan {
  const random = seededRandom(seed);
  const count = pick(random, 'world/deliveries', [
    [1, 6],
    [2, 3],
    [3, 1],
  ]);
  const deliveries: DeliveryPlan[] = [];
  for (const name of names.slice(0, count)) deliveries.push(drawDelivery(random, name, deliveries[0]));
  const safetyMs = Math.round(random.between('world/safety-hours', 0.7, 2.5) * 3_600_000);
  return { seed, rates: rates ?? drawRates(random), safetyMs, deliveries, acts: planActs(random, deliveries, safetyMs) };
}
