import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod/mini';
import { playRuns } from '../rehearsal/rehearse.ts';
import { Scenario, type ScenarioSource } from '../rehearsal/scenario.ts';
import { type DeliverySource, DeliverySpec } from '../rollout/spec.ts';

/** What one thread is given: a part of the runs. */
export interface Part {
  readonly delivery: DeliverySource;
  readonly scenario: ScenarioSource;
  readonly seed: number;
  readonly periodSeconds: number | undefined;
  readonly first: number;
  readonly count: number;
}

const { delivery, scenario, first, count, ...rest } = workerData as Part; // As `playInThreads` sends it.
parentPort?.postMessage(await playRuns({ ...rest, spec: z.parse(DeliverySpec, delivery), scenario: z.parse(Scenario, scenario) }, first, count));
