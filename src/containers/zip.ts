import { unzipSync, type Zippable, zipSync } from 'fflate';
import { type ArchiveEntry, BadArchive } from './archive.ts';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const regularFile = 0o100000;
const folder = 0o040000;
const kinds = 0o170000;

/** Who wrote an entry, as the format numbers systems: only Unix has modes. */
const unix = 3;
/** The first moment the format knows, in whatever time zone it is asked. */
const firstMoment = new Date(1980, 0, 1);

/** A zip of `entries`, executable bits kept: sorted by path, all of one time, so that equal content is equal bytes on every machine. */
export function zip(entries: readonly ArchiveEntry[]): Uint8Array {
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const files: Zippable = {};
  for (const { path, bytes, executable } of sorted) {
    const mode = !bytes ? folder | 0o755 : regularFile | (executable ? 0o755 : 0o644);
    files[bytes ? path : `${path}/`] = [bytes ?? new Uint8Array(), { level: 6, mtime: firstMoment, os: unix, attrs: mode << 16 }];
  }
  return zipSync(files);
}

/** What the archive's directory says of a file's mode; 0 where whoever zipped it knew no modes. */
function modesOf(bytes: Uint8Array): ReadonlyMap<string, number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== endOfDirectory) end--;
  const modes = new Map<string, number>();
  if (end < 0) return modes;
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0 && at + 46 <= bytes.length && view.getUint32(at, true) === directoryEntry; left--) {
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    modes.set(name, view.getUint32(at + 38, true) >>> 16);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return modes;
}

/**
 * The files and folders of a zip, in memory, with their executable bits.
 *
 * @throws BadArchive if it is no zip, holds links, or a path that leaves it
 */
export function entriesOfZip(bytes: Uint8Array): ArchiveEntry[] {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes);
  } catch (cause) {
    throw new BadArchive('zip: not a valid zip file', { cause });
  }
  const modes = modesOf(bytes);
  return Object.entries(files).map(([name, content]) => {
    const mode = modes.get(name) ?? 0;
    const path = name.replace(/\/$/, '');
    if (path.startsWith('/') || path.split('/').includes('..')) throw new BadArchive(`zip: "${name}" leaves the archive`);
    if (name.endsWith('/')) return { path };
    if ((mode & kinds) !== 0 && (mode & kinds) !== regularFile)
      throw new BadArchive(`zip: "${name}" is a link or a device, expected files and folders`);
    return { path, bytes: content, executable: (mode & 0o100) !== 0 };
  });
}
