import { toDuration } from '../rollout/duration.ts';
import { verdictText } from '../rollout/verdict.ts';
import type { RolloutView } from '../view/rollout-view.ts';
import { styled, table } from './terminal.ts';

const colourOf = { Succeeded: 'green', RolledBack: 'yellow', Rejected: 'yellow', Superseded: 'gray', Failed: 'red' } as const;

export const statusText = (view: RolloutView): string => (view.outcome === undefined ? view.phase : styled(colourOf[view.outcome], view.outcome));

/** What a rollout asks, by when, and what follows where nobody answers. */
export const questionText = ({ for: subject, expiresAt, onExpiry }: NonNullable<RolloutView['approval']>): string =>
  `a person to approve ${subject === 'rollout' ? 'the rollout' : `step ${subject + 1}`} by ${expiresAt}, else ${onExpiry}`;

const candidateLines = ({ candidate, phase }: RolloutView): string[] => [
  ...(candidate.source === undefined ? [] : [`  source    ${candidate.source}`]),
  ...(candidate.buildId === undefined ? [] : [`  build     ${candidate.buildId}`]),
  ...(phase === 'Training' && candidate.progress !== undefined ? [`  training  ${candidate.progress}`] : []),
  ...(candidate.packageArn === undefined ? [] : [`  package   ${candidate.packageArn}`]),
  ...(candidate.findings === undefined
    ? []
    : [
        `  scan      ${Object.entries(candidate.findings)
          .map(([severity, count]) => `${count} ${severity}`)
          .join(', ')}`,
      ]),
];

/** What the gates say of the step under way, with their numbers: the record has them only where an answer changed. */
function gateLines({ steps, outcome }: RolloutView): string[] {
  const verdicts = outcome === undefined ? (steps.at(-1)?.verdicts ?? []) : [];
  return verdicts.map((verdict) => `  gate      ${verdict.result}${verdict.observed ? ', observed' : ''}: ${verdictText(verdict)}`);
}

/** A rollout with its whole record, as `sluice get` prints it. */
export function rolloutText(view: RolloutView): string {
  const head = [
    `${styled('bold', view.id)}  ${statusText(view)}${view.reason === undefined ? '' : ` (${view.reason})`}`,
    `  asked by  ${view.request}`,
    `  image     ${view.imageDigest ?? 'not built yet'}${view.imageTag === undefined ? '' : ` (tag ${view.imageTag})`}`,
    ...candidateLines(view),
    `  delivery  ${view.delivery}, revision ${view.revision}`,
    ...(view.endpointName === undefined
      ? []
      : [`  endpoint  ${view.endpointName}: ${view.stable ?? 'nothing'} -> ${view.canary ?? ''}, canary at ${view.canaryPercent} %`]),
    ...Object.entries(view.trainingMetrics).map(([name, value]) => `  training  ${name} ${value}`),
    `  took      ${toDuration(view.durationSeconds)}`,
    ...(view.approval === undefined
      ? []
      : [
          `  asks      ${questionText(view.approval)}: sluice approve ${view.id} --step ${view.approval.for === 'rollout' ? 0 : view.approval.for + 1}`,
        ]),
    ...(view.pausedBy === undefined ? [] : [`  paused    by ${view.pausedBy}: sluice resume ${view.id}`]),
    ...gateLines(view),
    ...(view.text === undefined ? [] : [`  because   ${view.text}`]),
    ...(view.ledgerFlaw === undefined ? [] : [styled('red', `  RECORD    ${view.ledgerFlaw}`)]),
  ];
  return [
    ...head,
    '',
    ...view.entries.map((entry) => `  ${entry.at}  ${entry.kind.padEnd(18)} ${entry.text}${entry.by === undefined ? '' : ` by ${entry.by}`}`),
  ].join('\n');
}

export const rolloutsText = (views: readonly RolloutView[]): string =>
  views.length === 0
    ? 'No rollouts yet: push an image that a delivery subscribes to, or sluice start'
    : table(
        ['ROLLOUT', 'STATUS', 'REASON', 'CANARY', 'STARTED', 'TOOK'],
        views.map((view) => [
          view.id,
          view.outcome ?? view.phase,
          view.reason ?? '',
          `${view.canaryPercent} %`,
          view.startedAt,
          toDuration(view.durationSeconds),
        ]),
      );
