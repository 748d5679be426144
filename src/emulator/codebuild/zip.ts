import { unzipSync } from 'fflate';
import { type ArchiveEntry, BadArchive } from '../../containers/archive.ts';

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;
const regularFile = 0o100000;
const kinds = 0o170000;

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
