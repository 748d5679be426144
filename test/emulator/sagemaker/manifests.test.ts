import { createHash } from 'node:crypto';
import { ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { CreateModelCommand, CreateTrainingJobCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { beforeEach, describe, expect, it } from 'vitest';
import { ecrRegistry } from '../../../src/aws/registry.ts';
import { virtualClock } from '../../../src/emulator/clock.ts';
import { type Emulator, startEmulator } from '../../../src/emulator/emulator.ts';
import { rejection } from '../front-fixture.ts';
import { inProcess, noon, region, stoppedAfterwards } from '../running.ts';

const docker = 'application/vnd.docker.distribution.manifest.v2+json';
const oci = 'application/vnd.oci.image.manifest.v1+json';
const ociIndex = 'application/vnd.oci.image.index.v1+json';
const dockerIndex = 'application/vnd.docker.distribution.manifest.list.v2+json';
const RoleArn = 'arn:aws:iam::000000000000:role/model';

let aws: Emulator;
beforeEach(async () => {
  aws = stoppedAfterwards(await startEmulator({ clock: virtualClock(noon), seed: 1, region }));
  aws.identities.createRole({
    arn: RoleArn,
    trust: { Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }] },
    policies: [],
  });
});

/** Pushes an image of a format, and an index of it where that is asked for. @returns its name by tag */
async function pushed(mediaType: string): Promise<string> {
  const client = new ECRClient(inProcess(aws));
  const registry = ecrRegistry(client);
  await registry.ensureRepository('models/a');
  const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {} }));
  const digest = `sha256:${createHash('sha256').update(config).digest('hex')}`;
  await registry.uploadLayer('models/a', digest, config);
  const isIndex = mediaType === ociIndex || mediaType === dockerIndex;
  const image = {
    schemaVersion: 2,
    mediaType: isIndex ? oci : mediaType,
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest },
    layers: [],
  };
  const put = async (manifest: object, imageTag?: string) =>
    (
      await client.send(
        new PutImageCommand({ repositoryName: 'models/a', imageManifest: JSON.stringify(manifest), ...(imageTag !== undefined && { imageTag }) }),
      )
    ).image?.imageId?.imageDigest;
  if (isIndex) {
    const child = await put(image);
    await put(
      { schemaVersion: 2, mediaType, manifests: [{ mediaType: oci, digest: child, size: 1, platform: { os: 'linux', architecture: 'amd64' } }] },
      '1',
    );
  } else await put(image, '1');
  return `000000000000.dkr.ecr.${region}.amazonaws.com/models/a:1`;
}

const modelOf = (Image: string) => new CreateModelCommand({ ModelName: 'a', ExecutionRoleArn: RoleArn, PrimaryContainer: { Image } });
const jobOf = (TrainingImage: string) =>
  new CreateTrainingJobCommand({
    TrainingJobName: 'a',
    RoleArn,
    AlgorithmSpecification: { TrainingImage, TrainingInputMode: 'File' },
    OutputDataConfig: { S3OutputPath: 's3://models/' },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
  });

describe('an image SageMaker pulls', () => {
  // What people report of AWS, with the media type of what the tag points to.
  it.each([ociIndex, dockerIndex, oci])('is no %s, and it says so, to host and to train', async (mediaType) => {
    const image = await pushed(mediaType);
    const client = new SageMakerClient(inProcess(aws));
    for (const refused of [await rejection(client.send(modelOf(image))), await rejection(client.send(jobOf(image)))]) {
      expect([refused.name, refused.message]).toEqual(['ValidationException', `Unsupported manifest media type ${mediaType}`]);
    }
  });

  it('is of Docker’s schema 2', async () => {
    const { ModelArn } = await new SageMakerClient(inProcess(aws)).send(modelOf(await pushed(docker)));
    expect(ModelArn).toMatch(/:model\/a$/);
  });

  it('is not found where there is none, which is another thing', async () => {
    const image = `${(await pushed(docker)).slice(0, -2)}:2`;
    expect((await rejection(new SageMakerClient(inProcess(aws)).send(modelOf(image)))).message).toBe(`Requested image ${image} not found.`);
  });
});
