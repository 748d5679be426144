import type { ByPython, ImageLeaf } from './image-uri-data.ts';
import { knownWords, NoSuchImage } from './image-uri-refusal.ts';

/**
 * The Python in the tag, and the image it belongs to.
 *
 * @param asked may be left out where there is one; ignored where the tag names none
 * @throws NoSuchImage where there are several and none was named, or where there is no image for the one named
 */
export function pythonOf(
  entry: ImageLeaf | ByPython,
  what: string,
  asked: string | undefined,
): { readonly python: string | undefined; readonly leaf: ImageLeaf } {
  const byPython = 'byPy' in entry ? entry.byPy : undefined;
  const known = 'byPy' in entry ? Object.keys(entry.byPy) : (entry.py ?? []);
  const python = known.length === 0 ? undefined : (asked ?? (known.length === 1 ? known[0] : undefined));
  if (known.length > 0 && (python === undefined || !known.includes(python))) {
    const found = asked === undefined ? `has images for several Pythons; name one in "python"` : `has no image for Python "${asked}"`;
    throw new NoSuchImage('python', `${what} ${found}; ${knownWords(known)}`);
  }
  const leaf = byPython ? byPython[python ?? ''] : (entry as ImageLeaf); // What has no `byPy` is an image.
  if (!leaf) throw new Error(`No image of ${what} for Python "${python}"`);
  return { python, leaf };
}
