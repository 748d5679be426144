import { existsSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Command, Option } from '@commander-js/extra-typings';
import type { Report } from '../../containers/checks/report.ts';
import { hostings } from '../../containers/checks/seen.ts';
import { contract } from '../../containers/contract.ts';
import type { Finding } from '../../containers/finding.ts';
import { wipe } from '../../containers/layout.ts';
import { checkContainer, type Wanted } from '../../containers/probe/check.ts';
import { untilInterrupted } from '../interrupt.ts';
import { output } from '../options.ts';
import { print, styled } from '../terminal.ts';
import { channels, duration, engine, environment, fileBytes, hyperParameters, modelData, repeated } from './options.ts';

export const check = new Command('check')
  .description('what SageMaker will stumble over in an image: its settings and files, how it serves, how it trains, its model')
  .argument('<image>', 'a folder with a Dockerfile, a file docker save wrote, or the name of an image Docker has')
  .option('--serve-only', 'the image need not train')
  .addOption(new Option('--train-only', 'the image need not serve').conflicts('serveOnly'))
  .option('--no-run', 'start nothing: settings, files and the model alone')
  .addOption(engine())
  .option('--model <path>', 'model.tar.gz, or a folder, that serve finds in /opt/ml/model', modelData)
  .addOption(repeated('--train-channel <name=folder>', 'an input channel and the folder or file it holds', channels))
  .addOption(hyperParameters())
  .addOption(environment())
  .option('--content-type <type>', 'of the sample request', 'text/csv')
  .option('--body <file>', 'the sample request’s body; default a line of numbers', fileBytes)
  .option('--instance-type <type>', 'ml.…: the processor it has to run on')
  .addOption(new Option('--hosting <kind>', 'what it shall serve').choices(hostings).default('single' as const))
  .addOption(duration('--startup-timeout <duration>', 'how long serve may take to its first 200', contract.startupMs))
  .addOption(duration('--max-runtime <duration>', 'how long one training run may take here', 600_000))
  .addOption(output())
  .action(async (image, options) => {
    const wanted: Wanted = {
      commands: options.serveOnly ? ['serve'] : options.trainOnly ? ['train'] : ['train', 'serve'],
      hosting: options.hosting,
      ...(options.instanceType !== undefined && { instanceType: options.instanceType }),
      engine: options.run ? options.engine : undefined,
      ...(options.model !== undefined && { model: options.model }),
      channels: options.trainChannel.map(([name, path]) => ({ name, path })),
      hyperParameters: Object.fromEntries(options.hyperparameter),
      environment: Object.fromEntries(options.env),
      request: { contentType: options.contentType, ...(options.body !== undefined && { body: options.body }) },
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
