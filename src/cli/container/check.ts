import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import type { Report } from '../../containers/checks/report.ts';
import { hostings } from '../../containers/checks/seen.ts';
import type { Finding } from '../../containers/finding.ts';
import { wipe } from '../../containers/layout.ts';
import { checkContainer, type Wanted } from '../../containers/probe/check.ts';
import { toSeconds } from '../../rollout/duration.ts';
import { untilInterrupted } from '../interrupt.ts';
import { engines, output } from '../options.ts';
import { print, styled } from '../terminal.ts';

type Pair = readonly [name: string, value: string];

const pairs = (text: string, before: readonly Pair[]): readonly Pair[] => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value.');
  return [...before, [text.slice(0, at), text.slice(at + 1)]];
};

const existing = (path: string): string => {
  if (!existsSync(path)) throw new InvalidArgumentError(`There is no file or folder "${path}".`);
  return path;
};

const channels = (text: string, before: readonly Pair[]): readonly Pair[] => {
  const all = pairs(text, before);
  existing(all.at(-1)?.[1] ?? '');
  return all;
};

function milliseconds(text: string): number {
  const seconds = toSeconds(text);
  if (seconds === undefined) throw new InvalidArgumentError('Expected a duration such as 90s, 6m or 1h.');
  return seconds * 1_000;
}

const none: readonly Pair[] = [];

export const check = new Command('check')
  .description('what SageMaker will stumble over in an image: its settings and files, how it serves, how it trains, its model')
  .argument('<image>', 'a folder with a Dockerfile, a file docker save wrote, or the name of an image Docker has')
  .option('--serve-only', 'the image need not train')
  .option('--no-run', 'start nothing: settings, files and the model alone')
  .addOption(
    new Option('--engine <engine>', 'how it is run; auto is Docker where it answers').choices([...engines, 'auto'] as const).default('auto' as const),
  )
  .option('--model <path>', 'model.tar.gz, or a folder, that serve finds in /opt/ml/model', existing)
  .option('--train-channel <name=path>', 'a channel train finds, with a folder’s or a file’s content; again for more', channels, none)
  .option('--hyperparameter <name=value>', 'again for more', pairs, none)
  .option('--env <name=value>', 'set for serve and train; again for more', pairs, none)
  .option('--content-type <type>', 'of the sample request', 'text/csv')
  .option('--body <file>', 'the sample request’s body; default a line of numbers', existing)
  .option('--instance-type <type>', 'ml.…: the processor it has to run on')
  .addOption(new Option('--hosting <kind>', 'what it shall serve').choices(hostings).default('single' as const))
  .option('--startup-timeout <duration>', 'how long serve may take to its first 200', milliseconds, 480_000)
  .option('--max-runtime <duration>', 'how long one training run may take here', milliseconds, 600_000)
  .addOption(output())
  .action(async (image, options) => {
    const wanted: Wanted = {
      commands: options.serveOnly ? ['serve'] : ['train', 'serve'],
      hosting: options.hosting,
      ...(options.instanceType !== undefined && { instanceType: options.instanceType }),
      engine: options.run ? options.engine : undefined,
      ...(options.model !== undefined && { model: options.model }),
      channels: options.trainChannel.map(([name, path]) => ({ name, path })),
      hyperParameters: Object.fromEntries(options.hyperparameter),
      environment: Object.fromEntries(options.env),
      request: { contentType: options.contentType, ...(options.body !== undefined && { body: readFileSync(options.body) }) },
      startupMs: options.startupTimeout,
      runMs: options.maxRuntime,
    };
    const tell = (stage: string) => {
      // Beside the answer, so that a program reads the answer alone.
      if (options.output === 'text') process.stderr.write(`${styled('dim', `… ${stage}`)}\n`);
    };
    await untilInterrupted(async (signal) => {
      const scratch = mkdtempSync(join(tmpdir(), 'check-'));
      try {
        const answer = await checkContainer(image, wanted, { scratch, tell, signal });
        const failed = answer.findings.some(({ level }) => level === 'error');
        print(options.output, { image, ...answer, outcome: failed ? 'failed' : 'passed' }, () => reportText(named(image), answer));
        if (failed) process.exitCode = 1;
      } finally {
        wipe(scratch);
      }
    });
  });

const named = (image: string): string => (existsSync(image) && statSync(image).isDirectory() ? basename(join(process.cwd(), image)) : image);

const colours = { error: 'red', warning: 'yellow', advice: 'cyan' } as const;

function findingText({ id, level, where, what, fix, evidence }: Finding): string {
  return [
    `${styled(colours[level], `${(id ?? '').padEnd(5)}  ${level.padEnd(7)}`)}  ${where}: ${what}`,
    `                fix: ${fix}`,
    ...(evidence ?? []).map((line) => styled('dim', `                | ${line}`)),
  ].join('\n');
}

/** Findings first, then what was not checked by reason, then the sum. */
export function reportText(
  image: string,
  { findings, passed, notChecked, engine, notes }: Report & { engine?: string; notes: readonly string[] },
): string {
  const reasons = new Map<string, string[]>();
  for (const { id, because } of notChecked) reasons.set(because, [...(reasons.get(because) ?? []), id]);
  const count = (level: Finding['level']) => findings.filter((finding) => finding.level === level).length;
  const counted = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;
  return [
    ...findings.map(findingText),
    ...notes.map((note) => styled('dim', `note    ${note}`)),
    ...[...reasons].map(([because, ids]) => styled('dim', `not checked, because ${because}: ${[...new Set(ids)].join(', ')}`)),
    `${image}${engine === undefined ? '' : ` (${engine})`}: ${counted(passed, 'check')} passed, ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('advice'), 'advice', 'advice')}`,
  ].join('\n');
}
