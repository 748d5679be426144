import type { Report } from '../rehearsal/report.ts';
import { toDuration } from '../rollout/duration.ts';
import { assumptionsOf, figuresOf, outcomeTexts, percentText, settingText } from '../view/rehearsal-words.ts';
import { styled, table } from './terminal.ts';

const mostWeights = 10;

/** A report for a terminal. */
export function rehearsalText(report: Report): string {
  const { scenario } = report;
  const every = Math.max(1, Math.ceil(report.weights.length / mostWeights));
  const weights = report.weights.filter((_, index) => index % every === 0 || index === report.weights.length - 1);
  const said = (words: Report['gates'][number]['said']) =>
    Object.entries(words)
      .map(([word, share]) => `${word} ${percentText(share)}`)
      .join(', ');
  return [
    styled('bold', `${report.delivery}, ${scenario.name}: ${scenario.says}`),
    settingText(report),
    report.says,
    '',
    table(['outcome', 'share', 'true share, at 95 %'], outcomeTexts(report)),
    `because of: ${Object.entries(report.reasons)
      .map(([reason, runs]) => `${reason} ${runs}`)
      .join(', ')}`,
    '',
    table(['', 'median', 'p95', 'mean'], figuresOf(report)),
    '',
    table(
      ['after', 'weight p5', 'median', 'p95'],
      weights.map(({ seconds, p5, median, p95 }) => [toDuration(seconds), ...[p5, median, p95].map((percent) => `${Number(percent.toFixed(1))} %`)]),
    ),
    ...(report.gates.length === 0
      ? []
      : [
          '',
          table(
            ['gate', 'ended', 'said, of all looks'],
            report.gates.map(({ path, gate, observed, failedFirst, said: words }) => [
              `${path} ${gate}${observed ? ' (observed)' : ''}`,
              `${failedFirst} runs`,
              said(words),
            ]),
          ),
        ]),
    ...assumptionsOf(report).map((sentence) => styled('yellow', sentence)),
  ].join('\n');
}
