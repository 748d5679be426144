import { Command, Option } from '@commander-js/extra-typings';
import type { ActKind } from '../rollout/acts.ts';
import type { RolloutView } from '../view/rollout-view.ts';
import { endpointUrl, output, region, wholeNumber } from './options.ts';
import { questionText } from './rollout-text.ts';
import { connect, targetOf } from './target.ts';
import { print } from './terminal.ts';

interface Answer {
  readonly answer: string;
  readonly rolloutId?: string;
  readonly text?: string;
}

/** Which step an answer is for, as people count: the first is 1, and the rollout as a whole is 0. */
const subject = new Option(
  '--step <n>',
  'the step the answer is for, 1 and up; 0 for the rollout as a whole; unset: what is asked as the rollout is read',
).argParser(wholeNumber);

/**
 * What an answer is bound to: a rollout as it was read. What is asked by the time the answer arrives may be something else,
 * and is not answered by it.
 *
 * @param step as people count: the first is 1, the rollout as a whole is 0; unset: what is asked, else what was approved last, which approving again does not change
 * @throws Error where there is nothing to answer
 */
export function answersOf(kind: 'approve' | 'reject', view: RolloutView, step?: number) {
  const { imageDigest, revision } = view;
  if (imageDigest === undefined) throw new Error(`Cannot ${kind} rollout "${view.id}": its image is not built yet, it is ${view.phase}`);
  if (step !== undefined) return { for: step === 0 ? ('rollout' as const) : step - 1, imageDigest, revision };
  const asked = view.approval ?? (kind === 'approve' ? view.approved.at(-1) : undefined);
  if (asked) return { for: asked.for, imageDigest, revision };
  const stands =
    view.outcome === undefined ? `nobody is being asked for an approval now, it is ${view.phase}` : `the rollout has ended (${view.outcome})`;
  throw new Error(`Cannot ${kind} rollout "${view.id}": ${stands}`);
}

/** One command a person's answer. */
function answer(kind: 'approve' | 'reject', description: string) {
  return new Command(kind)
    .description(description)
    .argument('<rollout>', 'id of the rollout')
    .option('--reason <text>', 'why; it goes on the record')
    .addOption(subject)
    .addOption(endpointUrl())
    .addOption(region())
    .addOption(output())
    .action(async (rolloutId, options) => {
      const ask = await connect(targetOf(options));
      const view = (await ask({ action: 'get', rolloutId })) as RolloutView; // The API answers with a view.
      const answers = answersOf(kind, view, options.step);
      const answered = (await ask({
        action: kind,
        rolloutId,
        answers,
        ...(options.reason !== undefined && { reason: options.reason }),
      })) as Answer; // The API's own answer.
      tell(options.output, rolloutId, answered, view.approval);
    });
}

/** @param approval what the rollout asked as it was read; unset where it asked nothing, or was not read */
function tell(format: 'text' | 'json', rolloutId: string, answered: Answer, approval?: RolloutView['approval']): void {
  if (answered.answer === 'rejected' || answered.answer === 'ignored') process.exitCode = 1;
  const asks = approval ? ` asks ${questionText(approval)}` : '';
  print(
    format,
    { ...answered, ...(approval && { approval }) },
    () => `${answered.rolloutId ?? rolloutId}${asks}: ${answered.text ?? answered.answer}`,
  );
}

/** One command a person's act: they differ in what they ask, not in how. */
function act(kind: Exclude<ActKind, 'approve' | 'reject'> | 'undo', description: string, needsReason: boolean) {
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
    tell(
      options.output,
      rolloutId,
      (await ask({ action: kind, rolloutId, ...(options.reason !== undefined && { reason: options.reason }) })) as Answer, // The API's own answer.
    );
  });
}

export const acts = [
  answer('approve', 'agree to what a rollout asks a person'),
  answer('reject', 'say no to what a rollout asks a person: it is undone'),
  act('pause', 'hold a rollout where it is, watched; resume lets it go on', false),
  act('resume', 'let a paused rollout go on', false),
  act('promote', 'skip the rest of the steps: all the traffic next, unless a gate fails', true),
  act('abort', 'stop a rollout and undo it', false),
  act('undo', 'take a rollout back: by one weight call while it soaks, later by a rollout of what was promoted before it', false),
];
