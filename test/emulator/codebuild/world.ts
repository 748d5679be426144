import {
  BatchGetBuildsCommand,
  type Build,
  CodeBuildClient,
  CreateProjectCommand,
  type CreateProjectCommandInput,
  StartBuildCommand,
  type StartBuildCommandInput,
} from '@aws-sdk/client-codebuild';
import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { zip } from '../../../src/containers/zip.ts';
import type { Clock, VirtualClock } from '../../../src/emulator/clock.ts';
import { virtualClock } from '../../../src/emulator/clock.ts';
import { administratorKeys, type Emulator, type EmulatorOptions, startEmulator } from '../../../src/emulator/emulator.ts';
import type { ServiceEvent } from '../../../src/emulator/kernel.ts';
import { type FileSpec, program } from '../../containers/folder.ts';
import { noon, region, stoppedAfterwards } from '../running.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/image-build';
export const bucket = 'sources';
export const repositoryName = 'models/fraud-score';

export const buildspec = `version: 0.2
env:
  variables:
    BUILD_CONTRACT: docker-image/1
  exported-variables: [IMAGE_DIGEST, IMAGE_TAG]
phases:
  build:
    commands: ['true']
`;

const repositoryArn = `arn:aws:ecr:${region}:000000000000:repository/${repositoryName}`;
const logs = `arn:aws:logs:${region}:000000000000:log-group:/aws/codebuild/*`;

/** What a build's role needs, a statement each. */
export const grants = {
  readSource: { Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: `arn:aws:s3:::${bucket}/*` },
  writeLogs: { Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: [logs] },
  logIn: { Action: 'ecr:GetAuthorizationToken', Resource: '*' },
  push: {
    Action: [
      'ecr:DescribeRepositories',
      'ecr:BatchGetImage',
      'ecr:BatchCheckLayerAvailability',
      'ecr:InitiateLayerUpload',
      'ecr:UploadLayerPart',
      'ecr:CompleteLayerUpload',
      'ecr:PutImage',
    ],
    Resource: repositoryArn,
  },
};

const script = '#!/bin/sh\necho ok\n';
export const dockerfile = [
  'FROM node:24-slim',
  'ARG VERSION=0',
  'WORKDIR /opt/program',
  'COPY train serve ./',
  'ENV PATH="/opt/program:${PATH}"',
  'LABEL com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true version=$VERSION',
  '',
].join('\n');

/** A bundle whose image passes every check; what is given replaces or adds. */
export const bundle = (files: Readonly<Record<string, FileSpec>> = {}): Uint8Array =>
  zip(
    Object.entries({ Dockerfile: dockerfile, train: program(script), serve: program(script), ...files }).map(([path, file]) => ({
      path,
      bytes: new TextEncoder().encode(typeof file === 'string' ? file : file.text),
      executable: typeof file !== 'string',
    })),
  );

export interface World {
  readonly aws: Emulator;
  readonly clock: VirtualClock;
  readonly client: CodeBuildClient;
  readonly ecr: ECRClient;
  /** Every event of CodeBuild and ECR, in order. */
  readonly events: ServiceEvent[];
  readonly put: (key: string, bytes: Uint8Array) => Promise<{ readonly VersionId?: string | undefined }>;
  /** From now on the bucket keeps versions. */
  readonly keepVersions: () => Promise<unknown>;
  readonly start: (input?: Partial<StartBuildCommandInput>) => Promise<Build>;
  readonly get: (id: string | undefined) => Promise<Build>;
  /** Starts a build and answers it once it is over. */
  readonly built: (input?: Partial<StartBuildCommandInput>) => Promise<Build>;
}

export const projectInput = {
  name: 'fraud-score-image',
  source: { type: 'S3', location: `${bucket}/source.zip`, buildspec },
  artifacts: { type: 'NO_ARTIFACTS' },
  environment: {
    type: 'LINUX_CONTAINER',
    image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0',
    computeType: 'BUILD_GENERAL1_SMALL',
    privilegedMode: true,
    environmentVariables: [{ name: 'IMAGE_REPOSITORY', value: repositoryName }],
  },
  serviceRole: roleArn,
} as const satisfies CreateProjectCommandInput;

export const tagged = (tag: string) => ({ name: 'IMAGE_TAG', value: tag });

/** An emulator with a source, a repository of immutable tags, a role and a project. */
export async function world(
  options: {
    readonly project?: Partial<CreateProjectCommandInput>;
    readonly statements?: readonly object[];
    readonly source?: Uint8Array;
    readonly seed?: number;
    /** Default a virtual one, from noon on. */
    readonly clock?: Clock;
    readonly faults?: EmulatorOptions['faults'];
    readonly trace?: (line: string) => void;
  } = {},
): Promise<World> {
  const clock = virtualClock(noon);
  const { seed = 1, faults, trace, clock: driven = clock } = options;
  const aws = stoppedAfterwards(await startEmulator({ clock: driven, seed, region, ...(faults && { faults }), ...(trace && { trace }) }));
  const config = { region, credentials: administratorKeys, maxAttempts: 1, requestHandler: aws.requestHandler };
  const events: ServiceEvent[] = [];
  aws.front.onEvent((event) => {
    if (event.source === 'aws.codebuild' || event.source === 'aws.ecr') events.push(event);
  });
  const s3 = new S3Client({ ...config, forcePathStyle: true });
  const ecr = new ECRClient(config);
  const client = new CodeBuildClient(config);
  await s3.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
  const put = (Key: string, Body: Uint8Array) => s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  await put('source.zip', options.source ?? bundle());
  await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }));
  const statements = options.statements ?? Object.values(grants);
  aws.identities.createRole({
    arn: roleArn,
    trust: { Statement: [{ Effect: 'Allow', Principal: { Service: 'codebuild.amazonaws.com' }, Action: 'sts:AssumeRole' }] },
    policies: [{ Version: '2012-10-17', Statement: statements.map((statement) => ({ Effect: 'Allow', ...statement })) }],
  });
  await client.send(new CreateProjectCommand({ ...projectInput, ...options.project }));

  const start: World['start'] = async (input = {}) => {
    const { build } = await client.send(
      new StartBuildCommand({ projectName: projectInput.name, environmentVariablesOverride: [tagged('1.8.0')], ...input }),
    );
    return build ?? {};
  };
  const get: World['get'] = async (id = '') => (await client.send(new BatchGetBuildsCommand({ ids: [id] }))).builds?.[0] ?? {};
  return {
    aws,
    clock,
    client,
    ecr,
    events,
    put,
    keepVersions: () => s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: 'Enabled' } })),
    start,
    get,
    async built(input) {
      const { id } = await start(input);
      await clock.advance(24 * 3_600_000);
      return await get(id);
    },
  };
}
