import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { registry } from '../../app/registry.ts';
import { overlay } from '../../containers/overlay.ts';
import { packImage } from '../../containers/pack.ts';
import { pushImage } from '../../containers/push.ts';
import type { RolloutView } from '../../view/rollout-view.ts';
import type { LocalService } from '../local-service.ts';
import { readSpec } from '../spec-file.ts';
import { clientConfig, connect, ecrClient } from '../target.ts';
import type { RolloutSummary, Tell } from './events.ts';
import { startTraffic, type Traffic } from './traffic.ts';

const example = fileURLToPath(new URL('../../../examples/tumour-classifier/', import.meta.url));
const repository = 'models/tumour-classifier';

/** Wall milliseconds between two looks at the rollout. */
const lookEveryMs = 200;
/** A rollout that has not ended by then is stuck, wall milliseconds. */
const giveUpAfterMs = 150_000;

interface Chapter {
  readonly tag: string;
  /** What somebody changed in the image: folders laid over it. */
  readonly changes: readonly string[];
  readonly text: string;
  readonly expected: { readonly outcome: string; readonly reasons: readonly string[] };
}

const chapters: readonly Chapter[] = [
  {
    tag: 'v1',
    changes: [],
    text: 'v1 is pushed: it trains, and becomes the first endpoint',
    expected: { outcome: 'Succeeded', reasons: ['first-deployment'] },
  },
  {
    tag: 'v2',
    changes: ['standardise-features'],
    text: 'v2 is pushed (standardises its features): a canary at 0 %, then 10 %, 50 %, 100 %',
    expected: { outcome: 'Succeeded', reasons: ['promoted'] },
  },
  {
    tag: 'v3',
    changes: ['standardise-features', 'strict-numbers'],
    text: 'v3 is pushed (a stricter number parser that throws on some rows): the gate stops it at the first step',
    expected: { outcome: 'RolledBack', reasons: ['over-threshold'] },
  },
];

/**
 * Tells the story on a running service: applies the delivery, pushes version after version, and watches each to its end.
 *
 * @returns a summary a rollout, and what went otherwise than told; empty if nothing did
 */
export async function tellStory(
  local: LocalService,
  requestsPerSecond: number,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ readonly rollouts: readonly RolloutSummary[]; readonly surprises: readonly string[] }> {
  const ask = await connect(local.target);
  const read = readSpec(join(example, 'delivery.yaml'));
  if ('flaws' in read) throw new Error(`examples/tumour-classifier/delivery.yaml: ${read.flaws.map((flaw) => flaw.message).join('; ')}`);
  const { endpoint: endpointName } = read.spec.serve;

  tell({ type: 'chapter', chapter: 1, text: 'the delivery is applied, its training data uploaded' });
  const s3 = new S3Client({ ...clientConfig(local.target), forcePathStyle: true });
  await s3.send(
    new PutObjectCommand({
      Bucket: local.outputs['ModelBucketName'],
      Key: 'tumour-classifier/train/train.csv',
      Body: readFileSync(join(example, 'data/train.csv')),
    }),
  );
  await ask({ action: 'apply', source: read.source });

  const rows = heldOutRows();
  const summaries: RolloutSummary[] = [];
  const surprises: string[] = [];
  let traffic: Traffic | undefined;
  try {
    for (const [index, chapter] of chapters.entries()) {
      tell({ type: 'chapter', chapter: index + 2, text: chapter.text });
      const imageDigest = await push(local, chapter);
      tell({ type: 'pushed', tag: chapter.tag, imageDigest });
      const view = await watchToEnd(local, ask, imageDigest, endpointName, tell, signal, () => {
        traffic ??= startTraffic(local.target, endpointName, rows, requestsPerSecond);
        return traffic;
      });
      summaries.push(summaryOf(local, view, endpointName));
      surprises.push(...surprisesOf(chapter, view));
      // A story that has gone another way is not told on.
      if (surprises.length > 0) break;
    }
  } finally {
    await traffic?.stop();
    if (traffic) tell({ type: 'traffic', ...traffic.counts() });
    s3.destroy();
  }
  return { rollouts: summaries, surprises };
}

