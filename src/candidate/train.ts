import type { Ports } from '../ports/ports.ts';
import type { TrainingJob, TrainingRequest } from '../ports/training.ts';
import { Refused } from '../rollout/errors.ts';
import { loadHearing } from '../rollout/hearing.ts';
import { keys } from '../rollout/keys.ts';
import { specOf } from '../rollout/load.ts';
import { lookAgainSeconds } from '../rollout/pace.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { acceptancesOf } from './accept.ts';
import type { TrainSpec } from './train-spec.ts';
import { trainingRequestOf } from './training-request.ts';

export type TrainAnswer = 'skipped' | 'training' | 'completed' | 'failed';
interface Looked {
  readonly answer: TrainAnswer;
  readonly status: string;
}

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

async function look(rollout: Rollout, ports: Pick<Ports, 'rollouts' | 'deliveries' | 'training' | 'settings' | 'clock'>): Promise<Looked> {
  if (rollout.ending) return stop(rollout, ports);
  const { train, ...rest } = await specOf(rollout, ports);
  // What served before, or was registered, is taken as it was trained then.
  if (rollout.candidate.trainingJobName === undefined && (rollout.candidate.modelDataUrl !== undefined || rollout.candidate.packageArn !== undefined))
    return { answer: 'skipped', status: 'trained before' };
  if (!train || rollout.request.kind === 'again') return { answer: 'skipped', status: 'nothing to train' };
  const spec = { ...rest, train };
  const jobName = rollout.candidate.trainingJobName;
  if (jobName === undefined) return ask(rollout, spec, ports);
  const job = await ports.training.describe(jobName);
  if (!job) return ask(rollout, spec, ports);
  switch (job.status) {
    case 'InProgress':
    case 'Stopping':
    case 'Deleting':
      return tellProgress(rollout, job, ports);
    case 'Completed': {
      if (rollout.candidate.modelDataUrl === undefined) {
        // Without it the image would serve whatever it was built with.
        if (job.modelArtifacts === undefined) return fail(rollout, { message: `training job ${jobName} completed and left no model` }, ports);
        const candidate = { ...rollout.candidate, modelDataUrl: job.modelArtifacts, metrics: job.metrics };
        const metrics = Object.entries(job.metrics).map(([name, value]) => `${name} ${value}`);
        const trained = await ports.rollouts.save(
          { ...rollout, candidate },
          [
            {
              kind: 'trained',
              text: `${jobName} completed${metrics.length > 0 ? `: ${metrics.join(', ')}` : ''}`,
              evidence: { jobName, modelDataUrl: job.modelArtifacts, metrics: job.metrics },
            },
          ],
          ports.clock.now(),
        );
        return judge(trained, spec, ports);
      }
      return judge(rollout, spec, ports);
    }
    case 'Failed':
    case 'Stopped': {
      // MaxRuntimeExceeded, for one, which is another thing than a person's stop.
      const because = job.secondaryStatus.endsWith('Exceeded') ? `: ${job.secondaryStatus}` : '';
      const text = job.failureReason ?? `training job ${jobName} is ${job.status}${because}`;
      const ending = { outcome: 'Failed', reason: job.status === 'Failed' ? 'training-failed' : 'training-stopped', text, page: false } as const;
      if (!rollout.ending)
        await ports.rollouts.save({ ...rollout, ending }, [{ kind: 'trained', text, evidence: { jobName, status: job.status } }], ports.clock.now());
      return { answer: 'failed', status: job.secondaryStatus };
    }
  }
}

/** How far it is, in the record where that changed: what a person sees while a job runs for hours. */
async function tellProgress(rollout: Rollout, job: TrainingJob, ports: Pick<Ports, 'rollouts' | 'clock'>): Promise<Looked> {
  const progress = job.progress === undefined ? job.secondaryStatus : `${job.secondaryStatus}: ${job.progress}`;
  if (rollout.candidate.progress !== progress)
    await ports.rollouts.save({ ...rollout, candidate: { ...rollout.candidate, progress } }, [], ports.clock.now());
  return { answer: 'training', status: job.secondaryStatus };
}

