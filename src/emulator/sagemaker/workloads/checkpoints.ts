import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { BadArchive, entriesOf } from '../../../containers/archive.ts';
import type { FolderFile } from '../../../containers/model-data.ts';
import type { Checkpoints } from './workloads.ts';

/** Between two looks at a container's checkpoints, wall milliseconds. AWS syncs all the time. */
const lookEveryMs = 2_000;

/**
 * Lays a host's checkpoints out and hands back what becomes of them while its container runs.
 *
 * @param onLine told what cannot be kept: a link is not a file
 * @returns ends it, after a last look; twice does no harm
 */
export function keepCheckpoints(baseFolder: string, checkpoints: Checkpoints | undefined, onLine: (line: string) => void): () => void {
  if (!checkpoints) return () => {};
  const folder = resolve(baseFolder, checkpoints.folder);
  mkdirSync(folder, { recursive: true });
  for (const { path, bytes } of checkpoints.files) {
    const file = resolve(folder, path);
    if (!file.startsWith(folder + sep)) throw new RangeError(`Checkpoint "${path}" leaves the folder of checkpoints`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  let told: string | undefined;
  function look(): void {
    try {
      const files = existsSync(folder) ? entriesOf(folder) : [];
      checkpoints?.keep(files.flatMap(({ path, bytes }): FolderFile[] => (bytes ? [{ path, bytes }] : [])));
    } catch (error) {
      // A file that went away while it was read is looked at again; the rest is the container's doing, and is said once.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      if (!(error instanceof BadArchive)) throw error;
      if (told !== error.message) onLine(`Checkpoints are not kept: ${error.message}`);
      told = error.message;
    }
  }
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  let ended = false;
  return () => {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    look();
  };
}
