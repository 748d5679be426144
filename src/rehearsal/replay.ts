import { toDuration } from '../rollout/duration.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { chanceOf } from './chance.ts';
import { needsOf } from './needs.ts';
import { presenceOf, recordedSource, type Recording } from './recording.ts';
import { namesOf } from './rehearse.ts';
import { type Report, reportOf } from './report.ts';
import { play, type Run } from './run.ts';
import { timingOf } from './timing.ts';
import { worldOf } from './world.ts';

export interface ReplayOf {
  readonly spec: DeliverySpec;
  readonly recording: Recording;
  readonly seed: number;
  /** Draws of how the requests are split, for the canary that was. */
  readonly draws: number;
  /** From one start of a good rollout to the next, seconds. */
  readonly everySeconds: number;
  /** Which variant was stable, and which to take for the canary; unset: the later one, where there are two. */
  readonly stable?: string | undefined;
  readonly canary?: string | undefined;
}

export interface Replayed {
  readonly says: string;
  readonly assumes: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly periodSeconds: number;
  readonly stable: string;
  /** Null where one variant alone was there. */
  readonly canary: string | null;
  /** The later variant as the canary of a rollout that begins when it came; null without one. */
  readonly caught: Report | null;
  /** Stable against itself, from many starts: every rollback is a false one. Null where the record is too short for any. */
  readonly good: Report | null;
  /** Starts whose rollout the record ended before it did: in neither report's shares. */
  readonly unfinished: number;
}

/** There is nothing to replay: what is missing, and what to do. */
export class NothingRecorded extends Error {
  override name = 'NothingRecorded';
}

const minuteMs = 60_000;
/** What stable did in the six hours before a rollout is its history: starts wait for it, and for no more than a quarter of the record. */
const leadMs = 6 * 3_600_000;

/** From asking for weights to their being in force, as endpoints are seen to take. */
const actuationSeconds = 30;

interface Roles {
  readonly stable: string;
  readonly canary?: string;
}

/** Which variant is which: as named, else the one that came later is the canary, else the one with the most requests is stable. */
export function rolesOf({ recording, stable, canary }: Pick<ReplayOf, 'recording' | 'stable' | 'canary'>): Roles {
  const present = [...recording.variants.keys()].flatMap((name) => {
    const presence = presenceOf(recording, name);
    return presence ? [{ name, ...presence }] : [];
  });
  const known = present.map(({ name }) => name).join(', ');
  for (const name of [stable, canary])
    if (name !== undefined && !present.some((one) => one.name === name))
      throw new NothingRecorded(`Variant "${name}" has no requests in this time; ${known === '' ? 'none has' : `those that have: ${known}`}`);
  const [most] = present.toSorted((a, b) => b.requests - a.requests);
  if (!most)
    throw new NothingRecorded('No variant has any requests in this time: look at --from and --to, and at the names of the variants (--variant)');
  if (stable !== undefined && stable === canary)
    throw new NothingRecorded(`Variant "${stable}" is named as --stable and as --canary: name another one for either`);
  if (stable !== undefined) return { stable, ...(canary !== undefined && { canary }) };
  const others = present.filter(({ name }) => name !== canary);
  if (canary !== undefined) {
    const [other] = others.toSorted((a, b) => a.firstMs - b.firstMs);
    if (!other) throw new NothingRecorded(`Variant "${canary}" is alone in this time: there is nothing to compare it with`);
    return { stable: other.name, canary };
  }
  const [first, ...later] = present.toSorted((a, b) => a.firstMs - b.firstMs);
  // The first that came after the others had begun, while one of them was still there.
  const came = later.find(({ firstMs }) => first && firstMs > first.firstMs && firstMs <= first.lastMs);
  return first && came ? { stable: first.name, canary: came.name } : { stable: most.name };
}

/**
 * A delivery's policy over what was: would it have caught the later variant, and how often would it have rolled back stable against itself.
 *
 * @throws NothingRecorded where the recording has no variant to replay
 */
