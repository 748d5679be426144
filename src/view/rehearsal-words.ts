import type { Report } from '../rehearsal/report.ts';
import { toDuration } from '../rollout/duration.ts';

/** A share as percent: `0.4 %`, `12 %`; what is not all never reads `100 %`. */
export function percentText(share: number): string {
  const percent = 100 * share;
  if (percent === 0 || percent === 100) return `${percent} %`;
  if (percent < 0.1) return '< 0.1 %';
  if (percent > 99.9) return '> 99.9 %';
  return `${percent < 10 || percent > 99 ? percent.toFixed(1) : percent.toFixed(0)} %`;
}

const numberText = (value: number): string => (Math.abs(value) < 10 ? String(Number(value.toFixed(1))) : String(Math.round(value)));
/** Without a minus: a canary that was spared by chance saved nobody a bad request. */
const countText = (value: number): string => numberText(Math.max(0, value));
const timeText = (seconds: number): string => toDuration(Math.round(seconds));

/** The figures of a report: what it is, median, p95, mean. */
export function figuresOf(report: Report): readonly (readonly [string, string, string, string])[] {
  const row = (
    title: string,
    spread: Report['secondsTo100'],
    text: (value: number) => string,
  ): readonly (readonly [string, string, string, string])[] => (spread ? [[title, text(spread.median), text(spread.p95), text(spread.mean)]] : []);
  return [
    ...row('time to 100 %', report.secondsTo100, timeText),
    ...row('time until a rollback is in force', report.secondsToRolledBack, timeText),
    ...row('requests the canary served', report.canaryRequests, numberText),
    ...row('failed requests among them', report.failedRequests, numberText),
    ...row('failed beyond stable’s rate', report.excessFailed, countText),
    ...row(`over ${report.slowMs ?? 0} ms beyond stable’s share`, report.excessSlow, countText),
  ];
}

/** What was assumed, a sentence each. */
export const assumptionsOf = (report: Report): readonly string[] => [
  ...report.gates.flatMap(({ path, gate, assumed }) =>
    assumed === undefined ? [] : [`${path} ${gate} is assumed successful: nothing here models ${assumed}`],
  ),
  ...report.agreedPercents.map((percent) => `a person is assumed to agree to the step at ${percent} % at once`),
];

/** `1,000 runs, seed 1; metrics every 60 s, counted after 2m, weights in force after 30s` */
export const settingText = ({ runs, seed, timing }: Report): string =>
  `${runs} ${runs === 1 ? 'run' : 'runs'}, seed ${seed}; metrics every ${timing.periodSeconds} s, counted after ${toDuration(timing.settlingSeconds)}, weights in force after ${toDuration(timing.actuationSeconds)}`;

/** `rolled-back 99 % (97.1 % to 99.8 %)` */
export const outcomeTexts = ({ outcomes }: Report): readonly (readonly [string, string, string])[] =>
  outcomes.map(({ outcome, share, bounds: [low, high] }) => [outcome, percentText(share), `${percentText(low)} to ${percentText(high)}`]);
