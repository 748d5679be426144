import type { Kernel } from '../kernel.ts';

/** Where layers are downloaded, below the emulator's own address. On AWS it is a bucket of ECR's, by a signed URL. */
export const downloadPrefix = '/_ecr/layers/';

const hourMs = 3_600_000;

/** Addresses that were given out, each good for one blob and an hour. */
export interface Downloads {
  /** @returns the path to ask for it */
  offer(digest: string): string;
  /** The digest a path stands for; undefined where it was never given out, or too long ago. */
  taken(path: string): string | undefined;
}

export function createDownloads({ clock, random }: Pick<Kernel, 'clock' | 'random'>): Downloads {
  const offers = new Map<string, { readonly digest: string; readonly untilMs: number }>();
  return {
    offer(digest) {
      const path = `${downloadPrefix}${random.hex('ecr/download', 16)}`;
      offers.set(path, { digest, untilMs: clock.now() + hourMs });
      return path;
    },
    taken(path) {
      const offer = offers.get(path);
      return offer && offer.untilMs > clock.now() ? offer.digest : undefined;
    },
  };
}
