import { canonicalJson } from '../ledger/chain.ts';
import type { Datapoint, MetricQuery, Metrics, Window } from '../ports/metrics.ts';
import { Refused, Unavailable } from './errors.ts';

interface Asked {
  readonly queries: readonly MetricQuery[];
  readonly window: Window;
  readonly answer: (points: readonly (readonly Datapoint[])[]) => void;
  readonly refuse: (error: unknown) => void;
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));
const leastCommonMultiple = (a: number, b: number): number => (a / greatestCommonDivisor(a, b)) * b;

/** One window over all that was asked, begun where every period begins: else CloudWatch would cut other periods than were asked for. */
function windowOver(asked: readonly Asked[]): Window {
  const stepMs = 1000 * asked.flatMap(({ queries }) => queries.map(({ periodSeconds }) => periodSeconds)).reduce(leastCommonMultiple, 1);
  const startMs = Math.min(...asked.map(({ window }) => window.startMs));
  return { startMs: Math.floor(startMs / stepMs) * stepMs, endMs: Math.max(...asked.map(({ window }) => window.endMs)) };
}

/**
 * Metrics read together: what is asked in the same turn goes out as one read, each query once, whoever else asked it too.
 *
 * Where the read is refused, or a part of it cannot be answered, each asker is answered on its own, so that one metric
 * nobody may read does not hide the others. A throttled read is throttled for all: asking more often would not help.
 */
export function batchedMetrics(metrics: Metrics): Metrics {
  let waiting: Asked[] = [];

  async function ask(): Promise<void> {
    const asked = waiting;
    waiting = [];
    const distinct = new Map(asked.flatMap(({ queries }) => queries.map((query) => [canonicalJson(query), query] as const)));
    try {
      const lists = await metrics.read([...distinct.values()], windowOver(asked));
      const found = new Map([...distinct.keys()].map((key, index) => [key, lists[index] ?? []]));
      const within = (points: readonly Datapoint[], { startMs, endMs }: Window) => points.filter(({ atMs }) => atMs >= startMs && atMs < endMs);
      for (const { queries, window, answer } of asked) answer(queries.map((query) => within(found.get(canonicalJson(query)) ?? [], window)));
    } catch (error) {
      const alone = asked.length > 1 && (error instanceof Refused || error instanceof Unavailable);
      for (const { queries, window, answer, refuse } of asked) {
        if (alone) void metrics.read(queries, window).then(answer, refuse);
        else refuse(error);
      }
    }
  }

  return {
    ...metrics,
    read: (queries, window) =>
      new Promise((answer, refuse) => {
        if (waiting.length === 0) queueMicrotask(() => void ask());
        waiting.push({ queries, window, answer, refuse });
      }),
  };
}