async function ask(
  rollout: Rollout,
  spec: DeliverySpec & { readonly train: TrainSpec },
  ports: Pick<Ports, 'rollouts' | 'training' | 'settings' | 'clock'>,
): Promise<Looked> {
  const jobName = rollout.id;
  let saved = rollout;
  try {
    const request = trainingRequestOf(rollout, spec, ports.settings);
    const { hyperparameters, channels, imageUri, fleet } = request;
    saved = await ports.rollouts.save(
      {
        ...rollout,
        phase: 'Training',
        candidate: { ...rollout.candidate, trainingJobName: jobName },
        watching: [...new Set([...rollout.watching, keys.trainingJob(jobName)])],
      },
      [{ kind: 'training-asked', text: `training job ${jobName} on ${fleetText(fleet)}`, evidence: { imageUri, hyperparameters, channels } }],
      ports.clock.now(),
    );
    // After it was written down: whoever ends a rollout that died in between knows what to take back. Before the job starts:
    // an event that comes at once finds the inbox.
    await ports.rollouts.watch(rollout.id, [keys.trainingJob(jobName)]);
    await ports.training.start(request);
    return { answer: 'training', status: 'Starting' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return fail(saved, error, ports);
  }
}

/** Data that isn't there, a quota, an instance type: what the delivery asked for, and the words of who refused it. */
async function fail(rollout: Rollout, { message: text }: Pick<Refused, 'message'>, ports: Pick<Ports, 'rollouts' | 'clock'>): Promise<Looked> {
  const ending = { outcome: 'Failed', reason: 'training-failed', text, page: false } as const;
  await ports.rollouts.save({ ...rollout, ending }, [{ kind: 'trained', text }], ports.clock.now());
  return { answer: 'failed', status: 'refused' };
}

const fleetText = (fleet: TrainingRequest['fleet']): string =>
  ('instanceGroups' in fleet ? fleet.instanceGroups : [fleet])
    .map(({ instanceType, instanceCount }) => `${instanceCount} ${instanceType}`)
    .join(' and ');

/** Whether the figures are good enough to go on; where not, the rollout is refused before anything is registered or served. */
async function judge(
  rollout: Rollout,
  spec: DeliverySpec & { readonly train: TrainSpec },
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'clock'>,
): Promise<Looked> {
  const { metrics = {}, metricsAccepted } = rollout.candidate;
  if (metricsAccepted || spec.train.accept.length === 0) return { answer: 'completed', status: 'Completed' };
  const liveId = (await ports.deliveries.head(rollout.delivery))?.liveRolloutId;
  const champion = liveId === undefined ? undefined : (await ports.rollouts.find(liveId))?.candidate.metrics;
  const answers = acceptancesOf(spec.train.accept, metrics, champion);
  const refused = answers.filter(({ accepted }) => !accepted);
  const text = (refused.length > 0 ? refused : answers).map((answer) => answer.text).join('; ');
  const draft = { kind: 'metrics-judged', text, evidence: { answers, ...(liveId !== undefined && { champion: liveId }) } } as const;
  if (refused.length === 0) {
    await ports.rollouts.save({ ...rollout, candidate: { ...rollout.candidate, metricsAccepted: true } }, [draft], ports.clock.now());
    return { answer: 'completed', status: 'Completed' };
  }
  const ending = { outcome: 'Rejected', reason: 'metrics-not-accepted', text, page: false } as const;
  await ports.rollouts.save({ ...rollout, ending }, [draft], ports.clock.now());
  return { answer: 'failed', status: 'not accepted' };
}

/** Nobody wants the model any more: the job costs money until it is stopped. */
async function stop(rollout: Rollout, ports: Pick<Ports, 'training'>): Promise<Looked> {
  const jobName = rollout.candidate.trainingJobName;
  const job = jobName === undefined ? undefined : await ports.training.describe(jobName);
  if (jobName !== undefined && job?.status === 'InProgress') await ports.training.stop(jobName);
  return { answer: 'failed', status: job?.secondaryStatus ?? 'not started' };
}
