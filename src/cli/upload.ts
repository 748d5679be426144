import { readFileSync } from 'node:fs';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Command } from '@commander-js/extra-typings';
import { endpointUrl, output, region } from './options.ts';
import { clientConfig, targetOf } from './target.ts';
import { print } from './terminal.ts';

export const upload = new Command('upload')
  .description('put a file into the service’s own bucket, which a delivery names as s3://{bucket}/…')
  .argument('<file>', 'the file')
  .argument('<key>', 'where to, such as churn/train/train.csv')
  .addOption(endpointUrl())
  .addOption(region())
  .addOption(output())
  .action(async (file, key, options) => {
    const config = clientConfig(targetOf(options));
    const { Environment } = await new LambdaClient(config).send(new GetFunctionConfigurationCommand({ FunctionName: 'sluice-train' }));
    const bucket = Environment?.Variables?.['BUCKET'];
    if (bucket === undefined) throw new Error('Function "sluice-train" names no bucket: deploy Sluice again');
    await new S3Client({ ...config, forcePathStyle: true }).send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: readFileSync(file) }));
    const uri = `s3://${bucket}/${key}`;
    print(options.output, { uri }, () => `uploaded ${uri}`);
  });
