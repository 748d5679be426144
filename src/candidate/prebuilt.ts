import { chooseImage, type ImageChoice } from './image-uri.ts';
import { familyOf, isKnownGraviton } from './image-uri-instance.ts';
import { NoSuchImage } from './image-uri-refusal.ts';
import type { PrebuiltSpec } from './prebuilt-spec.ts';

/** What a delivery knows about where a prebuilt image is to run. */
export interface PrebuiltPlace {
  readonly region: string;
  readonly instanceType: string;
  readonly scope: 'training' | 'inference';
  /** The job is distributed by one of SageMaker's own libraries: some old versions have an image of their own for it. */
  readonly smdistributed?: boolean;
}

/**
 * The image AWS publishes for a framework, for training or serving on an instance type in a region.
 *
 * Stricter than the SageMaker Python SDK, which answers with another version, or with an image for something else, where a framework has only one:
 * a canary runs what its delivery says.
 *
 * @throws NoSuchImage with what was asked for, which word has to change, what is known in its place, and the nearest known
 * @example resolvePrebuilt({ framework: 'pytorch', version: '2.6' }, { region: 'eu-west-1', instanceType: 'ml.g5.xlarge', scope: 'inference' }).uri
 */
export function resolvePrebuilt(spec: PrebuiltSpec, place: PrebuiltPlace): ImageChoice {
  try {
    refuseUnlistedGraviton(place.instanceType);
    const choice = chooseImage({ ...spec, ...place });
    refuseOtherScope(spec, place, choice);
    refuseOtherVersion(spec, choice);
    return choice;
  } catch (error) {
    if (!(error instanceof NoSuchImage)) throw error;
    const { region, instanceType, scope } = place;
    const asked = `${spec.framework} ${spec.version} for ${scope} on ${instanceType} in ${region}`;
    throw new NoSuchImage(error.field, `Cannot find the image of ${asked}: ${error.message}`);
  }
}

/** AWS names every Arm family with a g behind its generation. One that is not listed would get an image for x86, which can't start there. */
function refuseUnlistedGraviton(instanceType: string): void {
  const family = familyOf(instanceType);
  if (family === undefined || !/^[a-z]+\d+g[a-z]*$/.test(family) || isKnownGraviton(family)) return;
  throw new NoSuchImage('instanceType', `instance type "${instanceType}" has Arm processors, and no images are known for that family`);
}

function refuseOtherScope(spec: PrebuiltSpec, { scope: asked, instanceType }: PrebuiltPlace, { scope }: ImageChoice): void {
  if (scope === asked || (asked === 'inference' && scope === 'inference_graviton')) return;
  if (scope === 'inference_graviton')
    throw new NoSuchImage('scope', `instance type "${instanceType}" has Arm processors, whose images serve and do not train`);
  throw new NoSuchImage('scope', `${spec.framework} has no image for "${asked}"; known is ${scope}`);
}

function refuseOtherVersion(spec: PrebuiltSpec, { version, scope }: ImageChoice): void {
  if (version === spec.version) return;
  throw new NoSuchImage('version', `${spec.framework} for ${scope} has no version "${spec.version}"; known is ${version}`);
}
