import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { gzipSync } from 'fflate';
import { createTar } from 'nanotar';
import { NoTar } from './probe/tar.ts';
import { type WholeEntry, wholeEntries } from './tar-entries.ts';

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

/** @throws BadArchive if it is no gzipped tar */
export function entriesOfGzip(bytes: Uint8Array): readonly WholeEntry[] {
  let plain: Uint8Array;
  try {
    plain = gunzipSync(bytes);
  } catch (cause) {
    throw new BadArchive('Cannot unpack the archive: it is no gzip', { cause });
  }
  try {
    return [...wholeEntries(plain)];
  } catch (cause) {
    if (!(cause instanceof NoTar)) throw cause;
    throw new BadArchive(`Cannot unpack the archive: ${cause.message}`, { cause });
  }
}

/** What an entry is, for people. */
const kindWords: Readonly<Record<WholeEntry['kind'], string>> = {
  file: 'a file',
  folder: 'a folder',
  symlink: 'a symbolic link',
  'hard-link': 'a hard link',
  other: 'a device or a pipe',
};

/**
 * Takes a gzipped tar apart into `folder`, over what is there. No entry reaches outside `folder`: `..` and absolute paths
 * end inside it.
 *
 * @returns how many files were written
 * @throws BadArchive if it is no gzipped tar, or holds links or devices
 */
export function untarGzip(bytes: Uint8Array, folder: string): number {
  const root = resolve(folder);
  mkdirSync(root, { recursive: true });
  let files = 0;
  for (const { path, kind, mode, content } of entriesOfGzip(bytes)) {
    const absolute = join(root, posix.resolve('/', path));
    if (kind === 'folder') {
      mkdirSync(absolute, { recursive: true });
    } else if (kind === 'file') {
      if (absolute === root || absolute === `${root}/`) throw new BadArchive(`Cannot unpack "${path}": it has no name`);
      mkdirSync(dirname(absolute), { recursive: true });
      rmSync(absolute, { recursive: true, force: true });
      writeFileSync(absolute, content, { mode: (mode & 0o100) === 0 ? 0o644 : 0o755 });
      files++;
    } else {
      throw new BadArchive(`Cannot unpack "${path}": it is ${kindWords[kind]}, expected plain files and folders`);
    }
  }
  return files;
}
