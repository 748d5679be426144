import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unpackLayer } from './layer.ts';

/**
 * An image's files as a folder, made once a digest: later layers over earlier ones, whiteouts honoured.
 *
 * @param digest `sha256:…` of the image; names the folder
 * @param layerFiles gzipped tars, lowest first
 * @param under where the folders of all images are
 * @returns the image's root folder
 * @throws BadArchive if a layer is no gzipped tar or holds devices
 */
export function unpackImage(digest: string, layerFiles: readonly string[], under: string): string {
  const folder = join(under, digest.replace(/[^A-Za-z0-9._-]/g, '-'));
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  // Under another name first: a folder of the digest's name is always whole.
  const making = mkdtempSync(`${folder}.`);
  try {
    for (const layer of layerFiles) unpackLayer(readFileSync(layer), making);
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
  return folder;
}
