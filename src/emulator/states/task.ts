import type { HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from '../clock.ts';
import type { Kernel } from '../kernel.ts';
import type { TaskState } from './definition.ts';
import type { Execution } from './execution.ts';
import { type Details, whole } from './history.ts';
import type { Call, Invocation } from './integrations/integration.ts';
import { bytesOf, type Json, payloadLimitBytes } from './json.ts';
import type { Scope } from './jsonata.ts';
import { dataLimitExceeded, StateError } from './state-error.ts';
import { evaluate, evaluateAs } from './template.ts';
import type { TaskTokens } from './tokens.ts';

/** What one attempt needs beside its state. */
export interface Attempt {
  readonly kernel: Kernel;
  readonly tokens: TaskTokens;
  readonly execution: Execution;
  /** Token of this attempt; unset where the task doesn't wait for one. */
  readonly token: string | undefined;
  readonly scope: Scope;
}

interface Limits {
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

/**
 * Runs a task once and writes its events, but for the state's own.
 *
 * @returns the task's result
 * @throws StateError however the task failed; `States.Timeout` after its time-out or a missed heartbeat
 */
export async function attemptTask(state: TaskState, attempt: Attempt): Promise<Json> {
  const { scope } = attempt;
  const args = state.arguments ? await evaluate(state.arguments, scope, 'Arguments') : scope.states.input;
  const limits: Limits = {
    timeoutSeconds: await seconds(state.timeoutSeconds, scope, 'TimeoutSeconds'),
    heartbeatSeconds: await seconds(state.heartbeatSeconds, scope, 'HeartbeatSeconds'),
  };
  const call = state.resource.integration(args);
  const events = eventsOf(state, attempt, args, limits);
  events.scheduled();
  events.started();
  let result: Json;
  try {
    result = await perform(state, attempt, call, limits, events.submitted);
    if (bytesOf(JSON.stringify(result)) > payloadLimitBytes) throw dataLimitExceeded(state.name);
  } catch (error) {
    if (error instanceof StateError && error.error !== 'States.Runtime') events.failed(error);
    throw error;
  }
  events.succeeded(result);
  return result;
}

/**
 * A task's time-out in milliseconds of the emulator's clock. Where it bounds a function's computing it is wall time, as the function's own
 * time-out is: a scaled clock hurries no computing, and of 900 s it would leave 15. A wait for a token is a wait, in emulator time.
 */
export function timeoutMsOf(timeoutSeconds: number, waitsForFunction: boolean, { kind, rate }: Pick<Clock, 'kind' | 'rate'>): number {
  return timeoutSeconds * 1_000 * (waitsForFunction && kind === 'scaled' ? rate : 1);
}

async function seconds(template: TaskState['timeoutSeconds'], scope: Scope, field: string): Promise<number | undefined> {
  if (template === undefined) return undefined;
  const value = await evaluateAs(template, 'number', scope, field);
  if (Number.isInteger(value) && value > 0 && value <= 99_999_999) return value;
  throw new StateError('States.QueryEvaluationError', `The field '${field}' must be a positive integer of at most 99999999: ${value}`, {
    location: field,
  });
}

/** Makes the call; with a token, the answer that counts is the token's. */
function perform(
  state: TaskState,
  { kernel, tokens, execution, token }: Attempt,
  call: Call,
  limits: Limits,
  submitted: (answer: Json) => void,
): Promise<Json> {
  const invocation: Invocation = {
    kernel,
    caller: () => kernel.cloud.assume(execution.revision.roleArn, 'states.amazonaws.com', execution.stateMachineArn),
    executionArn: execution.arn,
    stateMachineArn: execution.stateMachineArn,
  };
  return execution.waitFor<Json>((resolve, reject) => {
    const label = `states/${execution.name}/${state.name}`;
    const cancels: (() => void)[] = [];
    if (limits.timeoutSeconds !== undefined) {
      const timeoutMs = timeoutMsOf(limits.timeoutSeconds, token === undefined && state.resource.resourceType === 'lambda', kernel.clock);
      const timer = kernel.clock.after(timeoutMs, `${label}/timeout`, () => reject(new StateError('States.Timeout')));
      cancels.push(() => timer.cancel());
    }
    let waits = true;
    cancels.push(() => {
      waits = false;
    });
    if (token !== undefined) {
      let cancelHeartbeat = () => {};
      const heartbeat = () => {
        cancelHeartbeat();
        if (limits.heartbeatSeconds === undefined) return;
        const missed = () => reject(new StateError('States.Timeout', undefined, { alsoNamed: ['States.HeartbeatTimeout'] }));
        const timer = kernel.clock.after(limits.heartbeatSeconds * 1_000, `${label}/heartbeat`, missed);
        cancelHeartbeat = () => timer.cancel();
      };
      heartbeat();
      tokens.wait({ token, executionArn: execution.arn, stateName: state.name, succeed: resolve, fail: reject, heartbeat });
      cancels.push(() => {
        cancelHeartbeat();
        tokens.close(token);
      });
    }
    call(invocation)
      .then((answer) => {
        if (!waits) return;
        if (token === undefined) resolve(answer);
        else submitted(answer);
      })
      .catch(reject);
    return () => {
      for (const cancel of cancels) cancel();
    };
  });
}

interface TaskEvents {
  readonly scheduled: () => void;
  readonly started: () => void;
  readonly submitted: (answer: Json) => void;
  readonly succeeded: (result: Json) => void;
  readonly failed: (error: StateError) => void;
}

/** The events of a task: `Task...`, or `LambdaFunction...` where the resource is a function itself. */
function eventsOf(state: TaskState, { kernel, execution }: Attempt, args: Json, limits: Limits): TaskEvents {
  const add = (type: HistoryEventType, details: Details = {}) => execution.record(type, details);
  const { resource, resourceType } = state.resource;
  const names = { resourceType, resource };
  const timeoutInSeconds = limits.timeoutSeconds === undefined ? {} : { timeoutInSeconds: limits.timeoutSeconds };
  const output = (value: Json) => ({ output: JSON.stringify(value), outputDetails: whole });
  const failure = ({ error, causeText }: StateError) => ({
    ...(error === '' ? {} : { error }),
    ...(causeText === undefined ? {} : { cause: causeText }),
  });
  if (state.resource.events === 'LambdaFunction') {
    const input = JSON.stringify(args);
    return {
      scheduled: () =>
        add('LambdaFunctionScheduled', { lambdaFunctionScheduledEventDetails: { resource, input, inputDetails: whole, ...timeoutInSeconds } }),
      started: () => add('LambdaFunctionStarted'),
      submitted: () => {},
      succeeded: (result) => add('LambdaFunctionSucceeded', { lambdaFunctionSucceededEventDetails: output(result) }),
      failed: (error) =>
        error.error === 'States.Timeout'
          ? add('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: failure(error) })
          : add('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: failure(error) }),
    };
  }
  const heartbeatInSeconds = limits.heartbeatSeconds === undefined ? {} : { heartbeatInSeconds: limits.heartbeatSeconds };
  const parameters = JSON.stringify(args);
  return {
    scheduled: () =>
      add('TaskScheduled', {
        taskScheduledEventDetails: { ...names, region: kernel.region, parameters, ...timeoutInSeconds, ...heartbeatInSeconds },
      }),
    started: () => add('TaskStarted', { taskStartedEventDetails: names }),
    submitted: (answer) => add('TaskSubmitted', { taskSubmittedEventDetails: { ...names, ...output(answer) } }),
    succeeded: (result) => add('TaskSucceeded', { taskSucceededEventDetails: { ...names, ...output(result) } }),
    failed: (error) =>
      error.error === 'States.Timeout'
        ? add('TaskTimedOut', { taskTimedOutEventDetails: { ...names, ...failure(error) } })
        : add('TaskFailed', { taskFailedEventDetails: { ...names, ...failure(error) } }),
  };
}
