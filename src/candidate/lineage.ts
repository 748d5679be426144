import type { PackagedContainer } from '../ports/packages.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** Longest value of a property in the model registry, characters. */
const longestValue = 256;

/** What a property in the registry can't hold: `(`, for one, which the key of an object in S3 can. */
const unspeakable = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/** Where a candidate comes from, as the model registry keeps it: pairs of text. What is too long for it keeps its end, which tells more than its beginning. */
export function lineageOf(
  { id, delivery, revision, candidate }: Rollout,
  containers: readonly PackagedContainer[],
  channels: Readonly<Record<string, { readonly uri: string }>>,
): Readonly<Record<string, string>> {
  const { source, buildId, trainingJobName, named } = candidate;
  const known = {
    'sluice:rollout': id,
    'sluice:delivery': delivery,
    'sluice:revision': String(revision),
    source: source?.location,
    'source-version': source?.version ?? source?.commit,
    build: buildId,
    'training-job': trainingJobName,
    'training-image': named?.['train']?.uri,
    ...(trainingJobName !== undefined && Object.fromEntries(Object.entries(channels).map(([name, { uri }]) => [`data-${name}`, uri]))),
    ...Object.fromEntries(containers.map(({ imageUri }, index) => [index === 0 ? 'image' : `image-${index + 1}`, imageUri])),
    'model-data': candidate.modelDataUrl,
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[name, value.replaceAll(unspeakable, '_').slice(-longestValue)]])),
  );
}

/** A training job's figures in the form SageMaker's registry shows: one section, a value each. */
export const figuresDocument = (metrics: Readonly<Record<string, number>>) => ({
  training_metrics: Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, { value }])),
});
