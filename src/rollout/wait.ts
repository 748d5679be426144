import type { Ports } from '../ports/ports.ts';
import type { Signal } from '../ports/rollouts.ts';
import { assertNever } from './errors.ts';
import { keys } from './keys.ts';
import { loadRollout } from './load.ts';
import { isAtRest, prove } from './move.ts';
import { alarmsCountSince, currentStep, type Rollout, type WaitName } from './rollout.ts';

type Needs = Pick<Ports, 'rollouts' | 'builds' | 'packages' | 'training' | 'endpoints' | 'executions' | 'clock'>;

/**
 * Parks a task token, then reads inbox and truth: what happened before anybody listened wakes it at once. After that a
 * signal or the state machine's own time-out ends the wait; either way the next state reads the truth.
 */
export async function wait(rolloutId: string, name: WaitName, token: string, ports: Needs): Promise<void> {
  const rollout = await loadRollout(rolloutId, ports);
  await ports.rollouts.park(rolloutId, { name, token, keys: keysOf(rollout, name) });
  const because = await overBy(rollout, name, ports);
  if (because === undefined) return;
  await ports.executions.wake(token, { woken: because });
  await ports.rollouts.unpark(rolloutId, { name, token });
}

function keysOf(rollout: Rollout, name: WaitName): readonly string[] {
  switch (name) {
    case 'build':
      return [...watched(rollout, keys.build('')), ...always(rollout)];
    case 'training':
      return [...watched(rollout, keys.trainingJob('')), ...always(rollout)];
    case 'image':
      return [...watched(rollout, keys.image('')), ...watched(rollout, keys.pushes('')), ...always(rollout)];
    case 'registration':
    case 'approval':
      return always(rollout);
    case 'endpoint':
      return [...watched(rollout, keys.endpoint('')), ...always(rollout)];
    case 'bake':
      return [...watched(rollout, keys.alarm('')), ...always(rollout)];
    case 'rollout':
      return [keys.rollout(rollout.id)];
    default:
      return assertNever(name, 'wait');
  }
}

/** How many signals of an inbox are about the candidate's image. */
export const newsOfImage = (inbox: readonly Signal[]): number =>
  inbox.filter(({ key }) => key.startsWith(keys.image('')) || key.startsWith(keys.pushes(''))).length;

const watched = (rollout: Rollout, prefix: string): readonly string[] => rollout.watching.filter((key) => key.startsWith(prefix));

/** What people ask wakes every wait, and what they answer in the model registry. */
const always = (rollout: Rollout): readonly string[] => [...watched(rollout, keys.package('')), keys.acts(rollout.id)];

/** Why a wait is over already, if it is. */
async function overBy(rollout: Rollout, name: WaitName, ports: Needs): Promise<string | undefined> {
  const inbox = name === 'rollout' ? [] : await ports.rollouts.inbox(rollout.id);
  // Once the end is decided no task hears acts any more: they must not wake a wait again and again.
  const unheard = rollout.ending ? undefined : inbox.find((signal) => signal.act && !rollout.heardActs.includes(signal.id));
  if (unheard?.act) return `${unheard.act.kind} by ${unheard.act.by}`;
  switch (name) {
    case 'approval':
      return rollout.ending || !rollout.approval ? 'nobody is asked any more' : undefined;
    case 'image':
      if (rollout.ending) return 'the rollout is ending';
      return newsOfImage(inbox) > (rollout.candidate.imageNews ?? 0) ? 'there is news of the image' : undefined;
    case 'registration': {
      const { packageArn } = rollout.candidate;
      if (rollout.ending || packageArn === undefined) return 'there is nothing to wait for';
      const registered = await ports.packages.describe(packageArn);
      if (!registered) return 'the package is gone';
      // Approved, and SageMaker has not finished making it: nothing tells when it has.
      const isMaking = registered.approval === 'Approved' && !registered.ready && registered.failure === undefined;
      return isMaking || registered.approval === 'PendingManualApproval' ? undefined : `the package is ${registered.approval}`;
    }
    case 'build': {
      const { buildId } = rollout.candidate;
      const built = buildId === undefined ? undefined : await ports.builds.describe(buildId);
      return built && built.status !== 'IN_PROGRESS' ? `the build is ${built.status}` : undefined;
    }
    case 'training': {
      const jobName = rollout.candidate.trainingJobName;
      const job = jobName === undefined ? undefined : await ports.training.describe(jobName);
      // One that is on its way out as well: nothing is decided before it has got there.
      const isUnderWay = job?.status === 'InProgress' || job?.status === 'Stopping' || job?.status === 'Deleting';
      return job && !isUnderWay ? `training job is ${job.status}` : undefined;
    }
    case 'endpoint': {
      if (!rollout.placement) return 'nothing is asked of the endpoint';
      const endpoint = await ports.endpoints.describe(rollout.placement.endpointName);
      // Anything but a rest we know is waited out, also a status AWS has added since.
      if (endpoint && !isAtRest(endpoint.EndpointStatus)) return undefined;
      if (!rollout.move) return 'the endpoint rests';
      const proof = prove(rollout.move, endpoint, ports.clock.now());
      return proof.answer === 'pending' ? undefined : `the endpoint's change is ${proof.answer}`;
    }
    case 'bake': {
      const step = currentStep(rollout);
      // A signal the gates know of failed its gate, or may only hold: it must not wake the bake again and again.
      const alarm = inbox.find(
        (signal) =>
          signal.state === 'ALARM' &&
          step !== undefined &&
          signal.atMs >= alarmsCountSince(rollout) &&
          signal.atMs > (step.heard?.[signal.key] ?? Number.NEGATIVE_INFINITY),
      );
      return alarm ? `${alarm.key} is in ALARM` : undefined;
    }
    case 'rollout':
      return rollout.outcome;
    default:
      return assertNever(name, 'wait');
  }
}
