import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Kernel } from '../kernel.ts';
import { StateError } from './state-error.ts';

/** Most events an execution may have; the last is its `ExecutionFailed`. */
const historyLimit = 25_000;

/** The one `...EventDetails` an event has, if any. */
export type Details = Omit<HistoryEvent, 'timestamp' | 'type' | 'id' | 'previousEventId'>;

/** Only the execution's own end still fits: it fails, and nothing catches that. */
export class HistoryFull extends StateError {
  constructor() {
    super('States.Runtime', `The execution reached the maximum number of history events (${historyLimit}).`);
  }
}

/** What happened in one execution, as `GetExecutionHistory` gives it. */
export class History {
  readonly #events: HistoryEvent[] = [];
  readonly #kernel: Kernel;
  readonly #executionArn: string;

  constructor(kernel: Kernel, executionArn: string) {
    this.#kernel = kernel;
    this.#executionArn = executionArn;
  }

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  /** Id of the newest event; 0 before the first. */
  get lastId(): number {
    return this.#events.length;
  }

  /**
   * Appends an event.
   *
   * @param previousEventId what caused it
   * @returns its id
   * @throws HistoryFull when only the execution's own end still fits
   */
  add(type: HistoryEventType, previousEventId: number, details: Details = {}): number {
    if (this.lastId >= historyLimit - 1 && !type.startsWith('Execution')) {
      throw new HistoryFull();
    }
    const id = this.lastId + 1;
    this.#events.push({ timestamp: new Date(this.#kernel.clock.now()), type, id, previousEventId, ...details });
    this.#kernel.trace.write('state', { execution: this.#executionArn, id, previous: previousEventId, type, ...brief(details) });
    return id;
  }
}

/** What the trace tells of an event: names, errors and texts, not the ceremony around them. */
function brief(details: Details): Record<string, unknown> {
  const told: Record<string, unknown> = {};
  for (const detail of Object.values(details)) {
    for (const [name, value] of Object.entries((detail ?? {}) as Record<string, unknown>)) {
      if (!name.endsWith('Details') && value !== undefined) told[name] = value;
    }
  }
  return told;
}

/** Beside every input and output of an event. */
export const whole = { truncated: false } as const;
