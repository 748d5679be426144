import type { ChoiceState, Effects } from './definition.ts';
import type { Scope } from './jsonata.ts';
import { StateError } from './state-error.ts';
import { evaluateAs } from './template.ts';

/** Where a Choice leads: the rule's own effects, or the state's where `Default` is taken. */
export interface Chosen {
  readonly next: string;
  readonly effects: Effects;
  /** What the effects' fields are called in errors: `Choices[1]/`, or nothing. */
  readonly prefix: string;
}

/** The first rule whose condition holds. */
export async function chooseRule(state: ChoiceState, scope: Scope): Promise<Chosen> {
  for (const [index, rule] of state.choices.entries()) {
    const prefix = `Choices[${index}]/`;
    if (await evaluateAs(rule.condition, 'boolean', scope, `${prefix}Condition`)) return { next: rule.next, effects: rule, prefix };
  }
  if (state.default !== undefined) return { next: state.default, effects: state, prefix: '' };
  throw new StateError('States.Runtime', 'Failed to transition out of the state. The state does not point to a next state.');
}
