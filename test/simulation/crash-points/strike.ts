import type { Crash } from '../../../src/emulator/lambda/service.ts';
import type { Violation } from '../judge.ts';
import type { Snapshot } from '../truth.ts';
import type { SimulatedWorld } from '../world.ts';
import { allowedEnds, differencesFromEnd, type Moment } from './ends.ts';
import { endpointName, liveThrough, rolloutOf, stopExecution } from './journey.ts';
import type { Point, Way } from './points.ts';

/** What became of a rollout one of whose functions died. */
export interface Struck {
  /** `Succeeded promoted`; `none` where no rollout came of it, `open` where it has not ended. */
  readonly end: string;
  readonly violation?: Violation;
  readonly simulatedMs: number;
}

/** Every run is watched as those of the recorded rollout were: the same order of things, up to the death. */
const unharmed: Crash = { at: () => undefined, answered() {}, happens() {} };

function momentOf(world: SimulatedWorld, { visit }: Point, way: Way): Moment {
  const rollout = rolloutOf(world);
  const row = world.keeper.truth.rows().find(({ pk, sk }) => pk === `ROLLOUT#${rollout?.id}` && sk === 'STATE');
  const { ending } = JSON.parse(row?.item['data']?.S ?? '{}') as { ending?: { outcome: string } }; // A rollout's row.
  return {
    admitted: row !== undefined,
    touched: (rollout?.mutations.length ?? 0) > 0,
    decided: ending?.outcome,
    ended: rollout?.ended?.outcome,
    stopped: way === 'stopped' || way === 'unheard' ? visit.caller?.machine : undefined,
  };
}

/** What was seen of a rollout on its way. */
interface Seen {
  readonly moment: Moment;
  /** The endpoint at the push. */
  readonly before: Snapshot;
  /** What was not as its outcome says at the moment it ended. */
  readonly atEnd: readonly string[];
}

/** What is wrong with how it ended, if anything is. */
function flawOf(world: SimulatedWorld, { visit }: Point, way: Way, { moment, before, atEnd }: Seen): Violation | undefined {
  const { truth } = world.keeper;
  const rollout = rolloutOf(world);
  const end = rollout ? (rollout.ended?.outcome ?? 'open') : 'none';
  const allowed = allowedEnds(visit, way, moment);
  const flaw = (invariant: string, text: string): Violation => ({
    invariant,
    atMs: truth.nowMs(),
    text,
    about: rollout ? [rollout.id, rollout.delivery.endpointName] : [],
  });
  if (!allowed.includes(end)) {
    return flaw(
      'ends-as-allowed',
      `ended as ${end} (${rollout?.ended?.reason ?? ''}), allowed is ${allowed.join(', ')} after ${JSON.stringify(moment)}`,
    );
  }
  if (!rollout?.ended) return undefined;
  const wrong = [...atEnd, ...differencesFromEnd(truth, rollout, before)];
  if (wrong.length > 0) return flaw('endpoint-is-as-the-outcome-says', `ended as ${end}, and ${wrong.join('; ')}`);
  const told = truth.emulator.services.sns
    .messages(truth.topicArn)
    .some(({ subject, message }) => subject?.includes(`: ${end} (`) === true && message.includes(rollout.id));
  return told ? undefined : flaw('the-end-is-told', `ended as ${end}, and nobody was told`);
}

/**
 * Lives through the rollout with a function that dies at a point.
 *
 * @param trace takes each line of the trace; none is written without it
 * @throws Error where the point is never reached: the rollout went another way than the recorded one
 */
export async function strike(point: Point, way: Way, packageFolder: string, trace?: (line: string) => void): Promise<Struck> {
  let ordinal = 0;
  let doomed: string | undefined;
  let moment: Moment | undefined;
  let before: Snapshot | undefined;
  let atEnd: readonly string[] | undefined;
  let beganAtMs = 0;
  return liveThrough(
    point.visit.journey,
    packageFolder,
    (world) => {
      const { truth, listeners } = world.keeper;
      before = truth.snapshot(endpointName);
      listeners.push({
        onEnded(rollout) {
          if (before) atEnd ??= differencesFromEnd(truth, rollout, before);
        },
      });
      beganAtMs = world.clock.now();
      const happens = () => {
        moment = momentOf(world, point, way);
        const { caller } = point.visit;
        if (caller && moment.stopped !== undefined) stopExecution(world, caller.executionArn);
      };
      return {
        faults: {
          crash(functionName, requestId) {
            // Lambda tries an event again under the request's first id.
            if (way === 'given-up' && requestId === doomed) return { ...unharmed, at: () => 'before' };
            ordinal++;
            if (ordinal !== point.visit.ordinal) return unharmed;
            if (functionName !== point.visit.functionName)
              throw new Error(`Expected ${point.visit.functionName} at ${point.id}, found ${functionName}`);
            doomed = requestId;
            return { ...unharmed, at: (call) => (call === point.call ? point.effect : undefined), happens };
          },
          delivery: ({ detailType }) => ({
            drop: way === 'unheard' && moment !== undefined && detailType === 'Step Functions Execution Status Change',
          }),
        },
      };
    },
    (world, judge) => {
      if (!moment || !before) throw new Error(`${point.id} was never reached`);
      const ended = rolloutOf(world)?.ended;
      const violation = judge.verdict() ?? flawOf(world, point, way, { moment, before, atEnd: atEnd ?? [] });
      return {
        end: ended ? `${ended.outcome} ${ended.reason}` : rolloutOf(world) ? 'open' : 'none',
        ...(violation && { violation }),
        simulatedMs: world.clock.now() - beganAtMs,
      };
    },
    { leaves: { before: way === 'dies' ? 'called' : 'swept', after: point.visit.functionName === 'sluice-sweep' ? 'swept' : 'called' }, trace },
  );
}
