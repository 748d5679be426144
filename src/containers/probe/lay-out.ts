import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ImageContents } from '../checks/seen.ts';

/** Writes an image's files into `folder`, which becomes its `/`. */
export function layOut({ files, folders }: Pick<ImageContents, 'files' | 'folders'>, folder: string): void {
  for (const path of folders) mkdirSync(join(folder, path), { recursive: true });
  for (const [path, { bytes, executable }] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
    // Not as the mode of writeFileSync, which the process's umask narrows.
    chmodSync(file, executable ? 0o755 : 0o644);
  }
}

/** Copies a folder's files; links become what they point to. */
export const layFolder = (from: string, to: string): void => cpSync(from, to, { recursive: true, dereference: true });
