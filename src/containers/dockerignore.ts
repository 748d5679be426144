import { posix } from 'node:path';
import type { ArchiveEntry } from './archive.ts';
import type { ContextEntry } from './build-context.ts';
import { matchesDockerGlob } from './docker-glob.ts';

/** A file's text; undefined where there is none at that path. */
export const textOf = (entries: readonly ArchiveEntry[], path: string): string | undefined => {
  const bytes = entries.find((entry) => entry.path === path)?.bytes;
  return bytes && new TextDecoder().decode(bytes);
};

/** The build folder's files and folders, without what `.dockerignore` names, or the Dockerfile's own `<name>.dockerignore` before it. */
export function withoutIgnored(entries: readonly ContextEntry[], dockerfile: string): readonly ContextEntry[] {
  const ignore = textOf(entries, posix.normalize(`${dockerfile}.dockerignore`)) ?? textOf(entries, '.dockerignore');
  if (ignore === undefined) return entries;
  const rules = ignore
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ keep: line.startsWith('!'), pattern: posix.normalize(line.replace(/^!/, '')).replace(/^\/|\/$/g, '') }));
  // The last rule that names a file or a folder above it decides.
  const ignored = (path: string) => {
    const above = path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
    return rules.reduce((so, { keep, pattern }) => (above.some((part) => matchesDockerGlob(part, pattern)) ? !keep : so), false);
  };
  return entries.filter(({ path }) => !ignored(path));
}
