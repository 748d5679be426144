import type { ArchiveEntry } from '../../containers/archive.ts';
import type { PackedImage } from '../../containers/pack.ts';
import type { ImageOrder } from './contract.ts';

/** What an image is built of. */
export interface BuildInput extends Pick<ImageOrder, 'dockerfile' | 'buildArguments' | 'platform'> {
  /** The build folder. */
  readonly entries: readonly ArchiveEntry[];
  /** Names the build in what is said of it. */
  readonly name: string;
}

/** An image that could not be built; the text is the builder's own. */
export class ImageNotBuilt extends Error {
  override name = 'ImageNotBuilt';
}

/** What builds images. */
export interface Builder {
  /**
   * @param onLine each line of the build's log
   * @param over aborted when nobody waits for the image any more
   * @throws ImageNotBuilt
   */
  build(input: BuildInput, onLine: (line: string) => void, over: AbortSignal): Promise<PackedImage>;
}
