import type { PackagedContainer } from '../ports/packages.ts';
import type { Ports } from '../ports/ports.ts';
import { Refused } from '../rollout/errors.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { imageFor, inBucket } from './image-for.ts';
import { placeOf } from './named-images.ts';
import { pinnedImage } from './pin-images.ts';

type Needs = Pick<Ports, 'packages' | 'images' | 'settings'>;

/**
 * What the model is made of, every image by digest: what was decided before, a registered package's containers as they
 * were registered, else what the delivery says. A serial pipeline in its order.
 *
 * @throws Refused where an image has no digest to be found, or the package is gone
 */
export async function containersOf(rollout: Rollout, spec: DeliverySpec, ports: Needs): Promise<readonly PackagedContainer[]> {
  const { packageArn, containers: decided } = rollout.candidate;
  // A tag may have moved since; and what an earlier rollout brought into service comes back as it was then.
  if (decided) return decided;
  if (packageArn !== undefined) {
    const registered = await ports.packages.describe(packageArn);
    if (!registered) throw new Refused(`${packageArn} is not in the model registry any more`);
    return Promise.all(
      registered.containers.map(async (container) => ({ ...container, imageUri: await pinnedImage(container.imageUri, packageArn, ports.images) })),
    );
  }
  const modelDataUrl = rollout.candidate.modelDataUrl ?? spec.serve.modelData;
  const own: PackagedContainer = {
    imageUri:
      rollout.candidate.named?.['serve']?.uri ??
      (await pinnedImage(imageFor(rollout, spec, 'inference', ports.settings), 'what serves', ports.images)),
    ...(modelDataUrl !== undefined && { modelDataUrl: inBucket(modelDataUrl, ports.settings.bucket) }),
    environment: spec.serve.environment,
  };
  const others = (side: 'before' | 'after') =>
    Promise.all(
      spec.serve.pipeline[side].map(async ({ image, modelData, environment }, index) => ({
        imageUri:
          rollout.candidate.named?.[placeOf(side, index)]?.uri ?? (await pinnedImage(image, `${placeOf(side, index)} of the delivery`, ports.images)),
        ...(modelData !== undefined && { modelDataUrl: inBucket(modelData, ports.settings.bucket) }),
        environment,
      })),
    );
  return [...(await others('before')), own, ...(await others('after'))];
}
