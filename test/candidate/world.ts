import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError } from '../../src/emulator/aws-error.ts';
import type { Rollout } from '../../src/rollout/rollout.ts';
import type { SourceCode } from '../../src/triggers/trigger.ts';
import { digestOf, noonMs, rollout } from '../rollout/fixture.ts';
import { type Story, story } from '../rollout/world.ts';

type Source = Parameters<typeof story>[0];
interface Variable {
  name: string;
  value: string;
}

/** A build as CodeBuild tells it; what the test leaves out is as it is while it runs. */
export interface ScriptedBuild {
  id: string;
  buildStatus: string;
  currentPhase: string;
  startTime: Date;
  environment: { type: string; image: string; computeType: string; environmentVariables: Variable[] };
  phases?: object[];
  exportedEnvironmentVariables?: Variable[];
  logs?: { deepLink: string };
}

/** A version in the model registry, as DescribeModelPackage tells it. */
export interface ScriptedPackage {
  ModelPackageArn: string;
  ModelApprovalStatus: string;
  ModelPackageStatus: string;
  ApprovalDescription?: string;
  CustomerMetadataProperties?: Record<string, string>;
  InferenceSpecification?: object;
  ModelPackageStatusDetails?: object;
  CreationTime: Date;
}

export interface Making {
  readonly s: Story;
  readonly builds: ScriptedBuild[];
  readonly packages: ScriptedPackage[];
  /** Digest by `<repository>:<tag>`. */
  readonly tags: Map<string, string>;
  /** Manifest and configuration by digest. */
  readonly images: Map<string, { manifest: object; mediaType: string; config?: object }>;
  /** What ECR's scan found, by digest; a digest without is not scanned. */
  readonly scans: Map<string, { status: string; counts?: Record<string, number> }>;
  /** Artifact types of what names a digest as its subject. */
  readonly referrers: Map<string, string[]>;
  /** The code and words the next call of an operation is refused with. */
  readonly refusals: Map<string, [code: string, message: string]>;
  asked(operation: string): unknown[];
  now(): Promise<Rollout>;
}

export const bundle: SourceCode = { type: 's3', location: 's3://models/sources/churn-9b1c2d3.zip', version: 'v7', commit: '9b1c2d3'.padEnd(40, '0') };
export const sourceRequest = (source: SourceCode = bundle): Rollout['request'] => ({
  kind: 'source',
  trigger: 'bundle-uploaded',
  source,
  occurredAtMs: noonMs,
  dedupeKey: `${source.location}@${source.version ?? ''}`,
});
/** A rollout that was asked for with source code. */
export const fromSource = (source: SourceCode = bundle): Partial<Rollout> => ({ request: sourceRequest(source), candidate: { source } });

export const docker = 'application/vnd.docker.distribution.manifest.v2+json';
export const id = rollout().id;
export const packageArn = (version: number, group = 'churn') => `arn:aws:sagemaker:eu-west-1:111122223333:model-package/${group}/${version}`;

