import { Command } from '@commander-js/extra-typings';
import type { ActKind } from '../rollout/acts.ts';
import { endpointUrl, output, region } from './options.ts';
import { connect, targetOf } from './target.ts';
import { print } from './terminal.ts';

interface Answer {
  readonly answer: string;
  readonly rolloutId?: string;
  readonly text?: string;
}

/** One command a person's act: they differ in what they ask, not in how. */
function act(kind: ActKind | 'undo', description: string, needsReason: boolean) {
  const command = new Command(kind)
    .description(description)
    .argument('<rollout>', 'id of the rollout')
    .addOption(endpointUrl())
    .addOption(region())
    .addOption(output());
  const withReason = needsReason
    ? command.requiredOption('--reason <text>', 'why; it goes on the record')
    : command.option('--reason <text>', 'why; it goes on the record');
  return withReason.action(async (rolloutId, options) => {
    const ask = await connect(targetOf(options));
    const answer = (await ask({ action: kind, rolloutId, ...(options.reason !== undefined && { reason: options.reason }) })) as Answer; // The API's own answer.
    if (answer.answer === 'rejected' || answer.answer === 'ignored') process.exitCode = 1;
    print(options.output, answer, () => `${answer.rolloutId ?? rolloutId}: ${answer.text ?? answer.answer}`);
  });
}

export const acts = [
  act('approve', 'agree to what a rollout asks a person just now', false),
  act('reject', 'say no to what a rollout asks a person just now: it is undone', false),
  act('pause', 'hold a rollout where it is, watched; resume lets it go on', false),
  act('resume', 'let a paused rollout go on', false),
  act('promote', 'skip the rest of the steps: all the traffic next, unless a gate fails', true),
  act('abort', 'stop a rollout and undo it', false),
  act('undo', 'take a rollout back: by one weight call while it soaks, later by a rollout of what was promoted before it', false),
];
