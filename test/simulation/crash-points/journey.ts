import type { Caller } from '../../../src/emulator/iam/caller.ts';
import type { Behaviour } from '../delivery-plan.ts';
import { type Judge, watchOver } from '../judge.ts';
import type { Plan } from '../plan.ts';
import type { RolloutTruth } from '../truth.ts';
import { type Attending, makeWorld, type SimulatedWorld } from '../world.ts';

const bake = '4m';
const bakeSeconds = 240;

/**
 * The delivery that is rolled out again and again: onto an endpoint somebody else made and that serves, a canary at 10 %, a
 * person asked before it gets everything, two kinds of gates, a soak, a second instance of stable's to take away at the end,
 * and a variant that rests and then retires. Nothing trains, and every wait is as short as a delivery may ask for: it is
 * lived through a thousand times.
 */
const plan: Plan = {
  seed: 1,
  rates: {},
  safetyMs: 0,
  acts: [],
  deliveries: [
    {
      name: 'churn',
      endpointName: 'churn',
      repository: 'models/churn',
      foreign: { of: 'churn', stable: 'main', variants: [{ name: 'main', weight: 3, instances: 2 }] },
      requestsPerSecond: 20,
      alarmed: true,
      // They go an hour after the end, which is as long again as all of the rollout.
      leavesAlarms: false,
      steps: [
        { canaryPercent: 10, bakeSeconds, asksPerson: false },
        { canaryPercent: 100, bakeSeconds, asksPerson: true },
      ],
      source: {
        name: 'churn',
        triggers: [{ type: 'image-pushed', repository: 'models/churn' }],
        serve: { endpoint: 'churn', instanceType: 'ml.m5.large', stableVariant: 'main' },
        strategy: {
          type: 'canary',
          steps: [
            { canaryPercent: 10, bake },
            { canaryPercent: 100, bake, approval: { expires: '1h' } },
          ],
        },
        gates: [
          { type: 'smoke', requests: [{ contentType: 'text/csv', body: '1,2,3' }] },
          { type: 'metric-threshold', metric: { name: 'Invocation5XXErrors' }, max: 0.02 },
          { type: 'alarm', alarmNames: ['{variant}-errors'] },
        ],
        soak: '1m',
        retire: { after: '5m' },
      },
    },
  ],
};

const good: Behaviour = { errorRate: 0, latencyMs: 20 };

/** One way a rollout may go from its push to its end while nothing dies. */
interface Journey {
  readonly image: Behaviour;
  readonly outcome: 'Succeeded' | 'RolledBack';
  /** Something that happens on the way; nothing where it is left out. */
  readonly onTheWay?: (world: SimulatedWorld) => void;
}

/** Whoever stops executions in the console. */
const administrator: Caller = { kind: 'administrator', arn: 'arn:aws:iam::000000000000:user/administrator' };

/** Stops an execution at this very moment. */
export function stopExecution({ emulator: { kernel } }: SimulatedWorld, executionArn: string): void {
  kernel.background('somebody stops an execution', async () => {
    await kernel.cloud.call('sfn', 'StopExecution', { executionArn, error: 'Stopped', cause: 'stopped by hand' }, administrator);
  });
}

/** Somebody stops the walk in the first bake. */
function stopInTheBake(world: SimulatedWorld): void {
  let stopped = false;
  world.keeper.listeners.push({
    onInvocationEnd({ functionName, output }) {
      if (stopped || functionName !== 'sluice-evaluate-gates' || output?.['answer'] !== 'wait') return;
      stopped = true;
      const walk = world.emulator.services.states
        .executions()
        .find(({ status, stateMachineArn }) => status === 'RUNNING' && stateMachineArn.endsWith(':sluice-rollout'));
      if (walk) stopExecution(world, walk.arn);
    },
  });
}

