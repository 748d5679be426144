import { Command, Option } from '@commander-js/extra-typings';
import { toDuration } from '../rollout/duration.ts';
import { haveBaseImage } from './demo/base-image.ts';
import { enterEnvironment } from './demo/environment.ts';
import type { DemoEvent, RolloutSummary } from './demo/events.ts';
import { exampleNames } from './demo/examples.ts';
import { untilInterrupted } from './interrupt.ts';
import { engines, output, port, wholeNumber } from './options.ts';
import { print, styled, table } from './terminal.ts';

/** Emulator seconds a second of wall time. */
const speed = 60;

/** Requests a second of wall time. */
const requestsPerSecond = 200;

export const demo = new Command('demo')
  .description(
    'the whole story on the embedded AWS: a first endpoint, a canary a person promotes, one a gate stops, one an alarm interrupts, one as fast as the evidence allows',
  )
  .option('--port <port>', 'loopback port; 0 picks a free one', port, 0)
  .option('--seed <seed>', 'seed of every draw', wholeNumber, 1)
  .addOption(new Option('--engine <engine>', 'how images run').choices(engines).default('process' as const))
  .addOption(new Option('--example <example>', 'whose model it is about').choices(exampleNames).default('tumour-classifier' as const))
  .addOption(
    new Option('--from <what>', 'what each version begins as: its image is pushed, or its source uploaded and built')
      .choices(['image', 'source'] as const)
      .default('image' as const),
  )
  .addOption(output())
  .action(async (options) => {
    await untilInterrupted(async (signal) => {
      const tell = (event: DemoEvent) => print(options.output, event, () => textOf(event));
      const stage = (text: string) => tell({ type: 'stage', text });
      if (options.engine === 'process') await enterEnvironment(options.example, stage, signal);
      else await haveBaseImage(options.example, stage);
      // The embedded AWS is loaded by the commands that need it, not by every one.
      const [{ startLocalService }, { tellStory }] = await Promise.all([import('./local-service.ts'), import('./demo/story.ts')]);
      const local = await startLocalService({ speed, seed: options.seed, port: options.port, engine: options.engine, signal }, stage);
      try {
        const { rollouts, surprises: told } = await tellStory(local, options.example, options.from, requestsPerSecond, tell, signal);
        const surprises = [...told];
        for (const crash of local.emulator.crashes)
          surprises.push(`the embedded AWS crashed: ${crash instanceof Error ? (crash.stack ?? crash.message) : String(crash)}`);
        for (const surprise of surprises) process.stderr.write(`${styled('red', surprise)}\n`);
        if (surprises.length > 0) process.exitCode = 1;
        tell({ type: 'summary', rollouts });
      } finally {
        await local.stop();
      }
    });
  });

const timeOf = (at: string): string => at.slice(11, 19);

function textOf(event: DemoEvent): string {
  switch (event.type) {
    case 'stage':
      return styled('dim', `… ${event.text}`);
    case 'chapter':
      return `\n${styled('bold', `${event.chapter}. ${event.text}`)}`;
    case 'alarm-made':
      return `          alarm ${event.alarmName}: ${event.text}`;
    case 'applied':
      return `          delivery ${event.delivery} is at revision ${event.revision}: ${event.text}`;
    case 'pushed':
      return `          pushed ${event.tag} as ${event.imageDigest.slice(0, 19)}…`;
    case 'uploaded':
      return `          uploaded the source of ${event.tag}, which builds to ${event.imageDigest.slice(0, 19)}…`;
    case 'entry':
      return `${timeOf(event.at)}  ${event.kind.padEnd(18)} ${event.text}${event.by === undefined ? '' : ` by ${event.by}`}`;
    case 'command':
      return `          ${styled('bold', `$ ${event.text}`)}`;
    case 'answer':
      return `          ${event.text}`;
    case 'interrupted':
      return interruptedText(event);
    case 'weights':
      return styled(
        'cyan',
        `${timeOf(event.at)}  ${event.status.padEnd(18)} ${Object.entries(event.weights)
          .map(([variant, weight]) => `${variant} ${weight}`)
          .join(', ')}`,
      );
    case 'traffic':
      return `\n${event.sent} requests sent, ${event.answered} answered, ${event.failed} failed`;
    case 'summary':
      return `\n${table(
        ['ROLLOUT', 'VERSION', 'OUTCOME', 'REASON', 'CANARY SERVED', 'FAILED', 'TO ALL TRAFFIC', 'TOOK'],
        event.rollouts.map((rollout) => [
          rollout.id,
          rollout.tag,
          rollout.outcome,
          rollout.reason,
          String(rollout.canaryRequests),
          String(rollout.canaryFailures),
          rollout.rampSeconds === null ? '' : toDuration(rollout.rampSeconds),
          toDuration(rollout.durationSeconds),
        ]),
      )}\n\n${event.rollouts.map((rollout) => alarmToZeroText(rollout) + rampText(rollout)).join('')}`;
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function interruptedText({ at, alarmName, heardBy, alarmToUndoMs, alarmToLookMs }: Extract<DemoEvent, { type: 'interrupted' }>): string {
  const due = seconds(Math.max(0, alarmToLookMs));
  const how =
    heardBy === 'event'
      ? `its event woke the bake, whose own look was due ${due} later`
      : `the bake's own look, due ${due} later, came before its event`;
  return `${timeOf(at)}  ${'alarm'.padEnd(18)} ${alarmName} fired: ${how}; undo was decided ${seconds(alarmToUndoMs)} after the alarm`;
}

function alarmToZeroText({ id, alarmToZeroMs, alarmToZeroWallMs }: RolloutSummary): string {
  if (alarmToZeroMs === null) return '';
  const wall = alarmToZeroWallMs === null ? '' : `, ${alarmToZeroWallMs} ms of wall time`;
  return `${id}: from its alarm to the canary's last request ${seconds(alarmToZeroMs)}${wall}\n`;
}

function rampText({ id, tag, rampSeconds, pacedSeconds, awaitedSeconds }: RolloutSummary): string {
  if (rampSeconds === null) return '';
  const person = awaitedSeconds ? `, not counting ${toDuration(awaitedSeconds)} in which a person was waited for` : '';
  const paced = `; ${toDuration(pacedSeconds ?? 0)} by its strategy: the bakes, and a minute a shift`;
  return `${id}: ${tag} had all of the traffic ${toDuration(rampSeconds)} after its first shift${person}${paced}\n`;
}
