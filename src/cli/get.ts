import { Command } from '@commander-js/extra-typings';
import type { RolloutView } from '../view/rollout-view.ts';
import { endpointUrl, output, region } from './options.ts';
import { rolloutText } from './rollout-text.ts';
import { connect, targetOf } from './target.ts';
import { print } from './terminal.ts';

export const get = new Command('get')
  .description('show a rollout: where it stands, why, and its whole record')
  .argument('<rollout>', 'id of the rollout')
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (rolloutId, options) => {
    const ask = await connect(targetOf(options));
    const view = (await ask({ action: 'get', rolloutId })) as RolloutView; // The API answers with a view.
    print(options.output, view, () => rolloutText(view));
  });