export async function replay(about: ReplayOf): Promise<Replayed> {
  const { spec, recording, seed, draws, everySeconds } = about;
  const roles = rolesOf(about);
  const timing = timingOf(spec, recording.periodSeconds, actuationSeconds);
  const { slowMs } = needsOf(spec);
  const names = namesOf(spec);
  const tell = (runs: readonly Run[], scenario: Report['scenario']) =>
    reportOf(runs, {
      says: replayed,
      spec,
      scenario,
      seed,
      timing,
      slowMs: slowMs !== undefined && recording.thresholdsMs.includes(slowMs) ? slowMs : undefined,
    });
  let stream = 0;
  async function run(canary: string | undefined, startMs: number, endMs: number): Promise<Run> {
    const source = recordedSource(recording, roles.stable, canary, startMs, endMs);
    const world = worldOf(source, names, startMs, timing.periodSeconds, slowMs, chanceOf(seed, stream), chanceOf(seed, stream + 1));
    stream += 2;
    return play(spec, world, [], names, timing, startMs);
  }

  const cameMs = roles.canary === undefined ? undefined : presenceOf(recording, roles.canary)?.firstMs;
  const caught: Run[] = [];
  if (roles.canary !== undefined && cameMs !== undefined) {
    const lastMs = Math.min(recording.endMs, (presenceOf(recording, roles.canary)?.lastMs ?? 0) + timing.periodSeconds * 1000);
    for (let draw = 0; draw < draws; draw += 1) caught.push(await run(roles.canary, Math.ceil(cameMs / minuteMs) * minuteMs, lastMs));
  }

  const goodEndMs = Math.min(
    recording.endMs,
    (presenceOf(recording, roles.stable)?.lastMs ?? 0) + timing.periodSeconds * 1000,
    cameMs ?? Number.POSITIVE_INFINITY,
  );
  const firstMs = Math.ceil((recording.startMs + Math.min(leadMs, (goodEndMs - recording.startMs) / 4)) / minuteMs) * minuteMs;
  const good: Run[] = [];
  for (let startMs = firstMs; startMs < goodEndMs; startMs += everySeconds * 1000) good.push(await run(undefined, startMs, goodEndMs));
  const finished = good.filter(({ outcome }) => outcome !== 'unfinished');

  return {
    says: replayed,
    assumes: assumptions(recording, roles),
    from: new Date(recording.startMs).toISOString(),
    to: new Date(recording.endMs).toISOString(),
    periodSeconds: recording.periodSeconds,
    stable: roles.stable,
    canary: roles.canary ?? null,
    caught:
      caught.length === 0
        ? null
        : tell(caught, { name: `${roles.canary} as it was`, says: `against ${roles.stable}, ${draws} draws of the split`, good: false }),
    good:
      finished.length === 0
        ? null
        : tell(finished, {
            name: `${roles.stable} against itself`,
            says: `${finished.length} starts, one every ${toDuration(everySeconds)}`,
            good: true,
          }),
    unfinished: good.length - finished.length,
  };
}

const replayed =
  'The core without the wire, over what was recorded: gates, strategy and their arithmetic as they run in the service, with the requests of each period split as the replayed rollout would have split them.';

const assumptions = ({ thresholdsMs, errorMetrics }: Recording, { stable, canary }: Roles): string[] => [
  `errors are ${errorMetrics.join(' or ')}; slow requests are known for ${thresholdsMs.length === 0 ? 'no threshold' : thresholdsMs.map((ms) => `${ms} ms`).join(', ')}`,
  'each period has its recorded requests, and a variant fails and is slow as often as it was recorded to in that period, whatever its share: a fault of load is not seen at another load',
  'requests fail independently of each other within a period; errors and slow answers as well',
  `a weight is in force ${actuationSeconds} s after it is asked for, at the start of the next period`,
  ...(canary === undefined
    ? []
    : [`${canary} is taken for a canary of ${stable} whose rollout began when its first request came; where it had none it does as it did last`]),
  `the good rollouts are ${stable} split at random against itself: what differs between two variants by nature is not in it`,
];
