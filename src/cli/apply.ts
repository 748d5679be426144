import { Command } from '@commander-js/extra-typings';
import { endpointUrl, output, region } from './options.ts';
import { readSpec } from './spec-file.ts';
import { connect, targetOf } from './target.ts';
import { print, styled } from './terminal.ts';
import { flawText } from './validate.ts';

export const apply = new Command('apply')
  .description('write a delivery.yaml as the next revision; rollouts under way keep theirs')
  .argument('[file]', 'the delivery', 'delivery.yaml')
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (file, options) => {
    const read = readSpec(file);
    if ('flaws' in read) {
      print(options.output, { file, flaws: read.flaws }, () => read.flaws.map((flaw) => styled('red', flawText(file, flaw))).join('\n'));
      process.exitCode = 1;
      return;
    }
    const ask = await connect(targetOf(options));
    const applied = (await ask({ action: 'apply', source: read.source })) as { delivery: string; revision: number; changed: boolean }; // The API's own answer.
    print(options.output, applied, () =>
      applied.changed
        ? `delivery ${applied.delivery} is at revision ${applied.revision}`
        : `delivery ${applied.delivery} stays at revision ${applied.revision}: nothing changed`,
    );
  });
