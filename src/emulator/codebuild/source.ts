import type { ListObjectsV2Output } from '@aws-sdk/client-s3';
import { type ArchiveEntry, BadArchive } from '../../containers/archive.ts';
import { entriesOfZip } from '../../containers/zip.ts';
import type { GetObjectAnswer } from '../s3/get-object.ts';
import type { BuildRole } from './role.ts';

/** `bucket/path/bundle.zip` or `bucket/folder/`, taken apart; CodeBuild takes an ARN as well. */
function locationOf(location: string): { readonly bucket: string; readonly key: string } {
  const [bucket = '', ...rest] = location.replace(/^arn:aws[\w-]*:s3:::/, '').split('/');
  return { bucket, key: rest.join('/') };
}

/** Whether a source is all the objects below a folder: such a thing has no version. */
export const isFolderSource = (location: string): boolean => /^$|\/$/.test(locationOf(location).key);

/**
 * A build's source: the files of a zip, or the objects below a folder. Objects have no modes, so no file of a folder is executable.
 *
 * @param version VersionId of the zip; undefined: what its key has now
 * @throws AwsError as S3 answers the role; BadArchive
 */
export async function readSource(role: BuildRole, location: string, version?: string): Promise<readonly ArchiveEntry[]> {
  const { bucket, key } = locationOf(location);
  const read = async (Key: string, VersionId?: string) =>
    (await role.call<GetObjectAnswer>('s3', 'GetObject', { Bucket: bucket, Key, ...(VersionId !== undefined && { VersionId }) })).Body;
  if (!isFolderSource(location)) return entriesOfZip(await read(key, version));
  const entries: ArchiveEntry[] = [];
  let token: string | undefined;
  do {
    const listed: ListObjectsV2Output = await role.call('s3', 'ListObjectsV2', {
      Bucket: bucket,
      Prefix: key,
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    for (const { Key = '' } of listed.Contents ?? []) {
      if (Key.split('/').includes('..') || Key.startsWith(`${key}/`)) throw new BadArchive(`the key "${Key}" leaves the folder`);
      if (!Key.endsWith('/')) entries.push({ path: Key.slice(key.length), bytes: await read(Key), executable: false });
    }
    token = listed.NextContinuationToken;
  } while (token !== undefined);
  return entries;
}
