import { entryOf, type ImageLeaf, imageData } from './image-uri-data.ts';
import { NoSuchImage } from './image-uri-refusal.ts';
import { nearest } from './nearest.ts';

/**
 * The registry that holds an image in a region: `763104351884.dkr.ecr.eu-west-1.amazonaws.com`.
 *
 * @throws NoSuchImage for a region newer than the data: an account is never guessed
 */
export function registryIn(region: string, leaf: ImageLeaf): string {
  const accounts = imageData.accountSets[leaf.accounts] ?? {};
  const account = entryOf(accounts, region);
  const partition = imageData.partitions.find(({ regionRegex }) => new RegExp(regionRegex).test(region));
  if (account === undefined || partition === undefined) {
    const regions = Object.keys(accounts);
    const near = nearest(region, regions);
    throw new NoSuchImage(
      'region',
      `${leaf.repo} is in no account known for region "${region}"; known are ${regions.join(', ')}${near === undefined ? '' : `; nearest is ${near}`}`,
    );
  }
  return `${account}.dkr.ecr.${region}.${partition.dnsSuffix}`;
}
