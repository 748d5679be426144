import { imageData } from './image-uri-data.ts';
import { knownWords, NoSuchImage } from './image-uri-refusal.ts';

/** `ml.g5.xlarge` -> `g5`; undefined for what is no SageMaker instance type, such as `local`. */
export const familyOf = (instanceType: string | undefined): string | undefined => /^ml[._]([a-z\d-]+)\.?\w*$/.exec(instanceType ?? '')?.[1];

/** Whether AWS publishes images for this family's Arm processors. */
export const isKnownGraviton = (family: string | undefined): boolean => family !== undefined && imageData.graviton.families.includes(family);

/** The kind of processor an instance family has, in the words of the tags. */
function kindOf(family: string): string {
  if (family.startsWith('inf')) return 'inf';
  if (family.startsWith('trn')) return 'trn';
  return /^[gp]/.test(family) ? 'gpu' : 'cpu';
}

/** Whether instances of this type have a GPU. */
export const hasGpu = (instanceType: string): boolean => kindOf(familyOf(instanceType) ?? '') === 'gpu';

/**
 * The processor in the tag.
 *
 * @param processors those there are images for; empty where the tag names none
 * @returns undefined where the tag names none
 * @throws NoSuchImage where there is no image for this instance type
 */
export function processorOf(
  processors: readonly string[],
  { instanceType, serverless = false }: { readonly instanceType?: string | undefined; readonly serverless?: boolean | undefined },
): string | undefined {
  const [only] = processors;
  if (only === undefined || (processors.length === 1 && instanceType === undefined)) return only;
  const wanted = serverless ? 'cpu' : wantedBy(instanceType, processors);
  if (processors.includes(wanted)) return wanted;
  throw new NoSuchImage('instanceType', `instance type "${instanceType ?? 'serverless'}" needs an image for ${wanted}; ${knownWords(processors)}`);
}

function wantedBy(instanceType: string | undefined, processors: readonly string[]): string {
  if (instanceType === undefined) {
    throw new NoSuchImage('instanceType', `the images differ by processor, and no instance type was named; ${knownWords(processors)}`);
  }
  if (instanceType.startsWith('local')) return instanceType === 'local' ? 'cpu' : 'gpu';
  const family = familyOf(instanceType);
  if (family === undefined) {
    throw new NoSuchImage('instanceType', `"${instanceType}" is no SageMaker instance type; they read like ml.m5.large`);
  }
  return processors.includes(family) ? family : kindOf(family);
}

/**
 * Refuses instance families for which a framework has no image at all.
 *
 * @throws NoSuchImage with the reason
 */
export function refuseFamily(framework: string, instanceType: string | undefined): void {
  const family = familyOf(instanceType);
  if (family === undefined) return;
  const refuse = (reason: string) => new NoSuchImage('instanceType', `instance type "${instanceType}": ${reason}`);
  if (/^(inf|trn)/.test(family) && (framework === 'pytorch' || framework === 'huggingface')) {
    throw refuse(`the Neuron images of ${framework} are not among those known; name an image of your own, or take another instance type`);
  }
  if (family.startsWith('trn') && !imageData.trainiumFrameworks.includes(framework)) throw refuse(`${framework} does not run on Trainium`);
  if (isKnownGraviton(family) && !imageData.graviton.frameworks.includes(framework)) {
    throw refuse(`${framework} has no image for Graviton; frameworks that have one are ${imageData.graviton.frameworks.join(', ')}`);
  }
}

/**
 * Refuses p2 instances for versions that no longer run there.
 *
 * @throws NoSuchImage
 */
export function refuseRetiredP2(framework: string, version: string, instanceType: string | undefined): void {
  const first = familyOf(instanceType) === 'p2' ? imageData.p2Retired[framework] : undefined;
  if (first === undefined || compareVersions(version, first) < 0) return;
  throw new NoSuchImage('instanceType', `instance type "${instanceType}": ${framework} ${first} and later does not run on p2; take g4dn, g5 or p3`);
}

/** Below 0 where `a` is older: part by part, as numbers. */
function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(/[.-]/).map(Number));
  for (let part = 0; part < Math.max(left?.length ?? 0, right?.length ?? 0); part++) {
    const difference = (left?.[part] ?? 0) - (right?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
