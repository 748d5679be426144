import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docker, dockerEngine } from '../../containers/docker-engine.ts';
import { folderOf } from './examples.ts';

/** What brings an engine with every base image where there is none, as far as a machine allows. */
const remedy = (example: string): string =>
  `on Debian root can have an engine with all it needs: npm exec -- node scripts/docker.ts npm run demo -- --engine docker --example ${example}`;

/** Wall milliseconds; a base may have to be downloaded, and its packages installed. */
const fetchLimitMs = 600_000;

/**
 * Sees to it that a Docker engine answers and has the image an example's image stands on: pulled, or built of the example's base.Dockerfile
 * where no registry has it.
 *
 * @param tell told before what may take a while
 * @throws Error with the reason, and with what to do
 */
export async function haveBaseImage(example: string, tell: (stage: string) => void): Promise<void> {
  const folder = folderOf(example);
  const base = /^FROM (\S+)/m.exec(readFileSync(join(folder, 'image/Dockerfile'), 'utf8'))?.[1] ?? '';
  try {
    await (await dockerEngine()).close();
    if (
      await docker(['image', 'inspect', base]).then(
        () => true,
        () => false,
      )
    )
      return;
    // A name that begins so says that no registry is to be asked.
    const built = base.startsWith('localhost/');
    tell(`${built ? 'building' : 'pulling'} ${base}, which the image stands on; once`);
    await (built
      ? docker(['build', '--tag', base, '--file', join(folder, 'base.Dockerfile'), folder], fetchLimitMs)
      : docker(['pull', base], fetchLimitMs));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n').at(-1) : String(cause);
    throw new Error(`Example "${example}" cannot run with Docker: ${reason}; ${remedy(example)}`, { cause });
  }
}
