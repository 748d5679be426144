import * as z from 'zod/mini';

/** Name of an ECR repository. */
export const Repository = z
  .string()
  .check(
    z.regex(/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'Expected the name of an ECR repository, such as models/churn'),
  );

/** Digest of an image's manifest. */
export const Digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));

/** Name of a model package group or a monitoring schedule: SageMaker's rule for names. */
export const SageMakerName = z.string().check(z.regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/, 'Expected 1 to 63 letters, digits and inner hyphens'));

/** A glob in which `*` is any text. */
export const Glob = z.string().check(z.minLength(1), z.maxLength(256));

/** Media types of configurations that are an image's; a chart, a signature or a build's cache has another one. */
const imageConfigs = ['application/vnd.docker.container.image.v1+json', 'application/vnd.oci.image.config.v1+json'];

/**
 * Whether what lies under a tag may be an image: not a signature, an attestation or an SBOM, whose tag is the digest of what
 * they are about (`sha256-….sig`), and no artifact of another kind.
 *
 * @param artifactType what the event says of it; unset where it says nothing, as of an index
 */
export const mayBeImage = (tag: string, artifactType?: string): boolean =>
  !/^sha256-[0-9a-f]{64}(?:\.|$)/.test(tag) && (artifactType === undefined || imageConfigs.includes(artifactType));
