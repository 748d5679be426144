import type { Random } from '../../src/emulator/random.ts';
import type { Behaviour, CandidateKind, DeliveryPlan } from './delivery-plan.ts';
import { pick } from './draw.ts';
import type { SimulatedWorld } from './world.ts';

/** Something somebody does at a moment of a world's life. */
export interface PlannedAct {
  /** Emulator milliseconds after the world began. */
  readonly afterMs: number;
  readonly delivery: string;
  readonly act: ActName;
  readonly tag: string;
  /** The image: its place among the delivery's images, oldest first. */
  readonly image: number;
  /** What a new image is; unset where an earlier one is meant. */
  readonly candidate?: { readonly kind: CandidateKind; readonly behaviour: Behaviour };
}

/** What may be done, how often, and how. One more act is one entry here. */
export const acts = {
  /** A new image under a tag: maybe one that another image had until now. */
  push: {
    weight: 6,
    needsImage: false,
    async perform(world: SimulatedWorld, delivery: DeliveryPlan, act: PlannedAct) {
      await world.push(delivery, act.tag, act.image, act.candidate?.behaviour ?? {});
    },
  },
  /** An image that was pushed before, pushed again: a way back, or a second tag of what is there. */
  'push-again': {
    weight: 2,
    needsImage: true,
    async perform(world: SimulatedWorld, delivery: DeliveryPlan, act: PlannedAct) {
      await world.pushAgain(delivery, act.tag, act.image);
    },
  },
  /** A person asks for an image by its digest. */
  start: {
    weight: 2,
    needsImage: true,
    async perform(world: SimulatedWorld, delivery: DeliveryPlan, act: PlannedAct) {
      await world.start(delivery, act.image);
    },
  },
  /** A person applies the delivery again, changed in what no rollout under way may see. */
  apply: {
    weight: 1,
    needsImage: true,
    async perform(world: SimulatedWorld, delivery: DeliveryPlan, act: PlannedAct) {
      await world.apply({ ...delivery.source, serve: { ...delivery.source.serve, environment: { REVISION: String(act.afterMs) } } });
    },
  },
  pause: { weight: 0.7, needsImage: true, perform: (world: SimulatedWorld, delivery: DeliveryPlan) => world.say(delivery, 'pause') },
  resume: { weight: 0.7, needsImage: true, perform: (world: SimulatedWorld, delivery: DeliveryPlan) => world.say(delivery, 'resume') },
  /** Skips the rest of the steps. */
  promote: { weight: 0.7, needsImage: true, perform: (world: SimulatedWorld, delivery: DeliveryPlan) => world.say(delivery, 'promote') },
  abort: { weight: 1, needsImage: true, perform: (world: SimulatedWorld, delivery: DeliveryPlan) => world.say(delivery, 'abort') },
  /** Takes the newest rollout back, whether it is under way or has ended. */
  undo: { weight: 0.7, needsImage: true, perform: (world: SimulatedWorld, delivery: DeliveryPlan) => world.say(delivery, 'undo') },
} as const;
export type ActName = keyof typeof acts;

const tags = ['latest', 'v1', 'v2', 'v3', 'v4'] as const;

function drawCandidate(random: Random, delivery: DeliveryPlan, image: number): { kind: CandidateKind; behaviour: Behaviour } {
  const draw = (what: string) => `world/${delivery.name}/image-${image}/${what}`;
  const kind = pick<CandidateKind>(random, draw('kind'), [
    // The first image mostly works: without one that serves there is nothing to protect.
    ['good', image === 0 ? 8 : 4],
    ['throws', 2],
    ['slow', 1],
    ['flaky', 1],
    ['unhealthy', 0.7],
    ['training-fails', delivery.source.train ? 1 : 0],
  ]);
  const base = {
    // Content of its own: no two images are the same.
    answer: JSON.stringify({ predictions: [0.5], image: `${delivery.name}-${image}` }),
    latencyMs: Math.round(random.between(draw('latency'), 15, 40)),
    latencySigma: 0.2,
    errorRate: 0,
    ...(delivery.source.train && { trainSeconds: Math.round(random.between(draw('train'), 60, 400)) }),
  };
  switch (kind) {
    case 'good':
      return {
        kind,
        behaviour: {
          ...base,
          errorRate: pick(random, draw('errors'), [
            [0, 3],
            [0.002, 1],
          ]),
        },
      };
    case 'throws':
      return { kind, behaviour: { ...base, errorRate: Number(random.between(draw('errors'), 0.1, 0.6).toFixed(2)) } };
    case 'slow':
      return { kind, behaviour: { ...base, latencyMs: Math.round(random.between(draw('slow'), 800, 2000)) } };
    case 'flaky':
      return { kind, behaviour: { ...base, failsAfterSeconds: Math.round(random.between(draw('fails-after'), 60, 1500)) } };
    case 'unhealthy':
      return { kind, behaviour: { ...base, healthy: false } };
    case 'training-fails':
      return { kind, behaviour: { ...base, trainExitCode: 1, failureText: 'no such column' } };
  }
}

/** Draws what is done to each delivery: a first push soon, then a few more acts, some of them at once. */
export function planActs(random: Random, deliveries: readonly DeliveryPlan[], safetyMs: number): PlannedAct[] {
  const planned = deliveries.flatMap((delivery) => {
    const draw = (what: string) => `world/${delivery.name}/${what}`;
    const soonMs = Math.round(random.between(draw('first-push-ms'), 0, 300_000));
    const made: PlannedAct[] = [];
    let images = 0;
    const add = (act: ActName, afterMs: number) => {
      const tag = pick(
        random,
        draw('tag'),
        tags.map((name) => [name, 1] as const),
      );
      if (acts[act].needsImage) {
        made.push({ afterMs, delivery: delivery.name, act, tag, image: Math.floor(random.uniform(draw('which-image')) * images) });
        return;
      }
      made.push({ afterMs, delivery: delivery.name, act, tag, image: images, candidate: drawCandidate(random, delivery, images) });
      images++;
    };
    add('push', soonMs);
    const more = pick(random, draw('acts'), [
      [1, 3],
      [2, 4],
      [3, 2],
      [4, 1],
    ]);
    let lastMs = soonMs;
    for (let index = 0; index < more; index++) {
      const name = pick(
        random,
        draw('act'),
        Object.entries(acts).map(([act, { weight }]) => [act as ActName, weight] as const),
      );
      // One in four comes on the heels of the act before.
      const afterMs = random.chance(draw('at-once'), 0.25)
        ? lastMs + Math.round(random.between(draw('heels-ms'), 0, 5000))
        : Math.round(random.between(draw('act-ms'), soonMs, safetyMs));
      add(name, afterMs);
      lastMs = afterMs;
    }
    return made;
  });
  // An image is there only once it was pushed; whoever asks for it earlier finds nothing, as people do.
  return planned.sort((a, b) => a.afterMs - b.afterMs);
}
