import { Command } from '@commander-js/extra-typings';
import type { RolloutView } from '../view/rollout-view.ts';
import { endpointUrl, output, region, wholeNumber } from './options.ts';
import { rolloutsText } from './rollout-text.ts';
import { connect, targetOf } from './target.ts';
import { print } from './terminal.ts';

export const list = new Command('list')
  .description('list rollouts, newest first')
  .option('--delivery <name>', 'of this delivery only')
  .option('--limit <count>', 'at most so many, 1-200', wholeNumber, 20)
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (options) => {
    const ask = await connect(targetOf(options));
    const views = (await ask({
      action: 'list',
      limit: options.limit,
      ...(options.delivery !== undefined && { delivery: options.delivery }),
    })) as RolloutView[]; // The API answers with views.
    if (options.output === 'json') for (const view of views) print('json', view, () => '');
    else print('text', views, () => rolloutsText(views));
  });
