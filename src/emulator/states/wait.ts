import type { Kernel } from '../kernel.ts';
import type { WaitState } from './definition.ts';
import type { Execution } from './execution.ts';
import type { Scope } from './jsonata.ts';
import { isTimestamp } from './parse-state.ts';
import { queryEvaluationError, StateError } from './state-error.ts';
import { evaluateAs } from './template.ts';

/** Longest wait AWS takes: a year. */
const longestWaitSeconds = 31_622_400;

/** Waits as the state says, on the emulator's clock; an instant in the past is no wait. */
export async function waitUntil({ name, until }: WaitState, scope: Scope, execution: Execution, kernel: Kernel): Promise<void> {
  let delayMs: number;
  if (until.kind === 'Seconds') {
    const seconds = await evaluateAs(until.template, 'number', scope, 'Seconds');
    if (!Number.isInteger(seconds) || seconds < 0)
      throw queryEvaluationError(`The Seconds field must be a non-negative integer: ${seconds}`, 'Seconds');
    delayMs = seconds * 1_000;
  } else {
    const text = await evaluateAs(until.template, 'string', scope, 'Timestamp');
    if (!isTimestamp(text)) {
      throw queryEvaluationError(`The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`, 'Timestamp');
    }
    delayMs = Date.parse(text) - kernel.clock.now();
  }
  if (delayMs > longestWaitSeconds * 1_000) throw new StateError('States.Runtime', 'Wait state delay is too long.');
  if (delayMs > 0) await execution.sleep(delayMs, `states/${execution.name}/${name}`);
}
