import type { Replayed } from '../rehearsal/replay.ts';
import type { Report } from '../rehearsal/report.ts';
import { assumptionsOf, figuresOf, outcomeTexts, percentText } from '../view/rehearsal-words.ts';
import { styled, table } from './terminal.ts';

const shareOf = (report: Report, outcome: string): number => report.outcomes.find((one) => one.outcome === outcome)?.share ?? 0;

function part(report: Report): string[] {
  return [
    styled('bold', `${report.scenario.name} (${report.scenario.says})`),
    table(['outcome', 'share', 'true share, at 95 %'], outcomeTexts(report)),
    `because of: ${Object.entries(report.reasons)
      .map(([reason, runs]) => `${reason} ${runs}`)
      .join(', ')}`,
    table(['', 'median', 'p95', 'mean'], figuresOf(report)),
    '',
  ];
}

/** A replay for a terminal: the answers first, then the figures, then what they rest on. */
export function replayText(replayed: Replayed): string {
  const { caught, good, unfinished, canary, stable } = replayed;
  const told = caught ?? good;
  return [
    `${replayed.from} to ${replayed.to}, ${replayed.periodSeconds} s a period`,
    replayed.says,
    '',
    caught
      ? `Would it have caught ${canary}? Rolled back in ${percentText(shareOf(caught, 'rolled-back'))} of the draws.`
      : `Only ${stable} is replayed: no variant came later that could be taken for a canary.`,
    good
      ? `Would it have stopped a good one? ${stable} against itself is rolled back in ${percentText(shareOf(good, 'rolled-back'))} of ${good.runs} starts.`
      : 'Would it have stopped a good one? The record is too short for any whole rollout.',
    ...(unfinished > 0
      ? [
          `${unfinished} later ${unfinished === 1 ? 'start is' : 'starts are'} left out: the record ends before ${unfinished === 1 ? 'it does' : 'they do'}.`,
        ]
      : []),
    '',
    ...(caught ? part(caught) : []),
    ...(good ? part(good) : []),
    'It assumes:',
    ...[...replayed.assumes, ...(told ? assumptionsOf(told) : [])].map((sentence) => `- ${sentence}`),
  ].join('\n');
}
