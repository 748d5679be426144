import { Command } from '@commander-js/extra-typings';
import { endpointUrl, output, region } from './options.ts';
import { connect, targetOf } from './target.ts';
import { print } from './terminal.ts';

interface Started {
  readonly answer: 'started' | 'same' | 'rejected' | 'ignored';
  readonly rolloutId?: string;
  readonly reason?: string;
  readonly text?: string;
}

export const start = new Command('start')
  .description('start a rollout of an image by hand')
  .argument('<delivery>', 'name of the delivery')
  .argument('<image>', 'repository:tag or repository@sha256:…')
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (delivery, image, options) => {
    const ask = await connect(targetOf(options));
    const started = (await ask({ action: 'start', delivery, image })) as Started; // The API's own answer.
    print(options.output, started, () => {
      if (started.answer === 'started') return `started ${started.rolloutId ?? ''}`;
      if (started.answer === 'same') return `${started.rolloutId ?? ''} rolls this image out already`;
      return `${started.answer} (${started.reason ?? ''}): ${started.text ?? ''}`;
    });
    if (started.answer === 'rejected') process.exitCode = 1;
  });
