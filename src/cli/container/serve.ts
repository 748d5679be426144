import { Command } from '@commander-js/extra-typings';
import { contract } from '../../containers/contract.ts';
import { defaultPort, type ServingEvent, serveLocally } from '../../containers/local-serving.ts';
import { checkServingRequest } from '../../containers/request-limits.ts';
import { output, port, region } from '../options.ts';
import { targetOf } from '../target.ts';
import { print, styled } from '../terminal.ts';
import { environmentNotices, logText, withLocalImage } from './local-run.ts';
import { duration, engine, environment, modelData } from './options.ts';

export const serve = new Command('serve')
  .description('run an image’s serve on this machine under SageMaker’s container contract, until Ctrl-C')
  .argument('<image>', 'a folder with a Dockerfile, or an image Docker has')
  .option('--model <path>', 'model.tar.gz, or a folder, for /opt/ml/model; default none: the model is inside the image', modelData)
  .option(
    '--port <port>',
    'loopback port of /invocations and /ping; 0 picks a free one; default 8080, or 8081 where the container itself needs that',
    port,
  )
  .addOption(environment())
  .addOption(duration('--startup-timeout <duration>', 'how long it may take to its first 200 of /ping', contract.startupMs))
  .addOption(engine())
  .addOption(region())
  .addOption(output())
  .action(async (source, options) => {
    const model = {
      environment: Object.fromEntries(options.env),
      region: targetOf(options).region,
      startupMs: options.startupTimeout,
      ...(options.model !== undefined && { modelData: options.model }),
    };
    checkServingRequest(model);
    const tell = (event: ServingEvent) => print(options.output, event, () => eventText(event));
    const notice = (text: string) => tell({ type: 'notice', text });
    for (const text of environmentNotices(model.environment)) notice(text);
    await withLocalImage(source, ['serve'], options.engine, notice, async ({ image, engine }, folder, stop) => {
      const { status } = await serveLocally({ ...model, image, port: options.port ?? defaultPort(image, engine) }, { engine, folder, tell, stop });
      if (status === 'Failed') process.exitCode = 1;
    });
  });

function eventText(event: ServingEvent): string {
  switch (event.type) {
    case 'status':
      if (event.url !== undefined) {
        return [
          styled('green', `… ${event.status}: ${event.url}`),
          `  curl --header 'Content-Type: text/csv' --data '1,2,3' ${event.url}/invocations`,
        ].join('\n');
      }
      return styled(event.status === 'Failed' ? 'red' : 'dim', `… ${event.status}: ${event.text}`);
    case 'log':
      return logText(event.host, event.line);
    case 'request': {
      const { method, path, status, milliseconds, text } = event;
      const line = `… ${method} ${path} ${status} in ${milliseconds} ms${text === undefined ? '' : `: ${text}`}`;
      return styled(status >= 200 && status < 300 ? 'dim' : 'yellow', line);
    }
    case 'notice':
      return styled('yellow', `… ${event.text}`);
  }
}
