import { setTimeout as sleep } from 'node:timers/promises';
import { Command, Option } from '@commander-js/extra-typings';
import type { VirtualClock } from '../emulator/clock.ts';
import { untilInterrupted } from './interrupt.ts';
import type { LocalService } from './local-service.ts';
import { clockSpeed, engines, output, port, wholeNumber } from './options.ts';
import { print, styled } from './terminal.ts';

/** Under the virtual clock time runs in slices of this many milliseconds. */
const sliceMs = 60_000;

/** How long, in emulator milliseconds, it runs on after somebody's last call: events have to arrive before anything is open. */
const afterCallMs = 300_000;

export const dev = new Command('dev')
  .description('run the packaged service on the embedded AWS until Ctrl-C')
  .option('--port <port>', 'loopback port; 0 picks a free one', port, 4566)
  .addOption(new Option('--clock <clock>', 'real, virtual, or a factor such as 60x').argParser(clockSpeed).default('real' as const))
  .option('--seed <seed>', 'seed of every draw', wholeNumber, 1)
  .addOption(new Option('--engine <engine>', 'how images run').choices(engines).default('process' as const))
  .addOption(output())
  .action(async (options) => {
    await untilInterrupted(async (signal) => {
      // Reads of a waiting command are no reason for time to pass; what changes something is.
      let calls = 0;
      const onTrace = (line: string) => {
        if (line.includes('"kind":"wire"') && line.includes(':user/administrator"') && !/"operation":"(Describe|Get|List|BatchCheck)/.test(line))
          calls++;
      };
      const tell = (stage: string) => print(options.output, { type: 'stage', stage }, () => styled('dim', `… ${stage}`));
      // The embedded AWS is loaded by the commands that need it, not by every one.
      const { startLocalService } = await import('./local-service.ts');
      const local = await startLocalService(
        {
          speed: options.clock,
          ...(options.clock === 'virtual' && { onTrace }),
          seed: options.seed,
          port: options.port,
          engine: options.engine,
          signal,
        },
        tell,
      );
      try {
        print(options.output, { type: 'ready', url: local.target.endpointUrl, outputs: local.outputs }, () => readyText(local));
        await (local.emulator.clock.kind === 'virtual'
          ? runVirtually(local, () => calls, signal)
          : new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })));
      } finally {
        await local.stop();
      }
    });
  });

const readyText = ({ target, outputs }: LocalService): string =>
  [
    `The embedded AWS listens on ${styled('bold', target.endpointUrl ?? '')}. In another terminal:`,
    '',
    `  export AWS_ENDPOINT_URL=${target.endpointUrl ?? ''} AWS_REGION=${target.region} AWS_DEFAULT_REGION=${target.region} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test`,
    `  npm exec -- node examples/tumour-classifier/alarms.ts`,
    `  npx sluice apply examples/tumour-classifier/delivery.yaml`,
    `  npx sluice upload examples/tumour-classifier/data/train.csv tumour-classifier/train/train.csv`,
    `  npx sluice push examples/tumour-classifier/image models/tumour-classifier:v1`,
    `  npx sluice list`,
    '',
    `Its bucket for data and models is ${outputs['ModelBucketName'] ?? ''}. Ctrl-C ends it.`,
  ].join('\n');

/** Time runs while an execution is open, and for a while after each call from outside; else it stands still. */
async function runVirtually({ emulator }: LocalService, calls: () => number, signal: AbortSignal): Promise<void> {
  const clock = emulator.clock as VirtualClock; // Asked for by its kind.
  let heard = 0;
  let untilMs = 0;
  while (!signal.aborted) {
    if (calls() !== heard) {
      heard = calls();
      untilMs = clock.now() + afterCallMs;
    }
    const runs = emulator.services.states.openExecutions() > 0 || clock.now() < untilMs;
    if (runs) await clock.advance(sliceMs);
    else await clock.settle();
    await sleep(runs ? 0 : 50);
  }
}
