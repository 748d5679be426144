import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Kernel } from '../kernel.ts';
import { chooseRule } from './choice.ts';
import type { Effects, State, TaskState } from './definition.ts';
import { type Execution, ExecutionEnded } from './execution.ts';
import { HistoryFull, whole } from './history.ts';
import { bytesOf, isObject, type Json, payloadLimitBytes } from './json.ts';
import type { Scope } from './jsonata.ts';
import { Retries } from './retry.ts';
import { dataLimitExceeded, matches, StateError } from './state-error.ts';
import { attemptTask } from './task.ts';
import { evaluate, evaluateAs, type Template } from './template.ts';
import type { TaskTokens } from './tokens.ts';
import { waitUntil } from './wait.ts';

/** What a state made of its input, and what follows. */
interface Outcome {
  readonly output: Json;
  readonly assigned: Readonly<Record<string, Json>>;
  /** Unset where the execution has succeeded. */
  readonly next: string | undefined;
}

/** A state being run. */
interface Visit {
  readonly execution: Execution;
  readonly input: Json;
  readonly enteredAtMs: number;
  /** Id of its `...StateEntered`. */
  readonly enteredId: number;
  /** The id `EvaluationFailed` points back to: the event before the state was entered. */
  readonly beforeId: number;
}

/** Runs an execution from its first state to its end. Never rejects but for a bug of the emulator's own. */
export async function runExecution(execution: Execution, kernel: Kernel, tokens: TaskTokens): Promise<void> {
  const { definition } = execution.revision;
  const timer =
    definition.timeoutSeconds === undefined
      ? undefined
      : kernel.clock.after(definition.timeoutSeconds * 1_000, `states/${execution.name}/timeout`, () => execution.end({ status: 'TIMED_OUT' }));
  try {
    let input = JSON.parse(execution.input) as Json; // Checked to be JSON when the execution was started.
    let name: string | undefined = definition.startAt;
    while (name !== undefined) {
      if (execution.machineDeleted) return execution.end({ status: 'ABORTED' });
      const state: State | undefined = definition.states.get(name);
      // The definition's own check lets no transition point to nowhere.
      if (state === undefined) throw new StateError('States.Runtime', `State "${name}" does not exist`);
      const outcome: Outcome = await runState(state, input, execution, kernel, tokens);
      Object.assign(execution.variables, outcome.assigned);
      input = outcome.output;
      name = outcome.next;
    }
    execution.end({ status: 'SUCCEEDED', output: JSON.stringify(input) });
  } catch (error) {
    if (error instanceof ExecutionEnded) return;
    if (error instanceof StateError) return execution.end({ status: 'FAILED', error: error.error, cause: error.causeText });
    execution.end({ status: 'FAILED', error: 'States.Runtime', cause: 'An internal error of the embedded AWS' });
    throw error;
  } finally {
    timer?.cancel();
  }
}

async function runState(state: State, input: Json, execution: Execution, kernel: Kernel, tokens: TaskTokens): Promise<Outcome> {
  const first = execution.history.lastId === 1;
  const beforeId = first ? 0 : execution.history.lastId;
  const enteredId = execution.record(
    `${state.type}StateEntered` as HistoryEventType, // One of `PassStateEntered`, `TaskStateEntered`, ...
    { stateEnteredEventDetails: { name: state.name, input: JSON.stringify(input), inputDetails: whole } },
    beforeId,
  );
  const visit: Visit = { execution, input, enteredAtMs: kernel.clock.now(), enteredId, beforeId };
  const outcome = await (state.type === 'Task'
    ? runTask(state, visit, kernel, tokens)
    : reporting(state, visit, () => runOther(state, visit, kernel)));
  const output = JSON.stringify(outcome.output);
  if (bytesOf(output) > payloadLimitBytes) throw dataLimitExceeded(state.name);
  const names = Object.keys(outcome.assigned);
  if (bytesOf(JSON.stringify(outcome.assigned)) > payloadLimitBytes) throw dataLimitExceeded(state.name);
  const assigned =
    names.length === 0
      ? {}
      : {
          assignedVariables: Object.fromEntries(names.map((name) => [name, JSON.stringify(outcome.assigned[name])])),
          assignedVariablesDetails: whole,
        };
  execution.record(
    `${state.type}StateExited` as HistoryEventType, // As above.
    { stateExitedEventDetails: { name: state.name, output, outputDetails: whole, ...assigned } },
  );
  return outcome;
}

