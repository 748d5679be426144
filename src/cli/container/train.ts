import { basename, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { contract } from '../../containers/contract.ts';
import type { LocalTraining, TrainingEvent, TrainingResult } from '../../containers/local-job.ts';
import { trainLocally } from '../../containers/local-training.ts';
import { checkTrainingRequest } from '../../containers/request-limits.ts';
import { toDuration } from '../../rollout/duration.ts';
import { output, region } from '../options.ts';
import { targetOf } from '../target.ts';
import { print, styled } from '../terminal.ts';
import { environmentNotices, logText, withLocalImage } from './local-run.ts';
import { channels, contentTypes, duration, engine, environment, hostCount, hyperParameters, metrics, type Pair, repeated } from './options.ts';

export const train = new Command('train')
  .description(
    'run an image’s train on this machine under SageMaker’s container contract: Estimator.fit() with instance_type "local", for any language',
  )
  .argument('<image>', 'a folder with a Dockerfile, or an image Docker has')
  .addOption(repeated('--channel <name=folder>', 'an input channel and the folder or file it holds', channels))
  .addOption(repeated('--content-type <name=type>', 'a channel’s ContentType', contentTypes))
  .addOption(hyperParameters())
  .option('--hosts <count>', 'how many hosts, algo-1 and so on', hostCount, 1)
  .addOption(environment())
  .addOption(repeated('--metric <name=regex>', 'a metric of the log: the first group is its value', metrics))
  .addOption(duration('--max-runtime <duration>', 'SIGTERM after so long, SIGKILL 120 s later', contract.maxRuntimeMs))
  .option('--job-name <name>', 'name of the job; default the image’s and the time')
  .option('--artifacts <folder>', 'takes model.tar.gz and output.tar.gz; default a folder of the job’s name')
  .addOption(engine())
  .addOption(region())
  .addOption(output())
  .action(async (source, options) => {
    const jobName = options.jobName ?? jobNameFor(source, new Date());
    const job = {
      jobName,
      region: targetOf(options).region,
      hyperParameters: Object.fromEntries(options.hyperparameter),
      channels: channelsOf(options.channel, options.contentType),
      environment: Object.fromEntries(options.env),
      hostCount: options.hosts,
      metrics: options.metric,
      maxRuntimeMs: options.maxRuntime,
    };
    checkTrainingRequest(job);
    const tell = (event: TrainingEvent) => print(options.output, event, () => eventText(event));
    const notice = (text: string) => tell({ type: 'notice', text });
    for (const text of environmentNotices(job.environment)) notice(text);
    await withLocalImage(source, ['train'], options.engine, notice, async ({ image, engine }, folder, stop) => {
      const result = await trainLocally({ ...job, image }, { engine, folder, artifactsFolder: resolve(options.artifacts ?? jobName), tell, stop });
      if (result.status !== 'Completed' && !stop.aborted) process.exitCode = 1;
      print(options.output, { type: 'result', jobName, ...result }, () => resultText(result));
    });
  });

/** `churn-2026-03-02-14-00-00-000`, as the Python SDK names jobs: unique without asking anybody. */
export function jobNameFor(source: string, now: Date): string {
  const time = now.toISOString().replaceAll(/[T:.]/g, '-').slice(0, -1);
  const base = basename(resolve(source.replace(/[:@].*$/, '')))
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 62 - time.length)
    .replace(/-+$/, '');
  return `${base || 'job'}-${time}`;
}

/** @throws Error for the type of a channel that is not there */
function channelsOf(folders: readonly Pair[], contentTypes: readonly Pair[]): LocalTraining['channels'] {
  const types = new Map(contentTypes);
  const orphan = [...types.keys()].find((name) => !folders.some(([channel]) => channel === name));
  if (orphan !== undefined) throw new Error(`There is no channel "${orphan}" to have a content type: add --channel ${orphan}=<folder>`);
  return folders.map(([name, copyOf]) => {
    const contentType = types.get(name);
    return { name, copyOf, ...(contentType !== undefined && { contentType }) };
  });
}

function eventText(event: TrainingEvent): string {
  switch (event.type) {
    case 'status': {
      const text = `… ${event.status}: ${event.text}`;
      return styled(event.status === 'Failed' ? 'red' : 'dim', text);
    }
    case 'log':
      return logText(event.host, event.line);
    case 'metric':
      return styled('dim', `… ${event.host}: ${event.name} = ${event.value}`);
    case 'ended':
      return styled(event.exitCode === 0 ? 'dim' : 'red', `… ${event.host} ended: ${event.text}`);
    case 'notice':
      return styled('yellow', `… ${event.text}`);
  }
}

export function resultText({ status, secondaryStatus, failureReason, hosts, metrics, model, output, seconds }: TrainingResult): string {
  const lines: string[] = [''];
  if (status === 'Failed') {
    for (const host of hosts.filter(({ exitCode }) => exitCode !== 0)) {
      lines.push(styled('bold', `${host.host}: ${host.text}`));
      if (host.lastLines.length > 0) lines.push('  the end of its log:', ...host.lastLines.map((line) => `    ${line}`));
      if (!host.started) continue;
      lines.push(
        ...(host.failure === ''
          ? ['  it wrote no /opt/ml/output/failure, so the reason says nothing: write one, the most telling text first (CC-64)']
          : [
              `  /opt/ml/output/failure, its first ${contract.failureCharacters} characters:`,
              ...host.failure.split('\n').map((line) => `    ${line}`),
            ]),
      );
    }
    lines.push(styled('red', `FailureReason: ${failureReason ?? ''}`));
  }
  for (const [name, value] of Object.entries(metrics)) lines.push(`${name} = ${value}`);
  for (const path of [model, output]) if (path !== undefined) lines.push(path);
  lines.push(`${secondaryStatus} after ${toDuration(seconds)}`);
  return lines.join('\n');
}
