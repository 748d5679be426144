import type { Engine } from '../../src/containers/container.ts';
import type { LocalImage } from '../../src/containers/local-image.ts';
import { type Wall, wall } from '../../src/containers/wall.ts';
import { type FileSpec, folderOf } from './folder.ts';

/** An image of these files, as `openLocalImage` would hand it over; programs go into `/opt/program`. */
export function localImage(files: Readonly<Record<string, FileSpec>>, more: Partial<LocalImage['config']> = {}): LocalImage {
  return {
    rootFolder: folderOf({ 'opt/program/package.json': '{"type":"commonjs"}', ...files }),
    config: { Env: ['PATH=/opt/program:/usr/bin:/bin'], Labels: {}, ExposedPorts: [], architecture: 'amd64', os: 'linux', ...more },
    imageUri: 'an-image',
  };
}

/**
 * Wall time that remembers what it was asked to wait for, milliseconds.
 *
 * @param faster how many times as fast all of it runs; or, by what is asked for, how long is waited instead, and all else as it is
 */
export function fastWall(faster: number | Readonly<Record<number, number>>): Wall & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    now: () => wall.now(),
    after(ms, run) {
      asked.push(ms);
      return wall.after(typeof faster === 'number' ? ms / faster : (faster[ms] ?? ms), run);
    },
  };
}

/** An engine whose containers are killed `factor` times as soon after SIGTERM, and that remembers the grace it was asked for. */
export function impatient(engine: Engine, factor: number): Engine & { readonly graces: number[] } {
  const graces: number[] = [];
  return {
    ...engine,
    graces,
    async start(spec) {
      const container = await engine.start(spec);
      return {
        ...container,
        stop(graceMs) {
          graces.push(graceMs);
          return container.stop(graceMs / factor);
        },
      };
    },
  };
}
