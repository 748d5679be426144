import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeEndpointCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { RolloutView } from '../../view/rollout-view.ts';
import type { connect } from '../target.ts';
import type { Tell } from './events.ts';

/** Wall milliseconds between two looks at the rollout. */
const lookEveryMs = 200;
/** A rollout whose record says nothing new for so long is stuck, wall milliseconds; a person's answer is within it. */
const giveUpAfterMs = 180_000;

export interface Followed {
  readonly imageDigest: string;
  readonly endpointName: string;
  /** Emulator time, epoch milliseconds. */
  readonly now: () => number;
  /** Told of every look. */
  readonly looked: () => void;
  /** Told when the endpoint serves, at every look. */
  readonly serving: () => void;
  /** Answers what a rollout asks a person, once a question; unset where no question is expected. */
  readonly answer: ((rolloutId: string) => Promise<void>) | undefined;
}

/**
 * Follows the rollout of an image to its end, telling each entry of its record and each change of weights.
 *
 * @returns the rollout as it ended, or as it stands where it asks what nobody is there to answer
 */
export async function follow(
  { imageDigest, endpointName, now, looked, serving, answer }: Followed,
  ask: Awaited<ReturnType<typeof connect>>,
  sageMaker: SageMakerClient,
  tell: Tell,
  signal: AbortSignal,
): Promise<RolloutView> {
  let deadline = performance.now() + giveUpAfterMs;
  const answered = new Set<unknown>();
  let seen = 0;
  let lastWeights = '';
  for (;;) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`The rollout of ${imageDigest} is stuck: nothing new of it for ${giveUpAfterMs / 1000} s`);
    looked();
    const endpoint = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpointName })).catch(() => undefined);
    if (endpoint?.EndpointStatus !== undefined) {
      const status = endpoint.EndpointStatus;
      const weights = Object.fromEntries(
        (endpoint.ProductionVariants ?? []).map((variant) => [variant.VariantName ?? '', variant.CurrentWeight ?? 0]),
      );
      const text = JSON.stringify({ status, weights });
      if (text !== lastWeights) {
        lastWeights = text;
        tell({ type: 'weights', at: new Date(now()).toISOString(), status, weights });
      }
      if (status === 'InService') serving();
    }
    const views = (await ask({ action: 'list', limit: 5 })) as RolloutView[]; // The API answers with views, newest first.
    const found = views.find((view) => view.imageDigest === imageDigest);
    if (found) {
      const view = (await ask({ action: 'get', rolloutId: found.id })) as RolloutView; // The API answers with a view.
      for (const entry of view.entries.filter((candidate) => candidate.seq > seen)) {
        seen = entry.seq;
        deadline = performance.now() + giveUpAfterMs;
        tell({
          type: 'entry',
          rolloutId: view.id,
          at: entry.at,
          kind: entry.kind,
          text: entry.text,
          ...(entry.by !== undefined && { by: entry.by }),
        });
      }
      if (view.outcome !== undefined) {
        looked();
        return view;
      }
      if (view.approval && !answered.has(view.approval.for)) {
        if (!answer) return view;
        // Until the answer is heard the question still stands there.
        answered.add(view.approval.for);
        await answer(view.id);
      }
    }
    await sleep(lookEveryMs);
  }
}
