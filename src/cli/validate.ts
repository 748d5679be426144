import { Command } from '@commander-js/extra-typings';
import { toDuration } from '../rollout/duration.ts';
import { strategyOf } from '../strategies/registry.ts';
import { output } from './options.ts';
import { readSpec } from './spec-file.ts';
import { print, styled } from './terminal.ts';
import type { Flaw } from './yaml-file.ts';

export const flawText = (file: string, flaw: Flaw): string => `${file}:${flaw.line}:${flaw.column}: ${flaw.message}`;

export const validate = new Command('validate')
  .description('check a delivery.yaml: every flaw with its line and column, or the plan it makes')
  .argument('[file]', 'the delivery', 'delivery.yaml')
  .addOption(output())
  .action((file, options) => {
    const read = readSpec(file);
    if ('flaws' in read) {
      print(options.output, { file, flaws: read.flaws }, () => read.flaws.map((flaw) => styled('red', flawText(file, flaw))).join('\n'));
      process.exitCode = 1;
      return;
    }
    const plan = strategyOf(read.spec.strategy).plan(read.spec.strategy);
    print(
      options.output,
      { file, name: read.spec.name, plan },
      () =>
        `${file} is a valid delivery "${read.spec.name}": ${plan.map((step) => `${step.canaryPercent} % for ${toDuration(step.bakeSeconds)}`).join(', ')}, then soaks ${toDuration(read.spec.soak)}`,
    );
  });
