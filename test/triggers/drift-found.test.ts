import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { driftFound } from '../../src/triggers/drift-found.ts';
import { eventOf, sample } from './samples.ts';

const found = (detail = {}) => eventOf(driftFound, 'sagemaker-processing-job-violations', detail);
const wish = (monitoringSchedule = 'fraud-score-data-quality') => z.parse(driftFound.spec, { type: 'drift-found', monitoringSchedule });

describe('drift-found', () => {
  test('asks to train anew what serves, and says what was found', () => {
    expect(driftFound.toRequest(found(), wish())).toEqual({
      kind: 'retrain',
      trigger: 'drift-found',
      because: 'fraud-score-data-quality: CompletedWithViolations: Job completed successfully with 3 violations.',
      occurredAtMs: Date.parse('2026-10-05T09:14:22Z'),
      dedupeKey: 'drift/model-monitoring-202610050900-8f2c4d6e0a1b3c5d7e9f0a2b',
    });
  });

  test('asks once a run of the schedule', () => {
    const later = driftFound.toRequest(found({ ProcessingJobName: 'model-monitoring-202610051000-00' }), wish());
    expect(later.dedupeKey).not.toBe(driftFound.toRequest(found(), wish()).dedupeKey);
  });

  test('finds its deliveries whatever letter case the ARN and the delivery write the name in', () => {
    const upper = 'arn:aws:sagemaker:eu-west-1:111122223333:monitoring-schedule/Fraud-Score-Data-Quality';
    for (const event of [found(), found({ MonitoringScheduleArn: upper })]) {
      expect(driftFound.subjectsOf(wish('Fraud-Score-Data-Quality'))).toContain(driftFound.subjectOf(event));
    }
    expect(driftFound.subjectsOf(wish('fraud-score'))).not.toContain(driftFound.subjectOf(found()));
  });

  test('may be any delivery’s where it names no schedule, and is then nobody’s to act on', () => {
    const unplaced = found({ MonitoringScheduleArn: undefined });
    expect(driftFound.subjectsOf(wish())).toContain(driftFound.subjectOf(unplaced));
    expect(driftFound.accepts(wish(), unplaced)).toMatch(/names no monitoring schedule/);
    expect(driftFound.accepts(wish(), found())).toBe(true);
  });

  test.each([
    ['a run without violations', 'sagemaker-processing-job-completed', {}],
    ['a run that failed', 'sagemaker-processing-job-violations', { ProcessingJobStatus: 'Failed' }],
    ['a job that says nothing', 'sagemaker-processing-job-violations', { ExitMessage: undefined }],
    ['a training job', 'sagemaker-training-job-completed', {}],
  ])('%s is no drift', (_what, name, detail) => {
    expect(z.safeParse(driftFound.event, sample(name, detail)).success).toBe(false);
  });

  test.each(['', '-a', 'a b', 'a'.repeat(64), 'arn:aws:sagemaker:eu-west-1:111122223333:monitoring-schedule/a'])(
    'refuses the monitoring schedule "%s"',
    (name) => expect(z.safeParse(driftFound.spec, { type: 'drift-found', monitoringSchedule: name }).success).toBe(false),
  );
});
