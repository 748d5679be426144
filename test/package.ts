import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { packageService } from '../src/cli/service-package.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['functions', 'src/app', 'src/aws', 'src/candidate', 'src/gates', 'src/ledger', 'src/ports', 'src/rollout', 'src/strategies', 'src/triggers', 'src/view', 'state-machines', 'infrastructure'];
const files = ['serverless.yml', 'package-lock.json'];

/** Hash of everything the package is made of. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  const add = (path: string) => hash.update(path).update(readFileSync(join(root, path)));
  for (const folder of sources) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((found) => found.isFile()).map((found) => join(found.parentPath, found.name).slice(root.length)).sort()) add(entry);
  }
  for (const file of files) add(file);
  return hash.digest('hex').slice(0, 16);
}

/** The folder of the packaged service; packaged once for what the sources are now, however many tests ask. */
export async function packagedService(): Promise<string> {
  const cache = join(root, 'node_modules/.cache/sluice');
  const folder = join(cache, sourcesHash());
  const lock = `${folder}.lock`;
  mkdirSync(cache, { recursive: true });
  for (;;) {
    if (existsSync(folder)) return folder;
    try {
      mkdirSync(lock);
      break;
    } catch {
      // Another worker packages; one that died leaves its lock for the global set-up to remove.
      await sleep(200);
    }
  }
  try {
    if (existsSync(folder)) return folder;
    const making = `${folder}.making`;
    rmSync(making, { recursive: true, force: true });
    await packageService(making);
    renameSync(making, folder);
    return folder;
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
