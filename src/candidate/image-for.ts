import { Refused } from '../rollout/errors.ts';
import { ownImageOf, type Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { isSmdistributed } from './distribution-spec.ts';
import { NoSuchImage } from './image-uri-refusal.ts';
import { resolvePrebuilt } from './prebuilt.ts';

/** What the candidate's own image is started as, and on which instances: the serving ones where it serves at all. */
export function runsOfOwnImage({ train, serve }: Pick<DeliverySpec, 'train' | 'serve'>): {
  readonly commands: readonly ('train' | 'serve')[];
  readonly instanceType: string;
} {
  const isOwn = (section: { readonly image?: unknown; readonly prebuilt?: unknown }) => !section.image && !section.prebuilt;
  const trains = train && isOwn(train);
  if (!trains || isOwn(serve)) return { commands: trains ? ['train', 'serve'] : ['serve'], instanceType: serve.instanceType };
  return { commands: ['train'], instanceType: train.instanceType ?? train.instanceGroups?.[0]?.instanceType ?? serve.instanceType };
}

/** `{bucket}` in a delivery is the service's own. */
export const inBucket = (uri: string, bucket: string): string => uri.replace('s3://{bucket}/', `s3://${bucket}/`);

/**
 * The image to train with or to serve: a framework's where the delivery names one, else the image it names, else the
 * candidate's own.
 *
 * @throws Refused where there is none, with the way out
 */
export function imageFor(
  { candidate }: Pick<Rollout, 'candidate'>,
  { train, serve }: Pick<DeliverySpec, 'train' | 'serve'>,
  scope: 'training' | 'inference',
  { region }: { readonly region: string },
): string {
  const section = scope === 'training' ? train : serve;
  if (section?.prebuilt) {
    const smdistributed = scope === 'training' && train?.distribution !== undefined && isSmdistributed(train.distribution);
    const instanceType = section.instanceType ?? train?.instanceGroups?.[0]?.instanceType ?? '';
    try {
      return resolvePrebuilt(section.prebuilt, { region, instanceType, scope, smdistributed }).uri;
    } catch (error) {
      if (error instanceof NoSuchImage) throw new Refused(error.message, { cause: error });
      throw error;
    }
  }
  const image = section?.image ?? ownImageOf(candidate);
  if (image === undefined) {
    const where = scope === 'training' ? 'train' : 'serve';
    throw new Refused(`There is no image for ${scope}: nothing was built or pushed, and ${where} names neither image nor prebuilt`);
  }
  return image;
}
