import type { Entry } from '../../src/ledger/entry.ts';
import type { Act } from '../../src/rollout/acts.ts';
import { acts } from './acts.ts';
import { type Violation, watchOver } from './judge.ts';
import { approvers, beOnCall } from './people.ts';
import type { Plan } from './plan.ts';
import type { Truth } from './truth.ts';
import { makeWorld, type SimulatedWorld } from './world.ts';

/** How a world's life went. */
export interface Played {
  readonly seed: number;
  /** Rollouts that moved traffic. */
  readonly rollouts: number;
  /** Of all rollouts, `Succeeded promoted` and so on. */
  readonly endings: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>;
  /** Acts whose actor was refused to the end. */
  readonly refusedActs: number;
  /** Acts that Sluice's own record says it refused, `approve by event` and so on: told to people, never judged by. */
  readonly actsRefused: Readonly<Record<string, number>>;
  /** The first, at which the world was stopped. */
  readonly violation?: Violation;
}

/** When faults have stopped everything has to end within this time, emulator milliseconds. */
const livenessMs = 24 * 3_600_000;
/** The longest grace of a resting variant, twice, for the update that SageMaker takes back at first; and the time such updates take. */
const restingMs = 10 * 3_600_000;
/** When what a rollout left behind has to be gone, after its end. */
const leavingsMs = 80 * 60_000;
/** What is late or tried again comes within this time of quiet. */
const quietMs = 16 * 60_000;

/**
 * Plays a planned world: first safety, while anything may go wrong and nothing wrong may follow; then liveness, when all
 * is well and everything has to end. Stops at the first violation.
 *
 * @param trace takes each line of the trace; none is written without it
 */
export async function play(plan: Plan, packageFolder: string, trace?: (line: string) => void): Promise<Played> {
  const world = await makeWorld(plan, packageFolder, trace ? { trace } : {});
  try {
    return await playOut(world);
  } finally {
    await world.stop();
  }
}

function actsRefusedIn(truth: Truth): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { sk, item } of truth.rows()) {
    if (!sk.startsWith('LEDGER#')) continue;
    const { kind, by = '', evidence } = JSON.parse(item['data']?.S ?? '{}') as Entry & { evidence?: { act?: Act } }; // As whoever refuses an act writes it.
    if (kind !== 'act-refused' || !evidence?.act) continue;
    const act = by.includes(' through ') ? `${evidence.act.kind} by event` : evidence.act.kind;
    counts.set(act, (counts.get(act) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function playOut(world: SimulatedWorld): Promise<Played> {
  const { plan, clock, emulator, keeper } = world;
  const { truth } = keeper;
  const beganAtMs = clock.now();
  const judge = watchOver(world);

  let acting = 0;
  let refusedActs = 0;
  const acted = (act: Promise<void>) => {
    acting++;
    act.catch(() => refusedActs++).finally(() => acting--);
  };
  keeper.listeners.push(approvers(world, acted));
  for (const act of plan.acts) {
    const delivery = plan.deliveries.find(({ name }) => name === act.delivery);
    if (!delivery) throw new Error(`Nobody can act on "${act.delivery}": there is no such delivery`);
    clock.after(act.afterMs, `act ${act.act}`, () => acted(acts[act.act].perform(world, delivery, act)));
  }
  for (const [name, rate] of Object.entries(plan.rates)) emulator.faults.set(name as keyof typeof plan.rates, rate); // Its keys are names of faults.
  await clock.runUntil(judge.isOver, beganAtMs + plan.safetyMs);
  emulator.faults.heal();
  beOnCall(world, acted);

  const rest = { isIdle: () => acting === 0, quietMs, withinMs: livenessMs };
  await judge.untilQuiet(rest);
  await judge.untilNothingRests(restingMs);
  // What an ended rollout left behind goes an hour after its end, in the next sweep.
  await clock.runUntil(judge.isOver, Math.max(0, ...[...truth.rollouts.values()].map(({ ended }) => ended?.atMs ?? 0)) + leavingsMs);
  await judge.untilQuiet(rest);
  const violation = judge.verdict();

  const endings = new Map<string, number>();
  for (const { ended } of truth.rollouts.values()) {
    const ending = ended ? `${ended.outcome} ${ended.reason}` : 'open';
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
  }
  return {
    seed: plan.seed,
    rollouts: [...truth.rollouts.values()].filter(({ movedTraffic }) => movedTraffic).length,
    endings: Object.fromEntries([...endings].sort(([a], [b]) => (a < b ? -1 : 1))),
    simulatedMs: clock.now() - beganAtMs,
    faults: emulator.faults.counts(),
    refusedActs,
    actsRefused: actsRefusedIn(truth),
    ...(violation && { violation }),
  };
}
