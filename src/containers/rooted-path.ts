import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { BadArchive } from './archive.ts';

/** As Linux counts: who follows more links than that goes in a circle. */
const mostLinks = 40;

/** What a link may point to beside its own root: what every process has at hand, and reads and writes nobody else's files. */
const ownStreams = /^\/dev\/(?:stdin|stdout|stderr|null|zero|u?random)$|^\/proc\/self\/fd\/[012]$/;

/** What is at a path, a link for itself; undefined where there is nothing, also because a file is in the way. */
export function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined; // Node's own error.
    throw error;
  }
}

/**
 * Where a path of an image lies below `root`, as if that were `/`: `..` ends there, and so does every link on the way.
 *
 * @param followLast whether a link at the path's end is followed as well; default it stands for itself
 * @throws BadArchive where links go in a circle
 */
export function rootedPath(root: string, path: string, followLast = false): string {
  const left = path.split('/').filter((part) => part !== '' && part !== '.');
  let at = root;
  for (let links = 0; ; ) {
    const part = left.shift();
    if (part === undefined) return at;
    if (part === '..') {
      if (at !== root) at = dirname(at);
      continue;
    }
    const next = join(at, part);
    const isLink = (left.length > 0 || followLast) && statusOf(next)?.isSymbolicLink() === true;
    if (!isLink) {
      at = next;
      continue;
    }
    if (++links > mostLinks) throw new BadArchive(`Cannot unpack "${path}": its links go in a circle`);
    const target = readlinkSync(next);
    if (target.startsWith('/')) at = root;
    left.unshift(...target.split('/').filter((each) => each !== '' && each !== '.'));
  }
}

/**
 * What a link in `folder` has to say so that it stays below `root` for whoever follows it without knowing of a root: the way
 * up first, then down. An absolute target is one of the image.
 *
 * @param folder absolute, at or below `root`, no link in it
 */
export function rootedTarget(root: string, folder: string, target: string): string {
  if (ownStreams.test(target)) return target;
  const from = `/${relative(root, folder)}`;
  return posix.relative(from, posix.resolve(from, target)) || '.';
}
