import type { Policy } from '../policy.ts';
import { alarm, errorRateOver, slowOnAverage } from './alarm.ts';
import { anyOf, type FixedRamp, onFixedRamp, usualLimit } from './watch.ts';

/**
 * SageMaker's deployment guardrails: canary or linear shifting, rolled back by an alarm on errors or one on latency.
 *
 * Alarms count until the old fleet is gone, the reading of the documentation most favourable to them.
 *
 * @see Amazon SageMaker developer guide, deployment guardrails
 */
function guardrails(name: string, says: string, ramp: FixedRamp, every: { periodTicks: number; evaluationPeriods: number }): Policy {
  return {
    name,
    says,
    start: (before) => onFixedRamp(ramp, anyOf([alarm(errorRateOver(usualLimit(before)), every), alarm(slowOnAverage, every)])),
  };
}

const canary: FixedRamp = { weights: [0.1, 1], everyTicks: 30, watchedAfterTicks: 30 };

export const sageMakerGuardrails: readonly Policy[] = [
  guardrails(
    'sagemaker-canary-docs',
    'SageMaker canary docs 30%/10min, alarm 2x10min',
    { weights: [0.3, 1], everyTicks: 60, watchedAfterTicks: 60 },
    { periodTicks: 60, evaluationPeriods: 2 },
  ),
  guardrails('sagemaker-canary-1x60s', 'SageMaker canary tuned 10%/5min, alarm 1x60s', canary, { periodTicks: 6, evaluationPeriods: 1 }),
  guardrails('sagemaker-canary-3x10s', 'SageMaker canary tuned 10%/5min, alarm 3x10s', canary, { periodTicks: 1, evaluationPeriods: 3 }),
  guardrails(
    'sagemaker-linear-1x60s',
    'SageMaker linear 20%/5min, alarm 1x60s',
    { weights: [0.2, 0.4, 0.6, 0.8, 1], everyTicks: 30, watchedAfterTicks: 30 },
    { periodTicks: 6, evaluationPeriods: 1 },
  ),
];
