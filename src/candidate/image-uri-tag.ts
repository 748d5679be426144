import { entryOf, type ImageLeaf, imageData } from './image-uri-data.ts';
import { familyOf } from './image-uri-instance.ts';

export interface TagParts {
  readonly framework: string;
  /** As the person wrote it: an alias stays one. */
  readonly version: string;
  readonly baseFramework?: string | undefined;
  readonly scope: string;
  readonly processor: string | undefined;
  readonly python: string | undefined;
  readonly instanceType?: string | undefined;
  /** The job is distributed by one of SageMaker's own libraries. */
  readonly smdistributed?: boolean | undefined;
}

/** The tag: version, processor, Python and the container's own version, those there are; and the exceptions AWS has made over the years. */
export function tagOf(leaf: ImageLeaf, parts: TagParts): string {
  const { framework, version, scope, processor, python } = parts;
  const byAlgorithm = framework === 'xgboost' || framework === 'sklearn';
  if (byAlgorithm && scope === 'inference_graviton') return fixedTagOf(framework, version);
  const tag = [prefixOf(leaf, parts), processor, python, containerVersionOf(leaf, framework, processor)].filter(Boolean).join('-');
  const suffixed = familyOf(parts.instanceType) === 'p4d' || (parts.smdistributed === true && !byAlgorithm);
  const suffix = suffixed ? entryOf(imageData.p4dTagSuffix, `${framework}-${tag}`) : undefined;
  return suffix === undefined ? tag : `${tag}-${suffix}`;
}

/** @throws Error where the table of versions and that of fixed tags do not belong together */
function fixedTagOf(framework: string, version: string): string {
  const tag = imageData.graviton.fixedTags[framework]?.[version];
  if (tag === undefined) throw new Error(`No Graviton tag of ${framework} ${version}`);
  return tag;
}

function prefixOf(leaf: ImageLeaf, { framework, version, baseFramework = '' }: TagParts): string {
  if (leaf.tagPrefix !== undefined) return leaf.tagPrefix;
  return framework === 'huggingface' ? `${baseFramework.replace(/^[a-z]+/, '')}-transformers${version}` : version;
}

function containerVersionOf(leaf: ImageLeaf, framework: string, processor: string | undefined): string | undefined {
  const version = processor === undefined ? undefined : leaf.containerVersion?.[processor];
  return version !== undefined && leaf.repo === `${framework}-inference-graviton` ? `${version}-sagemaker` : version;
}
