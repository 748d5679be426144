import { StartBuildCommand } from '@aws-sdk/client-codebuild';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { describe, expect, it, vi } from 'vitest';
import { scaledClock } from '../../../src/emulator/clock.ts';
import { program } from '../../containers/folder.ts';
import { inProcess } from '../running.ts';
import { serveScript } from '../sagemaker/image.ts';
import { bundle, projectInput, repositoryName, tagged, world } from './world.ts';

describe('an image CodeBuild has built', () => {
  it('is hosted, and answers by its own program', async () => {
    const w = await world({ clock: scaledClock(600), source: bundle({ serve: program(serveScript('from a bundle')) }) });
    const sagemaker = new SageMakerClient(inProcess(w.aws));
    const { build } = await w.client.send(new StartBuildCommand({ projectName: projectInput.name, environmentVariablesOverride: [tagged('1')] }));
    await vi.waitFor(async () => expect((await w.get(build?.id)).buildStatus).toBe('SUCCEEDED'), { timeout: 30_000, interval: 50 });
    const [{ value: digest } = { value: '' }] = (await w.get(build?.id)).exportedEnvironmentVariables ?? [];

    const ExecutionRoleArn = 'arn:aws:iam::000000000000:role/hosting';
    const Image = `000000000000.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}@${digest}`;
    await sagemaker.send(new CreateModelCommand({ ModelName: 'm', ExecutionRoleArn, PrimaryContainer: { Image } }));
    const variant = { VariantName: 'v', ModelName: 'm', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 } as const;
    await sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: 'c', ProductionVariants: [variant] }));
    await sagemaker.send(new CreateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'c' }));
    await vi.waitFor(
      async () => expect((await sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'e' }))).EndpointStatus).toBe('InService'),
      { timeout: 60_000, interval: 100 },
    );
    const runtime = new SageMakerRuntimeClient(inProcess(w.aws));
    const { Body } = await runtime.send(new InvokeEndpointCommand({ EndpointName: 'e', Body: '{}' }));
    expect(JSON.parse(new TextDecoder().decode(Body))).toMatchObject({ version: 'from a bundle' });
    expect(w.aws.crashes).toEqual([]);
  });
});
