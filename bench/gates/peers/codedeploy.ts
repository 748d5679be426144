import type { Policy } from '../policy.ts';
import { alarm, anyError, errorRateOver, slowOnAverage } from './alarm.ts';
import { anyOf, type FixedRamp, onFixedRamp, usualLimit } from './watch.ts';

/** Canary10Percent5Minutes: nobody watches after the last shift. */
const ramp: FixedRamp = { weights: [0.1, 1], everyTicks: 30 };
const every = { periodTicks: 6, evaluationPeriods: 2 };

/** CodeDeploy's traffic shifting as AWS' samples put it in front of an endpoint, stopped by alarms. */
export const codeDeploy: readonly Policy[] = [
  {
    name: 'codedeploy-sample-alarm',
    says: 'CodeDeploy 10%5min, sample alarm Errors>0 2x60s',
    start: () => onFixedRamp(ramp, alarm(anyError, every)),
  },
  {
    name: 'codedeploy-rate-alarm',
    says: 'CodeDeploy 10%5min, rate alarm 2x60s',
    start: (before) => onFixedRamp(ramp, anyOf([alarm(errorRateOver(usualLimit(before)), every), alarm(slowOnAverage, every)])),
  },
];
