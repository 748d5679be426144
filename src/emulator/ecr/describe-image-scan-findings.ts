import type { DescribeImageScanFindingsCommandInput, DescribeImageScanFindingsCommandOutput, ImageScanFinding } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { type Finding, scanStatusOf, scanSummaryOf } from './scan.ts';
import { type EcrState, findImage, imageNotFound, onRepository, page, repositoryLimits, repositoryOf } from './state.ts';

const describeFinding = ({ name, severity, description, uri, package: packageName, version }: Finding): ImageScanFinding => ({
  name,
  severity,
  ...(description === undefined ? {} : { description }),
  ...(uri === undefined ? {} : { uri }),
  attributes: [
    ...(packageName === undefined ? [] : [{ key: 'package_name', value: packageName }]),
    ...(version === undefined ? [] : [{ key: 'package_version', value: version }]),
  ],
});

export const describeImageScanFindings = defineOperation<
  EcrState,
  DescribeImageScanFindingsCommandInput,
  Omit<DescribeImageScanFindingsCommandOutput, '$metadata'>
>({
  name: 'DescribeImageScanFindings',
  access: onRepository('DescribeImageScanFindings'),
  limits: { ...repositoryLimits, maxResults: { min: 1, max: 1_000 } },
  run(input, state) {
    const repository = repositoryOf(state, input);
    const imageId = input.imageId ?? {};
    const image = findImage(repository, imageId);
    if (!image) throw imageNotFound(state, repository, imageId);
    const scan = repository.scans.get(image.digest);
    if (!scan) {
      throw new AwsError(
        'ScanNotFoundException',
        `Image scan does not exist for the image with '{imageDigest:'${image.digest}', imageTag:'${imageId.imageTag ?? 'null'}'}' in the repository with name '${repository.name}' in the registry with id '${state.kernel.account}'`,
      );
    }
    const summary = scanSummaryOf(scan);
    const { items, nextToken } = page(scan.findings, input);
    return {
      registryId: state.kernel.account,
      repositoryName: repository.name,
      imageId: { imageDigest: image.digest, ...(imageId.imageTag === undefined ? {} : { imageTag: imageId.imageTag }) },
      imageScanStatus: scanStatusOf(scan),
      ...(summary ? { imageScanFindings: { ...summary, findings: items.map(describeFinding) } } : {}),
      ...(nextToken ? { nextToken } : {}),
    };
  },
});
