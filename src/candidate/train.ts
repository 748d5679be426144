import type { Ports } from '../ports/ports.ts';
import { Refused } from '../rollout/errors.ts';
import { loadHearing } from '../rollout/hearing.ts';
import { keys } from '../rollout/keys.ts';
import { specOf, tagsOf } from '../rollout/load.ts';
import { lookAgainSeconds } from '../rollout/pace.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';

export type TrainAnswer = 'skipped' | 'training' | 'completed' | 'failed';

/**
 * Starts the training job, or looks how it stands: asked again and again until it answers something else than
 * `training`. The job's name is the rollout's id, so asking twice starts one job.
 */
export async function train(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'training' | 'settings' | 'clock'>,
): Promise<{ readonly answer: TrainAnswer; readonly status: string; readonly waitSeconds: number }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  return { ...(await look(rollout, ports)), waitSeconds: lookAgainSeconds(rollout.startedAtMs, ports.clock.now()) };
}

async function look(
  rollout: Rollout,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'training' | 'settings' | 'clock'>,
): Promise<{ readonly answer: TrainAnswer; readonly status: string }> {
  if (rollout.ending) return stop(rollout, ports);
  const spec = await specOf(rollout, ports);
  // An undo rolls out what was trained before.
  if (rollout.candidate.trainingJobName === undefined && rollout.candidate.modelDataUrl !== undefined)
    return { answer: 'skipped', status: 'trained before' };
  if (!spec.train) return { answer: 'skipped', status: 'nothing to train' };
  const jobName = rollout.candidate.trainingJobName;
  if (jobName === undefined) return ask(rollout, spec.train, ports);
  const job = await ports.training.describe(jobName);
  if (!job) return ask(rollout, spec.train, ports);
  switch (job.status) {
    case 'InProgress':
    case 'Stopping':
    case 'Deleting':
      return { answer: 'training', status: job.secondaryStatus };
    case 'Completed': {
      if (rollout.candidate.modelDataUrl === undefined && job.modelArtifacts !== undefined) {
        const candidate = { ...rollout.candidate, modelDataUrl: job.modelArtifacts, metrics: job.metrics };
        const metrics = Object.entries(job.metrics).map(([name, value]) => `${name} ${value}`);
        await ports.rollouts.save(
          { ...rollout, candidate, phase: 'Registering' },
          [
            {
              kind: 'trained',
              text: `${jobName} completed${metrics.length > 0 ? `: ${metrics.join(', ')}` : ''}`,
              evidence: { jobName, modelDataUrl: job.modelArtifacts, metrics: job.metrics },
            },
          ],
          ports.clock.now(),
        );
      }
      return { answer: 'completed', status: job.secondaryStatus };
    }
    case 'Failed':
    case 'Stopped': {
      const text = job.failureReason ?? `training job ${jobName} is ${job.status}`;
      const ending = { outcome: 'Failed', reason: job.status === 'Failed' ? 'training-failed' : 'training-stopped', text, page: false } as const;
      if (!rollout.ending)
        await ports.rollouts.save({ ...rollout, ending }, [{ kind: 'trained', text, evidence: { jobName, status: job.status } }], ports.clock.now());
      return { answer: 'failed', status: job.secondaryStatus };
    }
  }
}

async function ask(
  rollout: Rollout,
  train: NonNullable<DeliverySpec['train']>,
  ports: Pick<Ports, 'rollouts' | 'training' | 'settings' | 'clock'>,
): Promise<{ answer: 'training' | 'failed'; status: string }> {
  const jobName = rollout.id;
  const inBucket = (uri: string) => uri.replace('s3://{bucket}/', `s3://${ports.settings.bucket}/`);
  const saved = await ports.rollouts.save(
    {
      ...rollout,
      phase: 'Training',
      candidate: { ...rollout.candidate, trainingJobName: jobName },
      watching: [...new Set([...rollout.watching, keys.trainingJob(jobName)])],
    },
    [
      {
        kind: 'training-asked',
        text: `training job ${jobName} on ${train.instanceCount} ${train.instanceType}`,
        evidence: { hyperparameters: train.hyperparameters, channels: train.channels },
      },
    ],
    ports.clock.now(),
  );
  // After it was written down: whoever ends a rollout that died in between knows what to take back. Before the job starts:
  // an event that comes at once finds the inbox.
  await ports.rollouts.watch(rollout.id, [keys.trainingJob(jobName)]);
  try {
    await ports.training.start({
      jobName,
      imageUri: saved.candidate.images?.[0] ?? '',
      executionRoleArn: ports.settings.modelRoleArn,
      hyperparameters: train.hyperparameters,
      channels: Object.fromEntries(
        Object.entries(train.channels).map(([name, channel]) => [
          name,
          { uri: inBucket(channel.uri), ...(channel.contentType !== undefined && { contentType: channel.contentType }) },
        ]),
      ),
      environment: train.environment,
      outputUri: `s3://${ports.settings.bucket}/training/${saved.delivery}`,
      instanceType: train.instanceType,
      instanceCount: train.instanceCount,
      volumeGb: train.volumeGb,
      maxRuntimeSeconds: train.maxRuntime,
      metrics: train.metrics,
      tags: tagsOf(saved),
    });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // Data that isn't there, a quota, an instance type: what the delivery asked for, and AWS's own words about it.
    const ending = { outcome: 'Failed', reason: 'training-failed', text: error.message, page: false } as const;
    await ports.rollouts.save({ ...saved, ending }, [{ kind: 'trained', text: error.message }], ports.clock.now());
    return { answer: 'failed', status: 'refused' };
  }
  return { answer: 'training', status: 'Starting' };
}

/** Nobody wants the model any more: the job costs money until it is stopped. */
async function stop(rollout: Rollout, ports: Pick<Ports, 'training'>): Promise<{ answer: 'failed'; status: string }> {
  const jobName = rollout.candidate.trainingJobName;
  const job = jobName === undefined ? undefined : await ports.training.describe(jobName);
  if (jobName !== undefined && job?.status === 'InProgress') await ports.training.stop(jobName);
  return { answer: 'failed', status: job?.secondaryStatus ?? 'not started' };
}
