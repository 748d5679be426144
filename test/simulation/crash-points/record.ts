import { decodedRequest } from '../../../src/emulator/wire/body.ts';
import { locate } from '../../../src/emulator/wire/locate.ts';
import type { WireRequest } from '../../../src/emulator/wire/message.ts';
import type { SimulatedWorld } from '../world.ts';
import { type JourneyName, journeys, liveThrough, rolloutOf } from './journey.ts';

/** One run of a function of ours, as the undisturbed rollout had it. */
export interface Visit {
  readonly journey: JourneyName;
  /** Its place among all runs since the push, counted from 1. */
  readonly ordinal: number;
  readonly functionName: string;
  /** The state that called it; unset where an event or a person did. */
  readonly caller?: { readonly machine: 'delivery' | 'rollout'; readonly state: string; readonly executionArn: string };
  /** Where the rollout stood when it began: `Progressing 10 %`. */
  readonly standing: string;
  /** What it called, in the order in which it did. */
  readonly calls: readonly {
    /** `UpdateItem LOCK` */
    readonly name: string;
    /** Whether a call before it was still under way. */
    readonly beside: boolean;
  }[];
  /** What it answered; an error's name where it failed. */
  readonly answer: string;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const record = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {});

/** A call by its operation, and the rows it is about where that is a table's. */
function nameOf(request: WireRequest): string {
  const located = locate(request);
  if (!located) return request.path;
  const input = JSON.stringify(located.protocol.read(located.schema(), decodedRequest(request)) ?? {});
  const rows = (key: string) => [...input.matchAll(new RegExp(`":?${key}":\\{"S":"([A-Z]+)`, 'g'))].map((match) => match[1]);
  const named = rows('sk').length > 0 ? rows('sk') : rows('pk');
  return [located.operation, ...new Set(named)].join(' ');
}

/** The rollout's row in a few words: what tells one look at it from another. */
function standingOf(world: SimulatedWorld): string {
  const id = rolloutOf(world)?.id;
  const row = world.keeper.truth.rows().find(({ pk, sk }) => pk === `ROLLOUT#${id}` && sk === 'STATE');
  if (!row) return 'nothing';
  const { phase, steps, ending, approval } = JSON.parse(row.item['data']?.S ?? '{}') as {
    phase: string;
    steps: readonly { canaryPercent: number }[];
    ending?: unknown;
    approval?: unknown;
  }; // A rollout's row.
  const step = steps.at(-1);
  return [phase, ...(step ? [`${step.canaryPercent} %`] : []), ...(approval ? ['asked'] : []), ...(ending ? ['ending'] : [])].join(' ');
}

/** A task a state machine has asked for and that has not begun. */
interface Asked {
  readonly executionArn: string;
  readonly state: string;
  readonly payload: string;
}

/**
 * Lives through the rollout undisturbed and writes down every run of a function and every call it makes.
 *
 * @throws Error where it does not end as it should: there is nothing to compare with then
 */
export async function recordJourney(journey: JourneyName, packageFolder: string): Promise<readonly Visit[]> {
  const visits: (Omit<Visit, 'calls' | 'answer'> & { readonly requestId: string; readonly calls: Visit['calls'][number][]; answer: string })[] = [];
  const states = new Map<string, string>();
  const asked: Asked[] = [];
  /** The run that begins: it asks for its crash right after the trace has told of it. */
  let beginning: Omit<Visit, 'ordinal' | 'calls' | 'answer'> | undefined;

  function onState(data: Readonly<Record<string, unknown>>): void {
    const executionArn = text(data['execution']);
    const type = text(data['type']);
    if (type === 'TaskStateEntered') states.set(executionArn, text(data['name']));
    if (type !== 'TaskScheduled' || data['parameters'] === undefined) return;
    const parameters = record(JSON.parse(text(data['parameters'])));
    asked.push({ executionArn, state: states.get(executionArn) ?? '', payload: JSON.stringify(parameters['Payload']) });
  }

  return liveThrough(
    journey,
    packageFolder,
    (world) => ({
      observe(kind, data) {
        if (kind === 'state') onState(data);
        if (kind !== 'lambda') return;
        if (data['phase'] === 'start') {
          const at = asked.findIndex(({ payload }) => payload === JSON.stringify(data['input']));
          const [task] = at === -1 ? [] : asked.splice(at, 1);
          beginning = {
            journey,
            functionName: text(data['function']),
            standing: standingOf(world),
            ...(task && {
              caller: {
                machine: task.executionArn.includes(':sluice-delivery:') ? ('delivery' as const) : ('rollout' as const),
                state: task.state,
                executionArn: task.executionArn,
              },
            }),
          };
        }
        const visit = data['phase'] === 'end' ? visits.find(({ requestId }) => requestId === data['requestId']) : undefined;
        if (visit) visit.answer = data['error'] === undefined ? text(record(data['output'])['answer']) : text(record(data['error'])['errorType']);
      },
      faults: {
        crash(functionName, requestId) {
          if (beginning?.functionName !== functionName) throw new Error(`${functionName} began, and the trace had not told of it`);
          const visit: (typeof visits)[number] = { ...beginning, ordinal: visits.length + 1, requestId, calls: [], answer: '' };
          visits.push(visit);
          let underWay = 0;
          return {
            at: (_call, request) => void visit.calls.push({ name: nameOf(request), beside: underWay++ > 0 }),
            answered: () => void underWay--,
            happens() {},
          };
        },
      },
    }),
    (world, judge) => {
      const violation = judge.verdict();
      const ended = rolloutOf(world)?.ended;
      if (violation) throw new Error(`Undisturbed, "${journey}" violates ${violation.invariant}: ${violation.text}`);
      if (ended?.outcome !== journeys[journey].outcome) throw new Error(`Undisturbed, "${journey}" ended as ${ended?.outcome}: ${ended?.reason}`);
      return visits;
    },
  );
}
