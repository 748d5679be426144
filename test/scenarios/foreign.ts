import { CreateEndpointCommand, CreateEndpointConfigCommand, CreateModelCommand } from '@aws-sdk/client-sagemaker';
import { good, type World } from './world.ts';

export const capture = {
  EnableCapture: true,
  InitialSamplingPercentage: 20,
  DestinationS3Uri: 's3://somebody-elses-bucket/capture',
  CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
} as const;

/** An endpoint "churn" that somebody else made: two variants, uneven weights, data capture; its configuration is "theirs". */
export async function makeForeignEndpoint(world: World): Promise<void> {
  const { sageMaker } = world.clients;
  const digest = await world.push('theirs', { ...good, latencyMs: 30 });
  await world.untilQuiet();
  const Image = `000000000000.dkr.ecr.us-east-1.amazonaws.com/models/churn@${digest}`;
  const ExecutionRoleArn = world.modelRoleArn;
  for (const ModelName of ['theirs-1', 'theirs-2'])
    await sageMaker.send(new CreateModelCommand({ ModelName, ExecutionRoleArn, PrimaryContainer: { Image } }));
  await sageMaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'theirs',
      ProductionVariants: [
        {
          VariantName: 'main',
          ModelName: 'theirs-1',
          InstanceType: 'ml.c5.xlarge',
          InitialInstanceCount: 2,
          InitialVariantWeight: 3,
          VolumeSizeInGB: 20,
        },
        { VariantName: 'side', ModelName: 'theirs-2', InstanceType: 'ml.c5.xlarge', InitialInstanceCount: 1, InitialVariantWeight: 1 },
      ],
      DataCaptureConfig: { ...capture, CaptureOptions: [...capture.CaptureOptions] },
      KmsKeyId: 'alias/theirs',
      Tags: [{ Key: 'team', Value: 'risk' }],
    }),
  );
  await sageMaker.send(new CreateEndpointCommand({ EndpointName: 'churn', EndpointConfigName: 'theirs' }));
  await world.until('their endpoint serves', () => world.emulator.services.sagemaker.endpoints()[0]?.status === 'InService');
  world.emulator.services.sagemaker.setTraffic('churn', 40);
}
