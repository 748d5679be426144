import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { untarGzip } from './archive.ts';

/** A file by its path below some folder, `/` between the parts. */
export interface FolderFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Model data as SageMaker takes it: one archive to unpack, or files to lay out. */
export type ModelData = { readonly kind: 'archive'; readonly bytes: Uint8Array } | { readonly kind: 'files'; readonly files: readonly FolderFile[] };

/**
 * Lays model data out in a container's `/opt/ml/model`; the archive's root becomes the folder's.
 *
 * @param folder exists
 * @throws BadArchive for what is no gzipped tar, or holds links
 * @throws RangeError for a file that would leave the folder
 */
export function layModel(data: ModelData | undefined, folder: string): void {
  if (!data) return;
  if (data.kind === 'archive') {
    untarGzip(data.bytes, folder);
    return;
  }
  for (const { path, bytes } of data.files) {
    const file = resolve(folder, path);
    if (!file.startsWith(folder + sep)) throw new RangeError(`Model file "${path}" leaves the model's folder`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
