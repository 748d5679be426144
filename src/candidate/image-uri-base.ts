import { type ByBase, entryOf, type ImageLeaf } from './image-uri-data.ts';
import { knownWords, NoSuchImage } from './image-uri-refusal.ts';
import { nearest } from './nearest.ts';

/**
 * The image of one version of Hugging Face's transformers on a base framework: `pytorch2.1.0`, or its alias `pytorch2.1`.
 *
 * @throws NoSuchImage where transformers of this version has no image on it
 */
export function leafOnBase(entry: ByBase, what: string, baseFramework: string | undefined): ImageLeaf {
  const known = Object.keys(entry.base);
  if (baseFramework === undefined) throw new NoSuchImage('baseFramework', `${what} needs a baseFramework; ${knownWords(known)}`);
  const leaf = entryOf(entry.base, entryOf(entry.baseAliases, baseFramework) ?? baseFramework);
  if (leaf) return leaf;
  throw new NoSuchImage('baseFramework', `${what} has no image on "${baseFramework}"; ${knownWords(known, nearest(baseFramework, known))}`);
}
