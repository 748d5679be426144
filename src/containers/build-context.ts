import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchiveEntry } from './archive.ts';

/** A file or folder an image is built from. */
export interface ContextEntry extends ArchiveEntry {
  /** True for a link, a socket or a device: it may lie there, and cannot be packed. */
  readonly special?: boolean;
}

/**
 * What lies in a build folder. A file is read when its bytes are asked for: a folder may hold far more than its image takes, such as data,
 * a virtual environment or `.git`.
 */
export function contextOf(folder: string): ContextEntry[] {
  const entries: ContextEntry[] = [];
  const walk = (relative: string) => {
    for (const found of readdirSync(join(folder, relative), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = relative ? `${relative}/${found.name}` : found.name;
      const absolute = join(folder, path);
      if (found.isDirectory()) {
        entries.push({ path });
        walk(path);
      } else if (found.isFile()) {
        entries.push({
          path,
          get bytes() {
            return readFileSync(absolute);
          },
          get executable() {
            return (statSync(absolute).mode & 0o100) !== 0;
          },
        });
      } else entries.push({ path, special: true });
    }
  };
  walk('');
  return entries;
}
