import type { ImageContents } from '../seen.ts';

/** A file of an image that a person wrote, read as text. */
export interface TextFile {
  readonly path: string;
  readonly source: string;
  readonly text: string;
}

/** Larger files are data, or somebody else's bundle. */
const largestBytes = 256 * 1024;
/** What an image brings that its maker did not write. */
const isBrought = /\/(site-packages|dist-packages|node_modules)\/|^\/(usr\/(?!src\/|local\/bin\/)|lib|etc\/(?!nginx\/)|var|proc|sys)/;

/** Whether a file is one a person may have written for this image, and small enough to be read. */
export const mayBeOwn = (path: string, bytes: number): boolean => bytes <= largestBytes && !isBrought.test(path);

/** The maker's own files: programs and settings, without data, libraries and what the base brings. */
export const ownTexts = ({ files }: Pick<ImageContents, 'files'>): readonly TextFile[] =>
  [...files]
    .filter(([path, { bytes }]) => mayBeOwn(path, bytes.length) && !/\.(csv|md|txt|json|lock)$/.test(path) && !bytes.includes(0))
    .map(([path, { bytes, source }]) => ({ path, source, text: new TextDecoder().decode(bytes) }));

/** `source:line` of the first line that matches. */
export function placeOf({ source, text }: TextFile, pattern: RegExp): string {
  const line = text.split('\n').findIndex((one) => pattern.test(one));
  return line < 0 ? source : `${source}:${line + 1}`;
}
