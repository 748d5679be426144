import type { StateValue } from '@aws-sdk/client-cloudwatch';
import { notEmulated } from '../aws-error.ts';
import { invalidRequest } from './errors.ts';

/** What a composite alarm asks of its children. */
export type AlarmRule =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'state'; readonly state: StateValue; readonly alarm: string }
  | { readonly kind: 'not'; readonly of: AlarmRule }
  | { readonly kind: 'and' | 'or'; readonly left: AlarmRule; readonly right: AlarmRule };

const functions: readonly StateValue[] = ['ALARM', 'OK', 'INSUFFICIENT_DATA'];

const bad = (reason: string) => invalidRequest(`AlarmRule must not contain syntax errors: ${reason}`);

/**
 * Reads an `AlarmRule`: `ALARM(name)`, `OK("name or ARN")`, `INSUFFICIENT_DATA(..)`, TRUE, FALSE, AND, OR, NOT, brackets.
 * NOT binds tightest, then AND, then OR.
 *
 * @throws AwsError `ValidationException` on bad syntax, more than 500 elements or more than 100 children
 */
export function parseAlarmRule(source: string): AlarmRule {
  let at = 0;
  let elements = 0;
  const skip = () => {
    at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0;
  };
  const take = (text: string) => {
    skip();
    if (!source.startsWith(text, at)) return false;
    at += text.length;
    return true;
  };
  const word = () => {
    skip();
    return /^[A-Za-z_]+/.exec(source.slice(at))?.[0];
  };
  const takeWord = (text: string) => {
    if (word()?.toUpperCase() !== text) return false;
    at += text.length;
    return true;
  };

  function or(): AlarmRule {
    let left = and();
    while (takeWord('OR')) left = { kind: 'or', left, right: and() };
    return left;
  }
  function and(): AlarmRule {
    let left = not();
    while (takeWord('AND')) left = { kind: 'and', left, right: not() };
    return left;
  }
  function not(): AlarmRule {
    return takeWord('NOT') ? { kind: 'not', of: not() } : primary();
  }
  function primary(): AlarmRule {
    elements++;
    if (take('(')) {
      const inner = or();
      if (!take(')')) throw bad(`expected ")" at position ${at}`);
      return inner;
    }
    const name = word();
    if (name === undefined) throw bad(at >= source.length ? 'unexpected end' : `unexpected "${source[at]}" at position ${at}`);
    const upper = name.toUpperCase();
    at += name.length;
    if (upper === 'TRUE' || upper === 'FALSE') return { kind: 'constant', value: upper === 'TRUE' };
    if (upper === 'AT_LEAST') throw notEmulated('AT_LEAST in an AlarmRule');
    const state = functions.find((known) => known === upper);
    if (!state) throw bad(`unknown function "${name}"`);
    if (!take('(')) throw bad(`expected "(" after ${name}`);
    skip();
    const named = /^(?:"([^"]+)"|([^\s()"]+))\s*\)/.exec(source.slice(at));
    if (!named) throw bad(`${name} needs the name of an alarm`);
    at += named[0].length;
    return { kind: 'state', state, alarm: named[1] ?? named[2] ?? '' };
  }

  const rule = or();
  skip();
  if (at < source.length) throw bad(`unexpected "${source[at]}" at position ${at}`);
  if (elements > 500) throw invalidRequest('AlarmRule must not contain more than 500 elements');
  if (new Set(childrenOf(rule)).size > 100) throw invalidRequest('AlarmRule must not reference more than 100 alarms');
  return rule;
}

/** The alarms a rule names, by name or ARN, in order, each time they stand there. */
export function childrenOf(rule: AlarmRule): string[] {
  switch (rule.kind) {
    case 'constant':
      return [];
    case 'state':
      return [rule.alarm];
    case 'not':
      return childrenOf(rule.of);
    case 'and':
    case 'or':
      return [...childrenOf(rule.left), ...childrenOf(rule.right)];
  }
}

/** @param stateOf a child's state; `undefined` for an alarm that is gone, of which nothing is true */
export function holds(rule: AlarmRule, stateOf: (alarm: string) => StateValue | undefined): boolean {
  switch (rule.kind) {
    case 'constant':
      return rule.value;
    case 'state':
      return stateOf(rule.alarm) === rule.state;
    case 'not':
      return !holds(rule.of, stateOf);
    case 'and':
      return holds(rule.left, stateOf) && holds(rule.right, stateOf);
    case 'or':
      return holds(rule.left, stateOf) || holds(rule.right, stateOf);
  }
}
