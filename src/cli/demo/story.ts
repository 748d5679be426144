import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { registry } from '../../app/registry.ts';
import { entriesOf } from '../../containers/archive.ts';
import { overlay } from '../../containers/overlay.ts';
import { packImage } from '../../containers/pack.ts';
import { pushImage } from '../../containers/push.ts';
import { zip } from '../../containers/zip.ts';
import type { DeliverySource } from '../../rollout/spec.ts';
import type { LocalService } from '../local-service.ts';
import { readSpec } from '../spec-file.ts';
import { clientConfig, connect, ecrClient } from '../target.ts';
import { makeAlarms, untilQuiet } from './accuracy-alarms.ts';
import type { Chapter } from './chapters.ts';
import type { DemoEvent, RolloutSummary, Tell } from './events.ts';
import { examples, folderOf } from './examples.ts';
import { follow } from './follow.ts';
import { type Interruption, interruptionOf } from './interruption.ts';
import { approve } from './person.ts';
import { summaryOf } from './summary.ts';
import { surprisesOf, surprisingRamp } from './surprises.ts';
import { startTraffic, type Traffic } from './traffic.ts';
import { WallTimes } from './wall-times.ts';

/** What each version begins as. */
export const beginnings = ['image', 'source'] as const;

/**
 * Tells the story on a running service: applies the delivery, pushes version after version, and watches each to its end.
 *
 * @returns a summary a rollout, and what went otherwise than told; empty if nothing did
 */
export async function tellStory(
  local: LocalService,
  name: keyof typeof examples,
  from: (typeof beginnings)[number],
  requestsPerSecond: number,
  tell: Tell,
  signal: AbortSignal,
): Promise<{ readonly rollouts: readonly RolloutSummary[]; readonly surprises: readonly string[] }> {
  const example = examples[name];
  const folder = folderOf(name);
  const ask = await connect(local.target);
  const read = readSpec(join(folder, 'delivery.yaml'));
  if ('flaws' in read) throw new Error(`examples/${name}/delivery.yaml: ${read.flaws.map((flaw) => flaw.message).join('; ')}`);
  const { endpoint: endpointName } = read.spec.serve;

  tell({ type: 'chapter', chapter: 1, text: 'the training data is uploaded, an alarm made on the accuracy of either variant, the delivery applied' });
  const s3 = new S3Client({ ...clientConfig(local.target), forcePathStyle: true });
  const sageMaker = new SageMakerClient(clientConfig(local.target));
  await s3.send(
    new PutObjectCommand({
      Bucket: local.outputs['ModelBucketName'],
      Key: `${name}/train/train.csv`,
      Body: readFileSync(join(folder, 'data/train.csv')),
    }),
  );
  const alarmNames = await makeAlarms(join(folder, 'alarms'), local.target, tell);
  const apply = async (source: DeliverySource) => {
    const { delivery, revision } = (await ask({ action: 'apply', source })) as { delivery: string; revision: number }; // The API's own answer.
    tell({ type: 'applied', delivery, revision, text: wordsOf(source) });
  };
  let source = from === 'source' ? built(read.source, local, name) : read.source;
  await apply(source);

  const rows = example.rows(readFileSync(join(folder, 'data/held-out.csv'), 'utf8'));
  const { clock } = local.emulator;
  const wallTimes = new WallTimes();
  const summaries: RolloutSummary[] = [];
  const surprises: string[] = [];
  let traffic: Traffic | undefined;
  try {
    for (const [index, chapter] of example.chapters.entries()) {
      tell({ type: 'chapter', chapter: index + 2, text: chapter.text });
      await untilQuiet(alarmNames, local.target, tell, signal);
      if (chapter.revise) {
        source = chapter.revise(source);
        await apply(source);
      }
      const imageDigest = await begin(local, name, chapter, from, s3);
      tell({ type: from === 'source' ? 'uploaded' : 'pushed', tag: chapter.tag, imageDigest });
      const reason = chapter.approval;
      const view = await follow(
        {
          imageDigest,
          endpointName,
          now: () => clock.now(),
          looked: () => wallTimes.read(clock.now(), performance.now()),
          serving: () => (traffic ??= startTraffic({ target: local.target, example: name, endpointName, rows, requestsPerSecond }, clock)),
          answer: reason === undefined ? undefined : (rolloutId) => approve(local.target, rolloutId, reason, tell, signal),
        },
        ask,
        sageMaker,
        tell,
        signal,
      );
      const interruption = await interruptionOf(view, local);
      if (interruption) tell(interruptedEvent(view.id, interruption));
      summaries.push(summaryOf(local, chapter.tag, view, endpointName, interruption, wallTimes));
      surprises.push(...surprisesOf(chapter, view, interruption), ...surprisingRamp(chapter, summaries));
      // A story that has gone another way is not told on.
      if (surprises.length > 0) break;
    }
  } finally {
    await traffic?.stop();
    if (traffic) tell({ type: 'traffic', ...traffic.counts() });
    s3.destroy();
    sageMaker.destroy();
  }
  return { rollouts: summaries, surprises };
}

const interruptedEvent = (rolloutId: string, { alarmName, firedAtMs, heardBy, undoDecidedAtMs, nextLookAtMs }: Interruption): DemoEvent => ({
  type: 'interrupted',
  rolloutId,
  at: new Date(firedAtMs).toISOString(),
  alarmName,
  heardBy,
  alarmToUndoMs: undoDecidedAtMs - firedAtMs,
  alarmToLookMs: nextLookAtMs - firedAtMs,
});

/** What of a delivery the story is about. */
const wordsOf = ({ strategy, serve, gates = [] }: DeliverySource): string =>
  `strategy ${strategy.type}, metrics every ${serve.metricPeriod ?? '60s'}, gates ${gates.map(({ type }) => type).join(', ')}`;

/** The same delivery, told of source code instead of images: each bundle is built by the service itself. */
const built = (source: DeliverySource, { outputs }: LocalService, name: string): DeliverySource => ({
  ...source,
  triggers: [{ type: 'bundle-uploaded', bucket: outputs['ModelBucketName'] ?? '', key: `sources/${name}/*.zip` }],
  build: { repository: `models/${name}` },
});

/** Pushes a version's image, or uploads its source. @returns the image's digest; equal source is built to an equal image */
async function begin(local: LocalService, name: string, chapter: Chapter, from: (typeof beginnings)[number], s3: S3Client): Promise<string> {
  const example = folderOf(name);
  const folder = overlay(join(example, 'image'), ...chapter.changes.map((change) => join(example, 'changes', change)));
  const images = registry(ecrClient(local.target));
  const repository = `models/${name}`;
  try {
    const image = packImage(folder);
    if (from === 'image') return (await pushImage(images, image, { repository, tag: chapter.tag })).digest;
    await images.ensureRepository(repository);
    const Key = `sources/${name}/${chapter.tag}.zip`;
    await s3.send(new PutObjectCommand({ Bucket: local.outputs['ModelBucketName'], Key, Body: zip(entriesOf(folder)) }));
    return image.digest;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