/** What is the same in a later one as in an earlier one is not gone through again: each adds what only it passes. */
export const journeys = {
  promoted: { image: good, outcome: 'Succeeded' },
  /** The canary throws, a gate fails, and stable gets its traffic back. */
  undone: { image: { ...good, errorRate: 0.2 }, outcome: 'RolledBack' },
  /** The walk is stopped, and another undoes what it did. */
  recovered: { image: good, outcome: 'RolledBack', onTheWay: stopInTheBake },
} as const satisfies Readonly<Record<string, Journey>>;
export type JourneyName = keyof typeof journeys;
export const journeyNames = Object.keys(journeys) as JourneyName[]; // Its own keys.

/** A person answers what they are asked after this time, emulator milliseconds. */
const answerMs = 30_000;
/**
 * How long it has to be quiet before it is over, emulator milliseconds: a function that died is called again within minutes,
 * and every sweep comes by once. Where only sweeps are left to set things right: a rollout nobody walks is found within ten
 * minutes, a lock nobody gave back when its lease, the longest function and a sweep have passed.
 */
const quietMs = { called: 6 * 60_000, swept: 25 * 60_000 };

/** What is left to set things right before the rollout has ended, and after. */
export interface Leaves {
  readonly before: keyof typeof quietMs;
  readonly after: keyof typeof quietMs;
}
/** Undo may wait for an endpoint that is busy, and sweeps come by every five minutes; hours are no bounded time for one rollout. */
const longestMs = 6 * 3_600_000;

/** The rollout, once it is there. */
export const rolloutOf = ({ keeper }: SimulatedWorld): RolloutTruth | undefined => [...keeper.truth.rollouts.values()][0];

/** What it is rolled out to. */
export const endpointName = 'churn';

/**
 * Makes the world, pushes the image, answers what is asked, and lets time pass until nothing comes any more.
 *
 * @param attend who looks on or has a hand in it, from the push on: asked with the world that then exists
 * @param look at what came of it, while it is still there
 * @param leaves whom what goes wrong leaves it to
 * @param trace takes each line of the trace; none is written without it
 */
export async function liveThrough<T>(
  name: JourneyName,
  packageFolder: string,
  attend: (world: SimulatedWorld) => Omit<Attending, 'trace'>,
  look: (world: SimulatedWorld, judge: Judge) => T,
  { leaves, trace }: { readonly leaves?: Leaves; readonly trace?: ((line: string) => void) | undefined } = {},
): Promise<T> {
  const [delivery] = plan.deliveries;
  if (!delivery) throw new Error('There is nothing to roll out');
  const { image, onTheWay }: Journey = journeys[name];
  let attending: Omit<Attending, 'trace'> = {};
  const world = await makeWorld(plan, packageFolder, {
    ...(trace && { trace }),
    observe: (kind, data) => attending.observe?.(kind, data),
    faults: {
      crash: (functionName, requestId) => attending.faults?.crash?.(functionName, requestId),
      delivery: (event) => attending.faults?.delivery?.(event) ?? {},
    },
  });
  try {
    attending = attend(world);
    const judge = watchOver(world);
    let acting = 0;
    world.keeper.listeners.push({
      onQuestion(rollout, question, about) {
        world.clock.after(answerMs, 'a person answers', () => {
          acting++;
          // Whoever is refused to the end has done what they could: what becomes of the rollout is judged by itself.
          world
            .answer(rollout.id, 'approve', { for: question.for, ...about })
            .catch(() => {})
            .finally(() => acting--);
        });
      },
    });
    onTheWay?.(world);
    await world.push(delivery, 'v1', 0, image);
    const rest = { isIdle: () => acting === 0, withinMs: longestMs };
    await judge.untilQuiet({ ...rest, quietMs: quietMs[leaves?.before ?? 'called'] });
    await judge.untilNothingRests(longestMs);
    await judge.untilQuiet({ ...rest, quietMs: quietMs[leaves?.after ?? 'called'] });
    return look(world, judge);
  } finally {
    await world.stop();
  }
}
