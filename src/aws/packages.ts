import { createHash } from 'node:crypto';
import {
  ConflictException,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  DescribeModelPackageCommand,
  type DescribeModelPackageCommandOutput,
  ListModelPackagesCommand,
  type ListModelPackagesCommandInput,
  type ModelPackageContainerDefinition,
  type ModelPackageSummary,
  type ProductionVariantInstanceType,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { PackagedContainer, PackageRequest, Packages } from '../ports/packages.ts';
import { Refused, Unavailable } from '../rollout/errors.ts';
import { alreadyExists, attempt, attemptToFind, translated } from './errors.ts';
import { tagList } from './tags.ts';

/** Which rollout a version was made by. */
const ownerProperty = 'sluice:rollout';
const deliveryProperty = 'sluice:delivery';

const inRegistry = ({ imageUri, modelDataUrl, environment }: PackagedContainer): ModelPackageContainerDefinition => ({
  Image: imageUri,
  ...(modelDataUrl !== undefined &&
    (modelDataUrl.endsWith('/')
      ? { ModelDataSource: { S3DataSource: { S3Uri: modelDataUrl, S3DataType: 'S3Prefix', CompressionType: 'None' } } }
      : { ModelDataUrl: modelDataUrl })),
  Environment: { ...environment },
});

function fromRegistry({ Image = '', ImageDigest, ModelDataUrl, ModelDataSource, Environment }: ModelPackageContainerDefinition): PackagedContainer {
  const { S3Uri, S3DataType } = ModelDataSource?.S3DataSource ?? {};
  // A prefix others registered need not end as ours do, which tells one from an archive.
  const modelDataUrl = ModelDataUrl ?? (S3DataType === 'S3Prefix' ? S3Uri?.replace(/\/?$/, '/') : S3Uri);
  const [, name] = /^([^@]*?)(?::[^:/@]+)?(?:@.*)?$/.exec(Image) ?? [];
  return {
    // The registry wrote down which digest the tag had.
    imageUri: ImageDigest !== undefined && !Image.includes('@') ? `${name ?? Image}@${ImageDigest}` : Image,
    ...(modelDataUrl !== undefined && { modelDataUrl }),
    environment: Environment ?? {},
  };
}

function failureOf({ ModelPackageStatusDetails: details }: DescribeModelPackageCommandOutput): string {
  const parts = [...(details?.ValidationStatuses ?? []), ...(details?.ImageScanStatuses ?? [])];
  return parts.flatMap(({ FailureReason }) => FailureReason ?? []).join('; ') || 'SageMaker gave no reason';
}

/** The same for the same rollout, at most 36 characters. */
const tokenOf = ({ group, properties }: PackageRequest): string =>
  createHash('sha256')
    .update(`${group}/${properties[ownerProperty] ?? ''}`)
    .digest('hex')
    .slice(0, 36);

/** `…:model-package/<group>/<version>`. */
function partsOf(arn: string): { readonly group: string; readonly version: number } {
  const [, group = '', version = '0'] = /:model-package\/([^/]+)\/(\d+)$/.exec(arn) ?? [];
  return { group, version: Number(version) };
}

/** SageMaker's model registry through the SDK. */
export function sageMakerPackages(client: SageMakerClient = new SageMakerClient()): Packages {
  const described = (arn: string): Promise<DescribeModelPackageCommandOutput | undefined> =>
    attemptToFind(`Cannot describe model package "${arn}"`, () => client.send(new DescribeModelPackageCommand({ ModelPackageName: arn })));

  async function* versions(filter: Omit<ListModelPackagesCommandInput, 'NextToken'>): AsyncGenerator<ModelPackageSummary> {
    let NextToken: string | undefined;
    do {
      const answer = await attempt(`Cannot list the versions of model package group "${filter.ModelPackageGroupName ?? ''}"`, () =>
        client.send(new ListModelPackagesCommand({ ...filter, MaxResults: 100, ...(NextToken !== undefined && { NextToken }) })),
      );
      yield* answer.ModelPackageSummaryList ?? [];
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
  }

  /** The version an earlier call made, whose answer was lost. */
  async function madeBefore({ group, properties }: PackageRequest, sinceMs: number): Promise<string | undefined> {
    const filter = { ModelPackageGroupName: group, CreationTimeAfter: new Date(sinceMs), SortBy: 'CreationTime', SortOrder: 'Descending' } as const;
    for await (const { ModelPackageArn } of versions(filter)) {
      if (ModelPackageArn === undefined) continue;
      const found = await described(ModelPackageArn);
      if (found?.CustomerMetadataProperties?.[ownerProperty] === properties[ownerProperty]) return ModelPackageArn;
    }
    return undefined;
  }

  /** Somebody else is at work on the group at this very moment: it is asked again. */
  const registering = (error: unknown): never => {
    if (error instanceof Refused && error.cause instanceof ConflictException) throw new Unavailable(error.message, { cause: error.cause });
    throw error;
  };

  return {
    async describe(arn) {
      const found = await described(arn);
      if (!found) return undefined;
      return {
        arn,
        ...partsOf(arn),
        approval: found.ModelApprovalStatus ?? 'PendingManualApproval',
        ready: found.ModelPackageStatus === 'Completed',
        ...(found.ModelPackageStatus === 'Failed' && { failure: failureOf(found) }),
        ...(found.ApprovalDescription !== undefined && { comment: found.ApprovalDescription }),
        ...(found.CustomerMetadataProperties?.[ownerProperty] !== undefined && { registeredBy: found.CustomerMetadataProperties[ownerProperty] }),
        modifiedAtMs: (found.LastModifiedTime ?? found.CreationTime)?.getTime() ?? 0,
        containers: (found.InferenceSpecification?.Containers ?? []).map(fromRegistry),
      };
    },

    async register(request, sinceMs) {
      const { group } = request;
      await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: group, Tags: tagList(request.tags) })).catch((error: unknown) => {
        if (!alreadyExists(error)) throw translated(error, `Cannot create model package group "${group}"`);
      });
      const made = await madeBefore(request, sinceMs);
      if (made !== undefined) return made;
      const answer = await attempt(`Cannot register a version of model package group "${group}"`, () =>
        client.send(
          new CreateModelPackageCommand({
            ModelPackageGroupName: group,
            ModelPackageDescription: request.description,
            ModelApprovalStatus: request.approval,
            InferenceSpecification: {
              Containers: request.containers.map(inRegistry),
              SupportedContentTypes: [...request.contentTypes],
              SupportedResponseMIMETypes: [...request.contentTypes],
              SupportedRealtimeInferenceInstanceTypes: request.instanceTypes.map((type) => type as ProductionVariantInstanceType), // AWS checks the types itself.
            },
            ...(request.commit !== undefined && { MetadataProperties: { CommitId: request.commit } }),
            ...(request.metricsUri !== undefined && {
              ModelMetrics: { ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: request.metricsUri } } },
            }),
            CustomerMetadataProperties: { ...request.properties },
            // Where the list does not know yet of what was made a moment ago, SageMaker does.
            ClientToken: tokenOf(request),
          }),
        ),
      ).catch(registering);
      return answer.ModelPackageArn ?? '';
    },

    async approvedBefore(arn, delivery) {
      const { group, version } = partsOf(arn);
      const filter = { ModelPackageGroupName: group, ModelApprovalStatus: 'Approved', SortBy: 'CreationTime', SortOrder: 'Descending' } as const;
      for await (const { ModelPackageArn, ModelPackageVersion } of versions(filter)) {
        if (ModelPackageArn === undefined || ModelPackageVersion === undefined || ModelPackageVersion >= version) continue;
        // Deliveries may share a group, and one's model is none of another's.
        const of = (await described(ModelPackageArn))?.CustomerMetadataProperties?.[deliveryProperty];
        if (of === undefined || of === delivery) return ModelPackageArn;
      }
      return undefined;
    },
  };
}
