import { readFileSync } from 'node:fs';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { recordedMetrics } from '../app/recorded-metrics.ts';
import { momentOf } from '../rehearsal/moment.ts';
import { recordingOfCsv } from '../rehearsal/recording-csv.ts';
import { recordingOfMetrics } from '../rehearsal/recording-metrics.ts';
import { namesOf } from '../rehearsal/rehearse.ts';
import { replay as replayed } from '../rehearsal/replay.ts';
import { toSeconds } from '../rollout/duration.ts';
import { atLeastOne, endpointUrl, region, wholeNumber } from './options.ts';
import { reportOutput, tellFlaws } from './rehearse.ts';
import { replayText } from './replay-text.ts';
import { readSpec } from './spec-file.ts';
import { clientConfig, targetOf } from './target.ts';
import { print } from './terminal.ts';

const minuteMs = 60_000;

function moment(text: string): number {
  const atMs = momentOf(text);
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/.test(text) || Number.isNaN(atMs))
    throw new InvalidArgumentError('Expected a moment such as 2026-11-22T12:00:00Z, or a day such as 2026-11-22 (UTC).');
  return Math.floor(atMs / minuteMs) * minuteMs;
}

function duration(text: string): number {
  const seconds = toSeconds(text);
  if (seconds === undefined || seconds < 60) throw new InvalidArgumentError('Expected a duration of 1m or more, such as 30m or 6h.');
  return Math.floor(seconds / 60) * 60;
}

export const replay = new Command('replay')
  .description('play a delivery over what CloudWatch, or a CSV, recorded: would it have caught it, and how often would it have stopped a good one')
  .argument('[file]', 'the delivery', 'delivery.yaml')
  .requiredOption('--from <time>', 'ISO 8601, such as 2026-11-22T12:00:00Z', moment)
  .requiredOption('--to <time>', 'ISO 8601, exclusive', moment)
  .option('--csv <file>', 'read this table instead of CloudWatch')
  .option('--variant <name...>', 'variants to read; default those of the delivery')
  .option('--stable <name>', 'which one was stable; default the one that was there first')
  .option('--canary <name>', 'which one to take for the canary; default the one that came later')
  .option('--every <duration>', 'from one start of a good rollout to the next', duration, 3600)
  .option('--runs <n>', 'how often the later variant is replayed, each with other draws of who asks whom', atLeastOne, 100)
  .option('--seed <n>', 'seed of every draw', wholeNumber, 1)
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(reportOutput())
  .action(async (file, options) => {
    const read = readSpec(file);
    if ('flaws' in read) return tellFlaws(options.output, file, read.flaws);
    const { spec } = read;
    const window = { startMs: options.from, endMs: options.to };
    if (window.endMs <= window.startMs) throw new Error('--to has to be later than --from');
    const names = namesOf(spec);
    const recording =
      options.csv === undefined
        ? await recordingOfMetrics(
            spec,
            options.variant ?? [...new Set([names.stable, names.canary, `${spec.name}-a`, `${spec.name}-b`])],
            window,
            recordedMetrics(new CloudWatchClient(clientConfig(targetOf(options)))),
          )
        : recordingOfCsv(readFileSync(options.csv, 'utf8'), window);
    if ('flaws' in recording) return tellFlaws(options.output, options.csv ?? '', recording.flaws);
    const { runs: draws, every: everySeconds, seed, stable, canary } = options;
    const result = await replayed({ spec, recording, seed, draws, everySeconds, stable, canary });
    print(options.output === 'json' ? 'json' : 'text', result, () => replayText(result));
  });
