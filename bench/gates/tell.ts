import type { Policy } from './policy.ts';
import type { Scenario } from './scenarios.ts';
import type { Score, Summary } from './score.ts';

/** One policy's figures. */
export interface Told {
  readonly policy: Policy;
  /** In the order of the scenarios. */
  readonly scores: readonly Score[];
  readonly summary: Summary;
}

const digits = (value: number | undefined, fraction: number): string => value?.toFixed(fraction) ?? '-';
const requests = (value: number | undefined): string =>
  value !== undefined && Math.abs(value) >= 10_000 ? `${digits(value / 1000, 0)}k` : digits(value, 0);

/** Rows of cells as a Markdown table, columns aligned. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  return lines.toSpliced(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`).join('\n');
}

function byScenario(told: readonly Told[], scenarios: readonly Scenario[], cell: (score: Score) => string): string {
  const ids = new Set(scenarios.map(({ id }) => id));
  return tableOf([
    ['policy', ...ids],
    ...told.map(({ policy, scores }) => [policy.says, ...scores.filter(({ scenario }) => ids.has(scenario)).map(cell)]),
  ]);
}

/** What a person reads: the worlds, a table for good canaries, two for bad ones, and the summary. */
export function tablesOf(told: readonly Told[], scenarios: readonly Scenario[]): string {
  const good = scenarios.filter((scenario) => scenario.good);
  const bad = scenarios.filter((scenario) => !scenario.good);
  const parts = [scenarios.map(({ id, says }) => `${id}  ${says}`).join('\n')];
  if (good.length > 0)
    parts.push(
      'Good canaries: false rollbacks in percent / median minutes to 95 % of the traffic',
      byScenario(told, good, (score) => `${digits(score.falseRollbackPercent, 1)} / ${digits(score.medianMinutesTo95, 1)}`),
    );
  if (bad.length > 0)
    parts.push(
      'Bad canaries: mean (95th percentile) of excess bad requests until their weight is 0, or for four hours',
      byScenario(told, bad, (score) => {
        const missed = score.missedPercent ? `, ${digits(score.missedPercent, 1)}% missed` : '';
        return `${requests(score.meanExcessBad)} (${requests(score.p95ExcessBad)}${missed})`;
      }),
      'Bad canaries: median seconds to the decision / information used, in units of Wald’s limit, mean (median)',
      byScenario(
        told,
        bad,
        (score) => `${digits(score.medianSecondsToDecision, 0)} / ${digits(score.meanWaldRatio, 1)} (${digits(score.medianWaldRatio, 1)})`,
      ),
    );
  parts.push(
    'Over all scenarios',
    tableOf([
      ['policy', 'worst false rollback %', 'worst miss %', 'median minutes to 95 %', 'geometric mean of excess bad', 'weight changes'],
      ...told.map(({ policy, summary, scores }) => [
        policy.says,
        digits(summary.worstFalseRollbackPercent, 1),
        digits(summary.worstMissPercent, 1),
        digits(summary.medianMinutesTo95, 1),
        requests(summary.geometricMeanExcessBad),
        digits(scores.reduce((sum, { meanWeightChanges }) => sum + meanWeightChanges, 0) / scores.length, 1),
      ]),
    ]),
  );
  return parts.join('\n\n');
}