/** Gives an error AWS's opening words and, where an expression failed, its event. */
async function reporting<T>(state: State, visit: Visit, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StateError) || error instanceof HistoryFull) throw error;
    // A Fail state may name any error it likes; what it says is passed on as it stands.
    if (error.location === undefined && (error.error !== 'States.Runtime' || state.type === 'Fail')) throw error;
    const opening = `An error occurred while executing the state '${state.name}' (entered at the event id #${visit.enteredId}). `;
    const opened = new StateError(
      error.error,
      `${opening}${error.causeText ?? ''}`,
      error.location === undefined ? {} : { location: error.location },
    );
    if (error.location !== undefined) {
      // A bad Wait timestamp is found after the state was entered, all else before: AWS's histories show the difference.
      const previous = state.type === 'Wait' && error.location === 'Timestamp' ? visit.enteredId : visit.beforeId;
      visit.execution.record(
        'EvaluationFailed',
        { evaluationFailedEventDetails: { state: state.name, error: error.error, cause: opened.causeText, location: error.location } },
        previous,
      );
    }
    throw opened;
  }
}

const scopeOf = (visit: Visit, state: State, more: Partial<Scope['states']> = {}, retryCount?: number, token?: string): Scope => ({
  states: {
    input: visit.input,
    ...more,
    context: visit.execution.context(
      { name: state.name, enteredAtMs: visit.enteredAtMs, ...(retryCount === undefined ? {} : { retryCount }) },
      token,
    ),
  },
  variables: { ...visit.execution.variables },
});

/** Computes `Assign` and `Output` side by side: neither sees what the other makes. */
async function apply(
  { assign, output }: Effects,
  scope: Scope,
  fallback: Json,
  prefix = '',
): Promise<{ output: Json; assigned: Readonly<Record<string, Json>> }> {
  const assigned = assign ? await evaluate(assign, scope, `${prefix}Assign`) : {};
  return {
    assigned: isObject(assigned) ? assigned : {},
    output: output ? await evaluate(output, scope, `${prefix}Output`) : fallback,
  };
}

async function runOther(state: Exclude<State, TaskState>, visit: Visit, kernel: Kernel): Promise<Outcome> {
  const scope = scopeOf(visit, state);
  switch (state.type) {
    case 'Pass':
    case 'Succeed':
      return { ...(await apply(state, scope, visit.input)), next: state.next };
    case 'Wait':
      await waitUntil(state, scope, visit.execution, kernel);
      return { ...(await apply(state, scope, visit.input)), next: state.next };
    case 'Choice': {
      const { next, effects, prefix } = await chooseRule(state, scope);
      return { ...(await apply(effects, scope, visit.input, prefix)), next };
    }
    case 'Fail': {
      const text = (template: Template | undefined, field: string) => template && evaluateAs(template, 'string', scope, field);
      throw new StateError((await text(state.error, 'Error')) ?? '', await text(state.cause, 'Cause'));
    }
  }
}

/** A Task, with its retries and catchers. */
async function runTask(state: TaskState, visit: Visit, kernel: Kernel, tokens: TaskTokens): Promise<Outcome> {
  const retries = new Retries(state.retry, kernel.random);
  for (;;) {
    const token = state.resource.waitsForToken ? tokens.draw() : undefined;
    try {
      return await reporting(state, visit, async () => {
        const { execution } = visit;
        const scope = scopeOf(visit, state, {}, retries.count, token);
        const result = await attemptTask(state, { kernel, tokens, execution, token, scope });
        const after = scopeOf(visit, state, { result }, retries.count, token);
        return { ...(await apply(state, after, result)), next: state.next };
      });
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      const delayMs = retries.delayAfter(error);
      if (delayMs === undefined) return caught(state, visit, error, retries.count, token);
      await visit.execution.sleep(delayMs, `states/${visit.execution.name}/${state.name}/retry`);
    }
  }
}

/** What the first matching catcher makes of an error; without one the error goes on. */
async function caught(state: TaskState, visit: Visit, error: StateError, retryCount: number, token: string | undefined): Promise<Outcome> {
  const index = state.catch.findIndex((catcher) => matches(catcher.errorEquals, error));
  const catcher = state.catch[index];
  if (catcher === undefined) throw error;
  const errorOutput = { Error: error.error, Cause: error.causeText ?? '' };
  return reporting(state, visit, async () => ({
    ...(await apply(catcher, scopeOf(visit, state, { errorOutput }, retryCount, token), errorOutput, `Catch[${index}]/`)),
    next: catcher.next,
  }));
}
