import { Command } from '@commander-js/extra-typings';
import { acts } from './act.ts';
import { apply } from './apply.ts';
import { container } from './container.ts';
import { demo } from './demo.ts';
import { dev } from './dev.ts';
import { get } from './get.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { push } from './push.ts';
import { rehearse } from './rehearse.ts';
import { replay } from './replay.ts';
import { start } from './start.ts';
import { upload } from './upload.ts';
import { validate } from './validate.ts';
import { watch } from './watch.ts';

const program = new Command('sluice')
  .description('progressive delivery for Amazon SageMaker endpoints')
  .showHelpAfterError()
  .showSuggestionAfterError()
  .addCommand(demo)
  .addCommand(dev)
  .addCommand(init)
  .addCommand(validate)
  .addCommand(rehearse)
  .addCommand(replay)
  .addCommand(apply)
  .addCommand(upload)
  .addCommand(push)
  .addCommand(container)
  .addCommand(start)
  .addCommand(list)
  .addCommand(get)
  .addCommand(watch);
for (const act of acts) program.addCommand(act);

try {
  await program.parseAsync();
} catch (error) {
  // A person reads this: the sentence, not the stack. Set SLUICE_DEBUG to see where it came from.
  process.stderr.write(`sluice: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env['SLUICE_DEBUG'] !== undefined) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
  process.exitCode = 1;
}
