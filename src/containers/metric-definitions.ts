import { createContext, Script } from 'node:vm';

/** How a training job's metric is read from its log. */
export interface MetricDefinition {
  readonly name: string;
  /** Its first group captures the value. */
  readonly regex: RegExp;
}

/** How long one expression may take over one line, wall milliseconds. One that runs away would hold up all else in the process. */
const patienceMs = 500;
/** Lines from here on are watched whatever the expression, characters: also a modest one takes the square of a long line. */
const longLine = 2_000;
/** A repetition of what holds a repetition or a choice: the time such a one takes may double with each character. */
const mayRunAway = /[*+}|][^()]*\)+[*+{]/;

/** Expressions that ran away once: each further line would cost as much again. */
const givenUp = new WeakSet<RegExp>();

const context = createContext({});
const search = new Script('regex.exec(line)?.[1]');

function captured(regex: RegExp, line: string): string | undefined {
  if (line.length < longLine && !mayRunAway.test(regex.source)) return regex.exec(line)?.[1];
  Object.assign(context, { regex, line });
  return search.runInContext(context, { timeout: patienceMs }) as string | undefined; // What a group captures, or nothing.
}

/**
 * What every definition's first group captures in one line of a log; text that is no number is none.
 *
 * @param giveUp told once of an expression that takes too long, in a sentence; it is not tried on any further line
 */
export function metricsIn(
  line: string,
  definitions: readonly MetricDefinition[],
  giveUp: (sentence: string) => void = () => {},
): { readonly name: string; readonly value: number }[] {
  return definitions.flatMap(({ name, regex }) => {
    if (givenUp.has(regex)) return [];
    try {
      const value = Number.parseFloat(captured(regex, line) ?? '');
      return Number.isFinite(value) ? [{ name, value }] : [];
    } catch (error) {
      // Of another realm: no instance of our Error.
      if ((error as { readonly code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      givenUp.add(regex);
      giveUp(
        `metric "${name}" is read no more: its expression ${String(regex)} took more than ${patienceMs} ms over one line; repeat nothing that holds a repetition`,
      );
      return [];
    }
  });
}
