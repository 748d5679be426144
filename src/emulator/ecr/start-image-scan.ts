import type { StartImageScanCommandInput, StartImageScanCommandOutput } from '@aws-sdk/client-ecr';
import { AwsError } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { beginScan, isScannable } from './scan.ts';
import { type EcrState, findImage, imageNotFound, onRepository, repositoryLimits, repositoryOf } from './state.ts';

/** An image is scanned once in so long, scans on push included. */
const quotaMs = 24 * 3_600_000;

export const startImageScan = defineOperation<EcrState, StartImageScanCommandInput, Omit<StartImageScanCommandOutput, '$metadata'>>({
  name: 'StartImageScan',
  access: onRepository('StartImageScan'),
  limits: repositoryLimits,
  run(input, state) {
    const { kernel } = state;
    const repository = repositoryOf(state, input);
    const image = findImage(repository, input.imageId ?? {});
    if (!image) throw imageNotFound(state, repository, input.imageId ?? {});
    if (!isScannable(image)) throw new AwsError('UnsupportedImageTypeException', 'The image is of a type that cannot be scanned.');
    const latest = repository.scans.get(image.digest);
    if (latest && latest.startedAtMs > kernel.clock.now() - quotaMs) {
      throw new AwsError('LimitExceededException', 'The scan quota per image has been exceeded. Wait and try again.');
    }
    const scan = beginScan(state, repository, image);
    const { imageTag } = input.imageId ?? {};
    return {
      registryId: kernel.account,
      repositoryName: repository.name,
      imageId: { imageDigest: image.digest, ...(imageTag === undefined ? {} : { imageTag }) },
      imageScanStatus: { status: scan.status },
    };
  },
});