/** Serves what presigned addresses of ECR lead to, by digest. */
export async function blobServer(): Promise<{ readonly blobs: Map<string, string>; address(digest: string): string; close(): Promise<void> }> {
  const blobs = new Map<string, string>();
  const server = createServer((request, answer) => {
    const found = blobs.get((request.url ?? '').slice(1));
    answer.writeHead(found === undefined ? 404 : 200).end(found);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // It listens on a port.
  return {
    blobs,
    address: (digest) => `http://127.0.0.1:${port}/${digest}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/**
 * A rollout on its way to a model, with CodeBuild, ECR, S3 and the model registry as the test says: they keep what they are
 * asked for, and forget nothing of it.
 *
 * @param begun what the rollout has when the test begins; unset: it is of a pushed image
 */
export async function making(
  source: Source = {},
  begun: Partial<Rollout> | 'nobody asked' = {},
  address: (digest: string) => string = () => '',
  sageMaker: Parameters<typeof story>[1] = {},
): Promise<Making> {
  const refusals: Making['refusals'] = new Map();
  const packages: ScriptedPackage[] = [];
  const groups = new Set<string>();
  const refusable =
    <I>(operation: string, run: (input: I) => unknown) =>
    (input: unknown) => {
      const refused = refusals.get(operation);
      if (refused) throw new AwsError(...refused);
      return run(input as I); // As the service model has it.
    };
  const s = await story(source, {
    CreateModelPackageGroup: refusable<{ ModelPackageGroupName: string }>('CreateModelPackageGroup', ({ ModelPackageGroupName: name }) => {
      const arn = `arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/${name}`;
      // In these words, unlike models and endpoints.
      if (groups.has(name)) throw new AwsError('ValidationException', `Model Package Group already exists: ${arn}`);
      groups.add(name);
      return { ModelPackageGroupArn: arn };
    }),
    CreateModelPackage: refusable<{ ModelPackageGroupName: string } & Record<string, unknown>>('CreateModelPackage', (input) => {
      // The SDK's own token is none of the version's.
      const asked = Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'ClientToken'));
      const ModelPackageArn = packageArn(packages.length + 1, input.ModelPackageGroupName);
      packages.push({ ModelPackageStatus: 'Completed', CreationTime: new Date(s.clock.ms), ...asked, ModelPackageArn } as never); // As it was asked for.
      return { ModelPackageArn };
    }),
    DescribeModelPackage: refusable<{ ModelPackageName: string }>('DescribeModelPackage', ({ ModelPackageName }) => {
      const found = packages.find(({ ModelPackageArn }) => ModelPackageArn === ModelPackageName);
      if (!found) throw new AwsError('ValidationException', `ModelPackage ${ModelPackageName} does not exist.`);
      return { ModelPackageName, ModelPackageStatusDetails: { ValidationStatuses: [] }, ...found };
    }),
    ListModelPackages: refusable<{ ModelPackageGroupName: string; ModelApprovalStatus?: string; CreationTimeAfter?: Date }>(
      'ListModelPackages',
      (input) => ({
        ModelPackageSummaryList: packages
          .filter(({ ModelPackageArn }) => ModelPackageArn.includes(`/${input.ModelPackageGroupName}/`))
          .filter(({ ModelApprovalStatus }) => input.ModelApprovalStatus === undefined || input.ModelApprovalStatus === ModelApprovalStatus)
          .map((found) => ({
            ModelPackageArn: found.ModelPackageArn,
            ModelPackageVersion: Number(found.ModelPackageArn.split('/').at(-1)),
            CreationTime: found.CreationTime,
            ModelPackageStatus: found.ModelPackageStatus,
          }))
          .toReversed(),
      }),
    ),
    CreateModel: refusable('CreateModel', () => ({ ModelArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model/churn' })),
    ...sageMaker,
  });
  const told: Making = {
    s,
    builds: [],
    packages,
    tags: new Map(),
    images: new Map(),
    scans: new Map(),
    referrers: new Map(),
    refusals,
    asked: (operation) => s.w.aws.seen.filter((call) => call.operation === operation).map(({ input }) => input),
    now: () => s.now(),
  };
  s.w.aws.serve('codebuild', {
    StartBuild: refusable<{ environmentVariablesOverride: Variable[] }>('StartBuild', ({ environmentVariablesOverride }) => {
      const build = {
        id: `sluice-build:${told.builds.length + 1}`,
        buildStatus: 'IN_PROGRESS',
        currentPhase: 'SUBMITTED',
        startTime: new Date(s.clock.ms),
        environment: { type: 'LINUX_CONTAINER', image: 'x', computeType: 'BUILD_GENERAL1_SMALL', environmentVariables: environmentVariablesOverride },
      };
      told.builds.push(build);
      return { build };
    }),
    ListBuildsForProject: refusable('ListBuildsForProject', () => ({ ids: told.builds.map((build) => build.id).toReversed() })),
    BatchGetBuilds: ({ ids }: { ids: string[] }) => ({ builds: told.builds.filter((build) => ids.includes(build.id)) }),
    StopBuild: refusable<{ id: string }>('StopBuild', ({ id: stopped }) => {
      for (const build of told.builds) if (build.id === stopped) build.buildStatus = 'STOPPED';
      return {};
    }),
  } as never); // Each takes its operation's input.
  const notFound = () => new AwsError('ImageNotFoundException', 'The image with imageId does not exist within the repository');
  const digestIn = (repository: string, image: { imageTag?: string; imageDigest?: string } | undefined) =>
    image?.imageDigest ?? told.tags.get(`${repository}:${image?.imageTag ?? ''}`);
  s.w.aws.serve('ecr', {
    DescribeImages({ repositoryName, imageIds }: { repositoryName: string; imageIds: { imageTag: string }[] }) {
      const imageDigest = digestIn(repositoryName, imageIds[0]);
      if (imageDigest === undefined) throw notFound();
      return { imageDetails: [{ imageDigest }] };
    },
    BatchGetImage: refusable<{ repositoryName: string; imageIds: { imageDigest: string }[] }>('BatchGetImage', ({ repositoryName, imageIds }) => {
      const imageDigest = digestIn(repositoryName, imageIds[0]);
      const image = imageDigest === undefined ? undefined : told.images.get(imageDigest);
      return image
        ? { images: [{ imageId: { imageDigest }, imageManifest: JSON.stringify(image.manifest), imageManifestMediaType: image.mediaType }] }
        : { images: [], failures: [{ failureCode: 'ImageNotFound' }] };
    }),
    GetDownloadUrlForLayer: ({ layerDigest }: { layerDigest: string }) => ({ downloadUrl: address(layerDigest), layerDigest }),
    DescribeImageScanFindings({ imageId }: { imageId: { imageDigest: string } }) {
      const scan = told.scans.get(imageId.imageDigest);
      if (!scan) throw new AwsError('ScanNotFoundException', 'Image scan does not exist for the image');
      return { imageScanStatus: { status: scan.status }, imageScanFindings: { findingSeverityCounts: scan.counts } };
    },
    ListImageReferrers: ({ subjectId }: { subjectId: { imageDigest: string } }) => ({
      referrers: (told.referrers.get(subjectId.imageDigest) ?? []).map((artifactType) => ({
        digest: digestOf('9'),
        mediaType: docker,
        size: 1,
        artifactType,
      })),
    }),
  } as never); // As above.
  s.w.aws.serve('s3', { PutObject: refusable('PutObject', () => ({ ETag: '"x"' })) });
  if (begun !== 'nobody asked') await s.begin(begun);
  return told;
}
