import type { Definition, State } from './definition.ts';
import type { Diagnostic } from './diagnostics.ts';

interface Transition {
  readonly target: string;
  /** Where the target is written: `/States/S/Choices[0]/Next`. */
  readonly location: string;
}

/** Where a state may lead. */
function transitionsOf(state: State): readonly Transition[] {
  const at = `/States/${state.name}`;
  const transitions: Transition[] = state.next === undefined ? [] : [{ target: state.next, location: `${at}/Next` }];
  if (state.type === 'Choice') {
    for (const [index, { next }] of state.choices.entries()) transitions.push({ target: next, location: `${at}/Choices[${index}]/Next` });
    if (state.default !== undefined) transitions.push({ target: state.default, location: `${at}/Default` });
  }
  if (state.type === 'Task') {
    for (const [index, { next }] of state.catch.entries()) transitions.push({ target: next, location: `${at}/Catch[${index}]/Next` });
  }
  return transitions;
}

const isTerminal = (state: State): boolean =>
  state.type === 'Succeed' || state.type === 'Fail' || (state.type !== 'Choice' && state.next === undefined);

/**
 * Refuses transitions to nowhere, a machine without an end, states nothing leads to. As on AWS a machine without an end
 * is not asked which of its states can be reached.
 */
export function checkTransitions({ startAt, states }: Definition, diagnostics: Diagnostic[]): void {
  const missing = ({ target, location }: Transition) => {
    if (!states.has(target)) diagnostics.push({ code: 'MISSING_TRANSITION_TARGET', message: `Missing 'Next' target: ${target}`, location });
  };
  missing({ target: startAt, location: '/StartAt' });
  for (const state of states.values()) for (const transition of transitionsOf(state)) missing(transition);
  if (![...states.values()].some(isTerminal)) {
    diagnostics.push({ code: 'MISSING_END_STATE', message: 'Workflow has no terminal state', location: undefined });
    return;
  }
  const reached = new Set<string>();
  const open = [startAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = states.get(name);
    if (state === undefined || reached.has(name)) continue;
    reached.add(name);
    for (const { target } of transitionsOf(state)) open.push(target);
  }
  for (const name of states.keys()) {
    if (!reached.has(name))
      diagnostics.push({ code: 'MISSING_TRANSITION_TARGET', message: `State "${name}" is not reachable.`, location: `/States/${name}` });
  }
}
