import type { Visit } from './record.ts';

/**
 * How a function dies at a point, and what else goes wrong with it.
 *
 * `dies`: once, no more. `stopped`: and the execution that called it is stopped at that very moment, as by a person in the
 * console or a redeploy. `unheard`: and the event that says so is lost. `given-up`: a function that an event called dies
 * each time Lambda tries it again, until nobody does.
 */
export const ways = ['dies', 'stopped', 'unheard', 'given-up'] as const;
export type Way = (typeof ways)[number];

/** A place in the rollout at which a function may die. */
export interface Point {
  /** `promoted/rollout-shift-traffic.1/4-TransactWriteItems/after`: journey, state or function, which kind of its visits, call, side. */
  readonly id: string;
  readonly visit: Visit;
  /** The call, counted from 1. */
  readonly call: number;
  readonly effect: 'before' | 'after';
  readonly ways: readonly Way[];
}

/** One life of the rollout: a point, and how it goes wrong there. */
export interface Strike {
  readonly id: string;
  readonly point: Point;
  readonly way: Way;
}

/** Functions Lambda itself calls again, because it took the event before it ran them. */
const asynchronous: ReadonlySet<string> = new Set(['sluice-start-rollout', 'sluice-signal', 'sluice-recover', 'sluice-sweep']);

const slug = (words: string) =>
  words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/-$/, '');
const placeOf = ({ caller, functionName }: Visit) => slug(caller ? `${caller.machine} ${caller.state}` : functionName.replace(/^sluice-/, ''));

const waysAt = ({ caller, functionName }: Visit): readonly Way[] => {
  if (caller) return ['dies', 'stopped', 'unheard'];
  return asynchronous.has(functionName) ? ['dies', 'given-up'] : ['dies'];
};

/** What makes two visits the same: who called, where the rollout stood, what was called and what was answered. */
const kindOf = (visit: Visit) => [placeOf(visit), visit.standing, visit.answer, ...visit.calls.map(({ name }) => name)].join('\n');

/**
 * Every point of the recorded journeys: before and after each call of each kind of visit. The same tick a second time is
 * not a second point, whichever journey it is on.
 *
 * @returns how many points were left out because an earlier visit is the same
 */
export function pointsOf(visits: readonly Visit[]): { readonly points: readonly Point[]; readonly folded: number } {
  const seen = new Set<string>();
  const kinds = new Map<string, number>();
  const points: Point[] = [];
  let folded = 0;
  for (const visit of visits) {
    const kind = kindOf(visit);
    if (seen.has(kind)) {
      folded += 2 * visit.calls.length;
      continue;
    }
    seen.add(kind);
    const place = placeOf(visit);
    const which = (kinds.get(place) ?? 0) + 1;
    kinds.set(place, which);
    for (const [index, { name }] of visit.calls.entries()) {
      for (const effect of ['before', 'after'] as const) {
        const id = `${visit.journey}/${place}.${which}/${index + 1}-${name.split(' ')[0]}/${effect}`;
        points.push({ id, visit, call: index + 1, effect, ways: waysAt(visit) });
      }
    }
  }
  return { points, folded };
}

/** Calls that leave AWS as it was. */
const reads = /^(Get|BatchGet|Describe|List|Query|Scan)/;

/**
 * Whether a death at a point leaves AWS otherwise than a death at the point before: nothing lies between the answer to a
 * call and the next one, unless both are under way at once, and a read changes nothing.
 */
export function leavesAnother({ visit, call, effect }: Point): boolean {
  const { name = '', beside = false } = visit.calls[call - 1] ?? {};
  if (effect === 'before' && call === 1) return true;
  return !reads.test(name) && (effect === 'after' || beside);
}

/** All strikes at some points; with `lossesPerState` the event is lost once a kind of visit, at its last point, and not at each. */
export function strikesAt(points: readonly Point[], lossesPerState: boolean): readonly Strike[] {
  const last = new Map(points.map((point) => [point.visit, point]));
  return points.flatMap((point) =>
    point.ways
      .filter((way) => !lossesPerState || (way !== 'unheard' && way !== 'given-up') || last.get(point.visit) === point)
      .map((way) => ({ id: `${point.id}/${way}`, point, way })),
  );
}
