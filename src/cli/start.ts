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

/** What is to be rolled out, by how it is written. */
export function wantedOf(what: string | undefined, { retrain, version }: { readonly retrain?: string; readonly version?: string }) {
  if (retrain !== undefined) {
    if (what !== undefined) throw new Error(`--retrain trains what serves anew, and "${what}" is something else: leave one of them out`);
    return { retrain };
  }
  if (what === undefined)
    throw new Error(
      'What is to be rolled out? Name an image, a source bundle in S3 or the ARN of a model package; or train what serves anew with --retrain <reason>',
    );
  if (what.startsWith('s3://')) return { source: { uri: what, ...(version !== undefined && { version }) } };
  if (version !== undefined) throw new Error(`--version is for a source bundle in S3, and "${what}" is none`);
  return what.startsWith('arn:') ? { packageArn: what } : { image: what };
}

export const start = new Command('start')
  .description('start a rollout by hand')
  .argument('<delivery>', 'name of the delivery')
  .argument('[what]', 'an image (repository:tag or repository@sha256:…), source code (s3://bucket/key), or the ARN of a model package')
  .option('--version <id>', 'the VersionId of the source code in S3')
  .option('--retrain <reason>', 'train what serves anew')
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (delivery, what, options) => {
    const wanted = wantedOf(what, {
      ...(options.retrain !== undefined && { retrain: options.retrain }),
      ...(options.version !== undefined && { version: options.version }),
    });
    const ask = await connect(targetOf(options));
    const started = (await ask({ action: 'start', delivery, ...wanted })) as Started; // The API's own answer.
    print(options.output, started, () => {
      if (started.answer === 'started') return `started ${started.rolloutId ?? ''}`;
      if (started.answer === 'same') return `${started.rolloutId ?? ''} rolls this out already`;
      return `${started.answer} (${started.reason ?? ''}): ${started.text ?? ''}`;
    });
    if (started.answer === 'rejected') process.exitCode = 1;
  });
