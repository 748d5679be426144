import type { FolderFile } from '../../containers/model-data.ts';
import { notEmulated } from '../aws-error.ts';
import type { SageMakerOptions } from './state.ts';

/** Splits `s3://bucket/key`. Throws where it is another kind of address, which SageMaker takes and the emulator does not. */
export function s3Location(uri: string): { readonly bucket: string; readonly key: string } {
  const match = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (!match) throw notEmulated(`data at "${uri}": only s3:// addresses are read`);
  return { bucket: match[1] ?? '', key: match[2] ?? '' };
}

/**
 * The objects below a prefix, as files relative to it. A prefix that is an object's whole key gives that object, named
 * after its last part; keys that end in `/` are folder markers and are left out.
 */
export function filesBelow(objects: SageMakerOptions['objects'], uri: string): readonly FolderFile[] {
  const { bucket, key: prefix } = s3Location(uri);
  // What SageMaker strips from each key is the prefix up to its last slash: "train/part-" keeps "part-0.csv".
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const files: FolderFile[] = [];
  for (const key of objects.list(bucket, prefix)) {
    if (key.endsWith('/')) continue;
    // "s3://b/train" means the folder train/ where there is one: S3 lists train/x.csv and, by prefix, training.csv too.
    const relative = key.startsWith(`${prefix}/`) ? key.slice(prefix.length + 1) : key.slice(folder.length);
    const bytes = objects.read(bucket, key);
    if (bytes) files.push({ path: relative, bytes });
  }
  return files;
}

/** Uncompressed model files below a prefix that ends in `/`. A folder's marker is one of them, and has no name: AWS refuses it, unlike for training data. */
export function modelFilesBelow(objects: SageMakerOptions['objects'], uri: string): readonly FolderFile[] {
  const { bucket, key: prefix } = s3Location(uri);
  return objects.list(bucket, prefix).flatMap((key) => {
    const bytes = objects.read(bucket, key);
    return bytes ? [{ path: key.slice(prefix.length), bytes }] : [];
  });
}

/** Why a set of uncompressed model files cannot be laid out as a folder, as AWS refuses it; undefined where it can. */
export function unusableNames(files: readonly FolderFile[]): string | undefined {
  const names = new Set(files.map((file) => file.path));
  for (const { path } of files) {
    const parts = path.split('/');
    for (const part of parts) {
      if (part.trim() === '' || part === '.' || part === '..' || part.includes('\0') || Buffer.byteLength(part) > 255) {
        return `the S3 key part "${part}" of "${path}" cannot be a file name`;
      }
    }
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      if (names.has(folder)) return `"${folder}" is both a file and a folder`;
    }
  }
  return undefined;
}
