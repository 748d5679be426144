import { createHash } from 'node:crypto';
import type { BatchCheckLayerAvailabilityResponse, BatchGetImageResponse, InitiateLayerUploadResponse, PutImageResponse } from '@aws-sdk/client-ecr';
import type { Registry } from '../../containers/push.ts';
import { AwsError } from '../aws-error.ts';
import type { BuildRole } from './role.ts';

/** Each part but the last has 5 to 20 MiB; ECR recommends 10. */
const partBytes = 10 * 1_024 * 1_024;

const is = (error: unknown, code: string): boolean => error instanceof AwsError && error.code === code;

/** The local ECR as a build pushes into it, with its role's permissions; the repository has to be there. */
export function roleRegistry(role: BuildRole): Registry {
  const hasLayer: Registry['hasLayer'] = async (repositoryName, digest) => {
    const { layers } = await role.call<BatchCheckLayerAvailabilityResponse>('ecr', 'BatchCheckLayerAvailability', {
      repositoryName,
      layerDigests: [digest],
    });
    return layers?.some(({ layerAvailability }) => layerAvailability === 'AVAILABLE') ?? false;
  };
  return {
    async ensureRepository() {},
    hasLayer,
    async uploadLayer(repositoryName, digest, bytes) {
      const { uploadId } = await role.call<InitiateLayerUploadResponse>('ecr', 'InitiateLayerUpload', { repositoryName });
      try {
        for (let first = 0; first < bytes.length; first += partBytes) {
          const layerPartBlob = bytes.subarray(first, first + partBytes);
          const part = { repositoryName, uploadId, partFirstByte: first, partLastByte: first + layerPartBlob.length - 1, layerPartBlob };
          await role.call('ecr', 'UploadLayerPart', part).catch((error: unknown) => {
            // The part is there already: the answer to the first try was lost.
            if (!is(error, 'InvalidLayerPartException') || (error as AwsError).fields['lastValidByteReceived'] !== part.partLastByte) throw error;
          });
        }
        await role.call('ecr', 'CompleteLayerUpload', { repositoryName, uploadId, layerDigests: [digest] });
      } catch (error) {
        // Likewise, or somebody else was faster with the same bytes.
        if (is(error, 'LayerAlreadyExistsException')) return;
        if (is(error, 'UploadNotFoundException') && (await hasLayer(repositoryName, digest))) return;
        throw error;
      }
    },
    async putImage(repositoryName, imageManifest, imageManifestMediaType, imageTag) {
      try {
        const { image } = await role.call<PutImageResponse>('ecr', 'PutImage', { repositoryName, imageManifest, imageManifestMediaType, imageTag });
        return { digest: image?.imageId?.imageDigest ?? '' };
      } catch (error) {
        if (!is(error, 'ImageAlreadyExistsException')) throw error;
        return { digest: `sha256:${createHash('sha256').update(imageManifest).digest('hex')}` };
      }
    },
  };
}

/** The digest a tag stands for right now; undefined where there is no such tag. */
export async function digestUnder(role: BuildRole, repositoryName: string, imageTag: string): Promise<string | undefined> {
  const { images } = await role.call<BatchGetImageResponse>('ecr', 'BatchGetImage', { repositoryName, imageIds: [{ imageTag }] });
  return images?.[0]?.imageId?.imageDigest;
}
