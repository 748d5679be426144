import { dockerManifestType } from '../../image.ts';
import { defineCheck } from '../check.ts';

/** A builder's way out of both: without attestations there is no index, without OCI types no OCI manifest. */
const fix =
  'build with --provenance=false --sbom=false --output type=image,oci-mediatypes=false,push=true for one --platform, or with --output type=docker and push that';

/** An index is made even for one platform, because the builder adds an attestation beside it (docker/buildx #1533). */
export const isDockerSchema2 = defineCheck({
  id: 'CC-03',
  stage: 'manifest',
  level: 'error',
  title: 'The tag points to one image in Docker’s own format (schema 2)',
  silent: ({ mediaType }) => (mediaType === undefined ? 'it is in no registry yet: how it is stored shows once it is pushed' : undefined),
  look({ mediaType, platforms }) {
    if (mediaType === dockerManifestType) return [];
    if (!platforms) return [{ what: `Unsupported manifest media type ${mediaType ?? ''}: SageMaker pulls ${dockerManifestType} alone`, fix }];
    const images = platforms.filter((platform) => platform !== 'unknown/unknown');
    const attestations = platforms.length - images.length;
    const holds = [
      `${images.length} image${images.length === 1 ? '' : 's'} (${images.join(', ')})`,
      ...(attestations > 0 ? [`${attestations} attestation${attestations === 1 ? '' : 's'}`] : []),
    ].join(' and ');
    return [{ what: `Unsupported manifest media type ${mediaType ?? ''}: the tag points to an index of ${holds}`, fix }];
  },
});
