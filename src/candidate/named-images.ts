import { Refused } from '../rollout/errors.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { isSmdistributed } from './distribution-spec.ts';
import { imageData } from './image-uri-data.ts';
import { NoSuchImage } from './image-uri-refusal.ts';
import { resolvePrebuilt } from './prebuilt.ts';

type Sections = Pick<DeliverySpec, 'train' | 'serve'>;
interface Region {
  readonly region: string;
}

/** An image a delivery names itself, in place of the candidate's own or beside it. */
export interface NamedImage {
  /** Where: `train`, `serve`, or of a pipeline's other containers `before[0]`, `after[0]`. */
  readonly place: string;
  /** By tag or digest, as it is named, or as the framework's version says. */
  readonly uri: string;
  /** What it is started as, and on which instances. */
  readonly commands: readonly ('train' | 'serve')[];
  readonly instanceType: string;
}

/** The type of the instances that train; of several groups the first's. */
const trainingTypeOf = ({ train, serve }: Sections): string => train?.instanceType ?? train?.instanceGroups?.[0]?.instanceType ?? serve.instanceType;

/**
 * The image a section names: a framework's, else one by its URI. Undefined where it means the candidate's own.
 *
 * @throws Refused where AWS publishes no such image, with the nearest known
 */
export function namedIn(sections: Sections, place: 'train' | 'serve', { region }: Region): string | undefined {
  const { train, serve } = sections;
  const section = place === 'train' ? train : serve;
  if (!section?.prebuilt) return section?.image;
  const scope = place === 'train' ? 'training' : 'inference';
  const instanceType = place === 'train' ? trainingTypeOf(sections) : serve.instanceType;
  const smdistributed = place === 'train' && train?.distribution !== undefined && isSmdistributed(train.distribution);
  try {
    return resolvePrebuilt(section.prebuilt, { region, instanceType, scope, smdistributed }).uri;
  } catch (error) {
    if (error instanceof NoSuchImage) throw new Refused(error.message, { cause: error });
    throw error;
  }
}

/**
 * Every image a delivery names.
 *
 * @throws Refused as `namedIn` does
 */
export function namedImagesOf(sections: Sections, region: Region): readonly NamedImage[] {
  const serving = { commands: ['serve'], instanceType: sections.serve.instanceType } as const;
  const train = namedIn(sections, 'train', region);
  const serve = namedIn(sections, 'serve', region);
  const others = (['before', 'after'] as const).flatMap((side) =>
    sections.serve.pipeline[side].map(({ image }, index) => ({ place: placeOf(side, index), uri: image, ...serving })),
  );
  return [
    ...(train === undefined ? [] : [{ place: 'train', uri: train, commands: ['train'] as const, instanceType: trainingTypeOf(sections) }]),
    ...(serve === undefined ? [] : [{ place: 'serve', uri: serve, ...serving }]),
    ...others,
  ];
}

/** Where one of a pipeline's other containers is named. */
export const placeOf = (side: 'before' | 'after', index: number): string => `${side}[${index}]`;

/** Whether an image is in a registry AWS publishes its own in: everybody may pull there, and nobody else vouches for it. */
export const isPublished = (uri: string): boolean => {
  const [, account = '', region = ''] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(uri) ?? [];
  return Object.values(imageData.accountSets).some((accounts) => accounts[region] === account);
};
