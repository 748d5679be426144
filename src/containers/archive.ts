import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { gzipSync } from 'fflate';
import { createTar, parseTar } from 'nanotar';

/** A file or folder of an archive. `path` is relative, `/`-separated, without a leading or trailing slash. */
export interface ArchiveEntry {
  readonly path: string;
  /** Unset: a folder. */
  readonly bytes?: Uint8Array;
  readonly executable?: boolean;
}

/** An archive that cannot be made or taken apart; the text names the entry. */
export class BadArchive extends Error {
  override name = 'BadArchive';
}

/** The archive format's room for a path, in bytes of UTF-8. */
const longestPathBytes = 100;

/**
 * A tar of `entries`: sorted by path, every time stamp, owner and group 0, so that equal content is equal bytes on every machine.
 *
 * @throws BadArchive if a path is longer than 100 bytes
 */
export function tar(entries: readonly ArchiveEntry[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path } of sorted) {
    const bytes = Buffer.byteLength(path) + 1;
    if (bytes > longestPathBytes) throw new BadArchive(`Cannot archive "${path}": its path takes ${bytes} bytes, ${longestPathBytes} at most`);
  }
  const body = createTar(
    sorted.map(({ path, bytes, executable }) => ({
      name: bytes ? path : `${path}/`,
      ...(bytes ? { data: bytes } : {}),
      attrs: { mode: !bytes || executable ? '755' : '644', uid: 0, gid: 0, mtime: 0 },
    })),
  );
  // A tar ends with two empty blocks; the library leaves them out when the entries fill a record exactly.
  const whole = new Uint8Array(body.length + 1024);
  whole.set(body);
  return whole;
}

/** Gzip by a pure JavaScript library: zlib's output differs between processors and versions, this doesn't. */
export const gzip = (bytes: Uint8Array): Uint8Array => gzipSync(bytes, { level: 6, mtime: 0 });

/** Every file and folder below `folder`, or of the one path given. A link is refused: an archive of ours holds plain files. */
export function entriesOf(folder: string): ArchiveEntry[] {
  const entries: ArchiveEntry[] = [];
  const walk = (relative: string) => {
    for (const name of readdirSync(join(folder, relative)).sort()) {
      const path = relative ? `${relative}/${name}` : name;
      const absolute = join(folder, path);
      const status = lstatSync(absolute);
      if (status.isDirectory()) {
        entries.push({ path });
        walk(path);
      } else if (status.isFile()) {
        entries.push({ path, bytes: readFileSync(absolute), executable: (status.mode & 0o100) !== 0 });
      } else {
        throw new BadArchive(`Cannot archive "${path}": it is a link or a device, expected a file or a folder`);
      }
    }
  };
  walk('');
  return entries;
}

/** The content of `folder` at the archive's root, as SageMaker packs `/opt/ml/model` into `model.tar.gz`. Deterministic. */
export const tarGzip = (folder: string): Uint8Array => gzip(tar(entriesOf(folder)));

/** Where a whiteout marks what a lower layer had and this one hasn't. */
const whiteout = '.wh.';
const opaqueWhiteout = '.wh..wh..opq';

/**
 * Takes a gzipped tar apart into `folder`, over what is there. No entry reaches outside `folder`: `..` and absolute paths
 * end inside it.
 *
 * @param layer true for an image layer: whiteout entries remove what a lower layer brought
 * @returns how many files were written
 * @throws BadArchive if it is no gzipped tar, or holds links or devices
 */
export function untarGzip(bytes: Uint8Array, folder: string, layer = false): number {
  let plain: Uint8Array<ArrayBuffer>;
  try {
    // A copy with room at the end: the parser reads the whole buffer behind an array and needs an empty block after the last entry.
    const unzipped = gunzipSync(bytes);
    plain = new Uint8Array(unzipped.length + 1024);
    plain.set(unzipped);
  } catch (cause) {
    throw new BadArchive('Cannot unpack the archive: it is no gzip', { cause });
  }
  const root = resolve(folder);
  mkdirSync(root, { recursive: true });
  const inside = (path: string) => {
    const absolute = resolve(root, `./${path}`);
    if (absolute !== root && !absolute.startsWith(root + sep)) throw new BadArchive(`Cannot unpack "${path}": it leaves the folder`);
    return absolute;
  };
  const entries = parseTar(plain);
  if (layer) {
    for (const { name } of entries) {
      const path = name.replace(/\/$/, '');
      const base = path.slice(path.lastIndexOf('/') + 1);
      const parent = inside(dirname(path));
      if (base === opaqueWhiteout) rmSync(parent, { recursive: true, force: true });
      else if (base.startsWith(whiteout)) {
        const hidden = base.slice(whiteout.length);
        if (hidden === '' || hidden === '.' || hidden === '..') throw new BadArchive(`Cannot unpack "${path}": it hides no name`);
        rmSync(join(parent, hidden), { recursive: true, force: true });
      }
    }
  }
  let files = 0;
  for (const entry of entries) {
    const absolute = inside(entry.name);
    if (layer && entry.name.slice(entry.name.lastIndexOf('/') + 1).startsWith(whiteout)) continue;
    if (entry.type === 'directory' || entry.name.endsWith('/')) {
      mkdirSync(absolute, { recursive: true });
    } else if (entry.type === 'file') {
      if (absolute === root) throw new BadArchive(`Cannot unpack "${entry.name}": it has no name`);
      mkdirSync(dirname(absolute), { recursive: true });
      const executable = (Number.parseInt(entry.attrs?.mode ?? '644', 8) & 0o100) !== 0;
      rmSync(absolute, { recursive: true, force: true });
      writeFileSync(absolute, entry.data ?? new Uint8Array(), { mode: executable ? 0o755 : 0o644 });
      files++;
    } else {
      throw new BadArchive(`Cannot unpack "${entry.name}": it is of type "${entry.type ?? 'unknown'}", expected plain files and folders`);
    }
  }
  return files;
}