/** The rows a model never saw, each as a request's body: without the label, which is the last column. */
function heldOutRows(): string[] {
  const [, ...lines] = readFileSync(join(example, 'data/held-out.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => line.slice(0, line.lastIndexOf(',')));
}

async function push(local: LocalService, chapter: Chapter): Promise<string> {
  const folder = overlay(join(example, 'image'), ...chapter.changes.map((change) => join(example, 'changes', change)));
  try {
    const { digest } = await pushImage(registry(ecrClient(local.target)), packImage(folder), { repository, tag: chapter.tag });
    return digest;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Follows the rollout of an image to its end, telling each entry of its record and each change of weights. */
async function watchToEnd(
  local: LocalService,
  ask: Awaited<ReturnType<typeof connect>>,
  imageDigest: string,
  endpointName: string,
  tell: Tell,
  signal: AbortSignal,
  whenServing: () => Traffic,
): Promise<RolloutView> {
  const deadline = performance.now() + giveUpAfterMs;
  const sageMaker = new SageMakerClient(clientConfig(local.target));
  let seen = 0;
  let lastWeights = '';
  for (;;) {
    signal.throwIfAborted();
    if (performance.now() > deadline) throw new Error(`The rollout of ${imageDigest} has not ended after ${giveUpAfterMs / 1000} s`);
    const endpoint = await sageMaker.send(new DescribeEndpointCommand({ EndpointName: endpointName })).catch(() => undefined);
    if (endpoint?.EndpointStatus !== undefined) {
      const status = endpoint.EndpointStatus;
      const weights = Object.fromEntries(
        (endpoint.ProductionVariants ?? []).map((variant) => [variant.VariantName ?? '', variant.CurrentWeight ?? 0]),
      );
      const text = JSON.stringify({ status, weights });
      if (text !== lastWeights) {
        lastWeights = text;
        tell({ type: 'weights', at: new Date(local.emulator.clock.now()).toISOString(), status, weights });
      }
      if (status === 'InService') whenServing();
    }
    const views = (await ask({ action: 'list', limit: 5 })) as RolloutView[]; // The API answers with views, newest first.
    const found = views.find((view) => view.imageDigest === imageDigest);
    if (found) {
      const view = (await ask({ action: 'get', rolloutId: found.id })) as RolloutView; // The API answers with a view.
      for (const entry of view.entries.filter((candidate) => candidate.seq > seen)) {
        seen = entry.seq;
        tell({ type: 'entry', rolloutId: view.id, at: entry.at, kind: entry.kind, text: entry.text });
      }
      if (view.outcome !== undefined) return view;
    }
    await sleep(lookEveryMs);
  }
}

/** One row of the closing table: the outcome from the record, the requests from the embedded AWS's own count. */
function summaryOf(local: LocalService, view: RolloutView, endpointName: string): RolloutSummary {
  const served = local.emulator.services.sagemaker
    .served(endpointName)
    .find((candidate) => candidate.variantName === view.canary && candidate.endpointConfigName === view.endpointConfigName);
  return {
    id: view.id,
    imageDigest: view.imageDigest,
    outcome: view.outcome ?? view.phase,
    reason: view.reason ?? '',
    canaryRequests: served?.requests ?? 0,
    canaryFailures: served?.errors ?? 0,
    alarmToZeroMs: alarmToZeroMs(local, view, served?.lastRequestAtMs),
    durationSeconds: view.durationSeconds,
  };
}

/** From the moment the alarm that ended a rollout changed its state to the last request its canary got; null where no alarm did. */
function alarmToZeroMs(local: LocalService, view: RolloutView, lastRequestAtMs: number | undefined): number | null {
  if (view.reason !== 'alarm-firing' || lastRequestAtMs === undefined) return null;
  const said = JSON.stringify(view.steps.at(-1)?.verdicts ?? []);
  const alarm = local.emulator.services.cloudwatch.alarms().find(({ name }) => said.includes(JSON.stringify(name)));
  return alarm ? Math.max(0, lastRequestAtMs - alarm.updatedAtMs) : null;
}

function surprisesOf(chapter: Chapter, view: RolloutView): string[] {
  const { outcome, reasons } = chapter.expected;
  const surprises: string[] = [];
  if (view.outcome !== outcome || !reasons.includes(view.reason ?? '')) {
    surprises.push(
      `${chapter.tag} was to end ${outcome} (${reasons.join(' or ')}), it ended ${view.outcome ?? view.phase} (${view.reason ?? 'no reason'}): ${view.text ?? ''}`,
    );
  }
  // Stopped at the first step means that no later one was ever asked for.
  if (outcome === 'RolledBack' && view.steps.length !== 1)
    surprises.push(`${chapter.tag} was to be stopped at its first step, it came to step ${view.steps.length}`);
  if (view.ledgerFlaw !== undefined) surprises.push(`the record of ${view.id} is broken: ${view.ledgerFlaw}`);
  return surprises;
}
