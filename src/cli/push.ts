import { Command } from '@commander-js/extra-typings';
import { registry } from '../app/registry.ts';
import { packImage } from '../containers/pack.ts';
import { pushImage } from '../containers/push.ts';
import { endpointUrl, output, region } from './options.ts';
import { ecrClient, targetOf } from './target.ts';
import { print } from './terminal.ts';

export const push = new Command('push')
  .description('pack an image folder without Docker, check it against SageMaker’s container contract, and push it to ECR')
  .argument('<folder>', 'the folder with Dockerfile, train and serve')
  .argument('<image>', 'repository:tag')
  .option('--serve-only', 'the image need not train')
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (folder, image, options) => {
    const [, repository, tag] = /^([^:@]+):([^:@]+)$/.exec(image) ?? [];
    if (repository === undefined || tag === undefined)
      throw new Error(`"${image}" is no image to push: write repository:tag, such as models/churn:v2`);
    const packed = packImage(folder, options.serveOnly ? ['serve'] : ['train', 'serve']);
    const pushed = await pushImage(registry(ecrClient(targetOf(options))), packed, { repository, tag });
    print(options.output, { repository, tag, digest: pushed.digest }, () => `pushed ${repository}:${tag} as ${pushed.digest}`);
  });
