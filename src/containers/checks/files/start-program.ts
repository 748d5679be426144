import { posix } from 'node:path';
import { baseNameLabel, environmentOf, isShellForm } from '../../image.ts';
import type { ImageContents, ImageFile } from '../seen.ts';
import type { Word } from '../../start-command.ts';

/** What `docker run <image> <word>` finds to start. */
export type StartProgram =
  | { readonly kind: 'file'; readonly name: string; readonly path: string; readonly file: ImageFile }
  | { readonly kind: 'not-executable'; readonly name: string; readonly path: string; readonly file: ImageFile }
  | { readonly kind: 'folder'; readonly name: string; readonly path: string }
  /** A program of the base, such as `node`. */
  | { readonly kind: 'base'; readonly name: string }
  | { readonly kind: 'missing'; readonly name: string; readonly searched: readonly string[] };

/** The programs an image is started with, one a word it has to answer; an ENTRYPOINT is one program for all of them. */
export function startPrograms(image: ImageContents): StartProgram[] {
  const { Entrypoint: entrypoint, WorkingDir: workingDir } = image.config;
  if (isShellForm(entrypoint)) return [];
  const names: readonly string[] = entrypoint ? entrypoint.slice(0, 1) : (image.commands satisfies readonly Word[]);
  return names.map((name) => {
    const searched = name.includes('/')
      ? [posix.dirname(posix.resolve(workingDir ?? '/', name))]
      : (environmentOf(image.config)['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
    const candidates = searched.map((folder) => posix.join(folder, posix.basename(name)));
    let second: StartProgram | undefined;
    for (const path of candidates) {
      const file = image.files.get(path);
      if (file?.executable) return { kind: 'file', name, path, file };
      if (file && second?.kind !== 'not-executable') second = { kind: 'not-executable', name, path, file };
      if (image.folders.has(path)) second ??= { kind: 'folder', name, path };
    }
    if (second) return second;
    return entrypoint && image.config.Labels[baseNameLabel] ? { kind: 'base', name } : { kind: 'missing', name, searched };
  });
}
