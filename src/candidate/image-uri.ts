import { leafOnBase } from './image-uri-base.ts';
import { entryOf, imageData } from './image-uri-data.ts';
import { processorOf, refuseFamily, refuseRetiredP2 } from './image-uri-instance.ts';
import { pythonOf } from './image-uri-python.ts';
import { knownWords, NoSuchImage } from './image-uri-refusal.ts';
import { registryIn } from './image-uri-region.ts';
import { scopeOf } from './image-uri-scope.ts';
import { tagOf } from './image-uri-tag.ts';
import { versionOf } from './image-uri-version.ts';
import { nearest } from './nearest.ts';

export interface ImageRequest {
  readonly framework: string;
  readonly region: string;
  /** A version or an alias of one. There is no newest: what a canary runs is written down. */
  readonly version: string;
  /** `py310`. */
  readonly python?: string | undefined;
  readonly instanceType?: string | undefined;
  /** `training`, `inference`, `inference_graviton` or `eia`. */
  readonly scope?: string | undefined;
  /** Hugging Face alone: `pytorch2.1.0`. */
  readonly baseFramework?: string | undefined;
  /** The job is distributed by one of SageMaker's own libraries. */
  readonly smdistributed?: boolean | undefined;
  /** An Elastic Inference type. */
  readonly accelerator?: string | undefined;
  readonly serverless?: boolean | undefined;
}

/** An image AWS publishes, and what was settled on the way. */
export interface ImageChoice {
  /** `<account>.dkr.ecr.<region>.<suffix>/<repository>:<tag>`. */
  readonly uri: string;
  /** Another than the one asked for where the scope has a single one. */
  readonly version: string;
  /** Another than the one asked for where the framework has a single one, or the instance type decides. */
  readonly scope: string;
  /** Undefined where the tag names none. */
  readonly python: string | undefined;
  /** Undefined where the tag names none. */
  readonly processor: string | undefined;
}

/**
 * The image AWS publishes for a framework: the answer the SageMaker Python SDK's `retrieve` gives, except that a version is always asked for.
 *
 * @throws NoSuchImage with the word that has to change, what is known in its place, and the nearest known
 * @see aws/sagemaker-python-sdk, at the commit named under `sources` in image-uris.json
 */
export function chooseImage(request: ImageRequest): ImageChoice {
  const framework = entryOf(imageData.frameworks, request.framework);
  if (!framework) {
    const known = Object.keys(imageData.frameworks);
    throw new NoSuchImage('framework', `no images are known of "${request.framework}"; ${knownWords(known, nearest(request.framework, known))}`);
  }
  refuseFamily(request.framework, request.instanceType);
  const { scope, table } = scopeOf(framework, request);
  const { version, entry } = versionOf(table, `${request.framework} for ${scope}`, request.version);
  const what = `${request.framework} ${version} for ${scope}`;
  const onBase = 'base' in entry ? leafOnBase(entry, what, request.baseFramework) : entry;
  const { python, leaf } = pythonOf(onBase, what, request.python);
  const registry = registryIn(request.region, leaf);
  const processor = processorOf(table.processors ?? leaf.processors ?? [], request);
  refuseRetiredP2(request.framework, version, request.instanceType);
  const tag = tagOf(leaf, { ...request, version, scope, processor, python });
  return { uri: `${registry}/${leaf.repo}:${tag}`, version, scope, python, processor };
}
