import { Command } from '@commander-js/extra-typings';
import { check } from './container/check.ts';
import { serve } from './container/serve.ts';
import { train } from './container/train.ts';

/** Images on this machine, as SageMaker would run them. Each subcommand is a file of `container/`. */
export const container = new Command('container')
  .description('run an image on this machine as SageMaker would')
  .addCommand(check)
  .addCommand(train)
  .addCommand(serve);
