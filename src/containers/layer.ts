import { chmodSync, linkSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { BadArchive, entriesOfGzip } from './archive.ts';
import { rootedPath, rootedTarget, statusOf } from './rooted-path.ts';
import type { WholeEntry } from './tar-entries.ts';

/** Where a whiteout marks what a lower layer had and this one hasn't. */
const whiteout = '.wh.';
const opaqueWhiteout = '.wh..wh..opq';

const isWhiteout = ({ path }: WholeEntry): boolean => basename(path).startsWith(whiteout);

/**
 * Takes a layer of an image apart into `folder`, over what is there. Whiteouts remove what a lower layer brought. Links are
 * made as the image means them, with `folder` as its root: none leads out of it, neither what is unpacked through one nor
 * whoever follows it later.
 *
 * @throws BadArchive if it is no gzipped tar, or holds devices
 */
export function unpackLayer(gzipped: Uint8Array, folder: string): void {
  const root = resolve(folder);
  mkdirSync(root, { recursive: true });
  const entries = entriesOfGzip(gzipped);
  for (const entry of entries.filter(isWhiteout)) hide(root, entry.path);
  for (const entry of entries.filter((one) => !isWhiteout(one))) lay(root, entry);
}

function hide(root: string, path: string): void {
  const parent = rootedPath(root, dirname(path), true);
  const name = basename(path);
  if (name === opaqueWhiteout) {
    if (statusOf(parent)?.isDirectory()) for (const one of readdirSync(parent)) rmSync(join(parent, one), { recursive: true });
    return;
  }
  const hidden = name.slice(whiteout.length);
  if (hidden === '' || hidden === '.' || hidden === '..') throw new BadArchive(`Cannot unpack "${path}": it hides no name`);
  rmSync(join(parent, hidden), { recursive: true, force: true });
}

function lay(root: string, { path, kind, mode, target, content }: WholeEntry): void {
  // The folders above are followed where they are links, the entry itself never: it takes the place of a link.
  const absolute = rootedPath(root, path);
  const there = statusOf(absolute);
  if (kind === 'folder' && there?.isDirectory()) return;
  if (absolute === root) throw new BadArchive(`Cannot unpack "${path}": it has no name`);
  const source = kind === 'hard-link' ? rootedPath(root, target) : undefined;
  // A link to itself: it has what it asks for.
  if (source === absolute && there) return;
  makeFolder(root, dirname(absolute));
  if (there) rmSync(absolute, { recursive: true, force: true });
  switch (kind) {
    case 'folder':
      mkdirSync(absolute);
      return;
    case 'file':
      writeFileSync(absolute, content);
      chmodSync(absolute, (mode & 0o100) === 0 ? 0o644 : 0o755);
      return;
    case 'symlink':
      symlinkSync(rootedTarget(root, dirname(absolute), target), absolute);
      return;
    case 'hard-link':
      return again(root, path, source ?? root, absolute);
    default:
      throw new BadArchive(`Cannot unpack "${path}": it is a device or a pipe, expected files, folders and links`);
  }
}

/** A file once more under another name. */
function again(root: string, path: string, source: string, absolute: string): void {
  const there = statusOf(source);
  if (there?.isFile()) return linkSync(source, absolute);
  if (!there?.isSymbolicLink()) throw new BadArchive(`Cannot unpack "${path}": it is a link to what is no file of the image`);
  const target = readlinkSync(source);
  // What the link says is said from its own folder.
  const meant = target.startsWith('/') ? target : join('/', dirname(source).slice(root.length), target);
  symlinkSync(rootedTarget(root, dirname(absolute), meant), absolute);
}

/** A layer may name a file without its folders, or where a lower layer has a file. */
function makeFolder(root: string, folder: string): void {
  if (folder === root) return;
  makeFolder(root, dirname(folder));
  const there = statusOf(folder);
  if (there?.isDirectory()) return;
  if (there) rmSync(folder, { force: true });
  mkdirSync(folder);
}
