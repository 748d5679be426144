import type { Ports } from '../ports/ports.ts';
import { Refused } from '../rollout/errors.ts';
import { specOf } from '../rollout/load.ts';
import type { PinnedImage, Rollout } from '../rollout/rollout.ts';
import { isPublished, type NamedImage, namedImagesOf } from './named-images.ts';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'images' | 'settings' | 'clock'>;

/**
 * Writes down which digest each image has that the delivery names itself, before anything else is done: a tag that moves
 * while the rollout builds, trains or waits moves nothing of it. Asked again it changes nothing.
 *
 * @returns the rollout, with an ending where an image is not to be had
 */
export async function pinImages(rollout: Rollout, ports: Needs): Promise<Rollout> {
  const { named, packageArn, containers } = rollout.candidate;
  // What served before, or was registered, has the images it had then.
  if (rollout.ending || named || packageArn !== undefined || containers || rollout.request.kind === 'again') return rollout;
  try {
    const wanted = namedImagesOf(await specOf(rollout, ports), ports.settings);
    if (wanted.length === 0) return rollout;
    const pins = await Promise.all(wanted.map((image) => pin(image, ports)));
    const text = pins.map(
      ([place, { asNamed, uri }]) =>
        `${place}: ${asNamed === uri && !uri.includes('@') ? `${uri}, by its tag: its registry does not say which digest that is` : uri}`,
    );
    return await ports.rollouts.save(
      { ...rollout, candidate: { ...rollout.candidate, named: Object.fromEntries(pins) } },
      [{ kind: 'images-pinned', text: text.join('; '), evidence: { images: Object.fromEntries(pins) } }],
      ports.clock.now(),
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const ending = { outcome: 'Rejected', reason: 'image-unknown', text: error.message, page: false } as const;
    return ports.rollouts.save({ ...rollout, ending }, [{ kind: 'images-pinned', text: error.message }], ports.clock.now());
  }
}

async function pin({ place, uri: asNamed }: NamedImage, { images }: Pick<Ports, 'images'>): Promise<[place: string, image: PinnedImage]> {
  return [place, { asNamed, uri: await pinnedImage(asNamed, `${place} of the delivery`, images) }];
}

/**
 * An image's URI by digest; by its tag only where it is AWS's own and its registry does not say. Those may well answer
 * SageMaker alone, and that is no reason against an image everybody uses.
 *
 * @param where who names it
 * @throws Refused with the reason and the way out: what nobody can name by digest could be another image by the time it is served
 */
export async function pinnedImage(uri: string, where: string, images: Ports['images']): Promise<string> {
  let because = 'its registry has no such image';
  const found = await images.pinned(uri).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    because = error.message;
    return undefined;
  });
  if (found !== undefined) return found;
  if (isPublished(uri)) return uri;
  throw new Refused(`Cannot pin image "${uri}" (${where}): ${because}; push it, let Sluice read it (ecr:BatchGetImage), or name it by digest`);
}
