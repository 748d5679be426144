import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from '@commander-js/extra-typings';
import type { RolloutView } from '../view/rollout-view.ts';
import { endpointUrl, output, region } from './options.ts';
import { statusText } from './rollout-text.ts';
import { connect, targetOf } from './target.ts';
import { print } from './terminal.ts';

/** How often the API is asked, milliseconds of wall time. */
const everyMs = 1000;

export const watch = new Command('watch')
  .description('follow a rollout to its end, a line an entry; exit 0 if it succeeded, 1 if not')
  .argument('<rollout>', 'id of the rollout')
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (rolloutId, options) => {
    const ask = await connect(targetOf(options));
    let seen = 0;
    for (;;) {
      const view = (await ask({ action: 'get', rolloutId })) as RolloutView; // The API answers with a view.
      for (const entry of view.entries.filter((candidate) => candidate.seq > seen)) {
        print(options.output, { type: 'entry', rolloutId, ...entry }, () => `${entry.at}  ${entry.kind.padEnd(18)} ${entry.text}`);
        seen = entry.seq;
      }
      if (view.outcome !== undefined) {
        print(
          options.output,
          { type: 'end', rolloutId, outcome: view.outcome, reason: view.reason, text: view.text },
          () => `${statusText(view)}: ${view.text ?? ''}`,
        );
        process.exitCode = view.outcome === 'Succeeded' ? 0 : 1;
        return;
      }
      await sleep(everyMs);
    }
  });
