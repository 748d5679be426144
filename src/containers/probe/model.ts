import { createReadStream, lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ArchiveEntrySeen } from '../checks/seen.ts';
import { tarEntries } from './tar.ts';

/** A model as it lies there: an archive, or the folder that will become one. */
export interface ModelSeen {
  readonly where: string;
  /** Why it is no gzipped tar; unset: it is one, or a folder. */
  readonly unreadable?: string;
  readonly isFolder: boolean;
  readonly entries: readonly ArchiveEntrySeen[];
  readonly archiveBytes: number;
}

/**
 * Lists a model archive without unpacking it, or a folder.
 *
 * @throws Error where there is no such file or folder
 */
export async function readModel(path: string): Promise<ModelSeen> {
  const status = statSync(path);
  if (status.isDirectory()) return { where: path, isFolder: true, entries: entriesBelow(path), archiveBytes: 0 };
  const entries: ArchiveEntrySeen[] = [];
  const seen = { where: path, isFolder: false, entries, archiveBytes: status.size };
  const gunzip = createGunzip();
  // Its failure is the reader's as well, which is where it is told.
  pipeline(createReadStream(path), gunzip).catch(() => {});
  try {
    for await (const { path: name, kind, mode, bytes } of tarEntries(gunzip)) entries.push({ path: name, kind, mode, bytes });
    return seen;
  } catch (error) {
    return { ...seen, unreadable: `it is no gzipped tar: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    gunzip.destroy();
  }
}

function entriesBelow(folder: string): ArchiveEntrySeen[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => {
    const status = lstatSync(join(folder, path));
    const kind = status.isSymbolicLink() ? 'symlink' : status.isDirectory() ? 'folder' : status.isFile() ? 'file' : 'other';
    return { path: path.replaceAll('\\', '/'), kind, mode: status.mode & 0o7777, bytes: status.isFile() ? status.size : 0 };
  });
}
