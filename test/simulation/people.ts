import { seededRandom } from '../../src/emulator/random.ts';
import { pick } from './draw.ts';
import type { Listener } from './truth.ts';
import type { SimulatedWorld } from './world.ts';

const minuteMs = 60_000;
/** Whoever is on call looks this often, once faults are over, and stops what waits for a person. */
const onCallMs = 30 * minuteMs;

/** People who react: they answer what they are asked, wrongly now and then, or not at all. Same seed, same people. */
export function approvers(world: SimulatedWorld, acted: (act: Promise<void>) => void): Listener {
  const random = seededRandom(world.plan.seed);
  return {
    onQuestion(rollout, question, about) {
      const draw = (what: string) => `people/${rollout.id}/${question.for}/${what}`;
      const later = (minutes: number, act: () => Promise<void>) => void world.clock.after(minutes * minuteMs, 'a person answers', () => acted(act()));
      const minutes = random.between(draw('after'), 0.5, 25);
      if (random.chance(draw('mistaken'), 0.3)) {
        const wrong = pick(random, draw('mistake'), [
          [{ imageDigest: `sha256:${'0'.repeat(64)}` }, 1],
          [{ revision: about.revision + 1 }, 1],
          [{ for: question.for === 'rollout' ? 0 : ('rollout' as const) }, 1],
        ]);
        later(minutes / 2, () => world.approveByEvent(rollout.id, { for: question.for, ...about, ...wrong }));
      }
      const answer = pick(random, draw('answer'), [
        ['approve', 6],
        ['reject', 1],
        ['nothing', 2],
      ] as const);
      const to = { for: question.for, ...about };
      if (answer === 'approve' && random.chance(draw('by-event'), 0.5)) {
        later(minutes, () => world.approveByEvent(rollout.id, to));
        // Whoever does not know whether it was heard says it again now and then.
        if (random.chance(draw('by-event-again'), 0.2)) {
          later(minutes + random.between(draw('by-event-again-after'), 0, 10), () => world.approveByEvent(rollout.id, to));
        }
      } else if (answer !== 'nothing') later(minutes, () => world.answer(rollout.id, answer, to));
    },
  };
}

/** Looks every half hour from now on, and aborts what is paused or held: only a person can let go of it. */
export function beOnCall(world: SimulatedWorld, acted: (act: Promise<void>) => void): void {
  const { clock, keeper } = world;
  clock.after(onCallMs, 'whoever is on call looks', () => {
    for (const { pk, sk, item } of keeper.truth.rows()) {
      if (!pk.startsWith('ROLLOUT#') || sk !== 'STATE') continue;
      const { id, phase, paused, delivery } = JSON.parse(item['data']?.S ?? '{}') as {
        id: string;
        phase: string;
        paused?: unknown;
        delivery: string;
      }; // A rollout's row.
      const plan = world.plan.deliveries.find(({ name }) => name === delivery);
      if (plan && (phase === 'Paused' || (paused !== undefined && phase !== 'Ended'))) acted(world.say(plan, 'abort', id));
    }
    beOnCall(world, acted);
  });
}
