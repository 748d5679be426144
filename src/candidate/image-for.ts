import { Refused } from '../rollout/errors.ts';
import { ownImageOf, type Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { namedIn } from './named-images.ts';

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
 * The image to train with or to serve: what the delivery names, as it was pinned when the rollout began, else the
 * candidate's own.
 *
 * @throws Refused where there is none, with the way out
 */
export function imageFor(
  { candidate }: Pick<Rollout, 'candidate'>,
  sections: Pick<DeliverySpec, 'train' | 'serve'>,
  scope: 'training' | 'inference',
  settings: { readonly region: string },
): string {
  const place = scope === 'training' ? 'train' : 'serve';
  const image = candidate.named?.[place]?.uri ?? namedIn(sections, place, settings) ?? ownImageOf(candidate);
  if (image === undefined)
    throw new Refused(`There is no image for ${scope}: nothing was built or pushed, and ${place} names neither image nor prebuilt`);
  return image;
}
