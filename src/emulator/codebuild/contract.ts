import { posix } from 'node:path';
import type { ArchiveEntry } from '../../containers/archive.ts';

/** What an image build is asked for, by the variables of its environment. */
export interface ImageOrder {
  /** A repository of the build's own account and region. */
  readonly repository: string;
  readonly tag: string;
  /** The build folder, below the source's root; empty is the root. */
  readonly context: string;
  /** Below the build folder. */
  readonly dockerfile: string;
  readonly buildArguments: Readonly<Record<string, string>>;
  /** `linux/amd64`. */
  readonly platform: string;
}

/** An order that cannot be carried out; the text is what the build's command would say. */
export class BadOrder extends Error {
  override name = 'BadOrder';
}

const platforms = ['linux/amd64', 'linux/arm64'];

function inside(path: string, name: string): string {
  const normal = posix.normalize(path).replace(/\/$/, '');
  if (posix.isAbsolute(normal) || normal.split('/').includes('..')) throw new BadOrder(`${name} is "${path}", expected a path inside the source`);
  return normal === '.' ? '' : normal;
}

/** @throws BadOrder naming the variable, what it is and what is expected */
export function readOrder(variables: Readonly<Record<string, string>>): ImageOrder {
  const required = (name: string): string => {
    const value = variables[name];
    if (!value) throw new BadOrder(`${name} is not set: give it as an environment variable of the build`);
    return value;
  };
  const repository = required('IMAGE_REPOSITORY');
  const tag = required('IMAGE_TAG');
  if (!/^[\w][\w.-]{0,127}$/.test(tag)) throw new BadOrder(`IMAGE_TAG is "${tag}", expected up to 128 letters, digits, ".", "_" and "-"`);
  const platform = variables['PLATFORM'] || 'linux/amd64';
  if (!platforms.includes(platform)) throw new BadOrder(`PLATFORM is "${platform}", expected ${platforms.join(' or ')}`);
  const buildArguments: Record<string, string> = {};
  for (const word of (variables['BUILD_ARGS'] ?? '').split(/\s+/).filter(Boolean)) {
    const at = word.indexOf('=');
    if (at < 1) throw new BadOrder(`BUILD_ARGS has "${word}", expected NAME=value, blanks between them`);
    buildArguments[word.slice(0, at)] = word.slice(at + 1);
  }
  return {
    repository,
    tag,
    context: inside(variables['CONTEXT'] || '.', 'CONTEXT'),
    dockerfile: inside(variables['DOCKERFILE'] || 'Dockerfile', 'DOCKERFILE'),
    buildArguments,
    platform,
  };
}

/** The files of the build folder, relative to it. @throws BadOrder where the source has no such folder */
export function contextOf(entries: readonly ArchiveEntry[], { context }: ImageOrder): readonly ArchiveEntry[] {
  if (context === '') return entries;
  const below = entries
    .filter(({ path }) => path.startsWith(`${context}/`))
    .map((entry) => ({ ...entry, path: entry.path.slice(context.length + 1) }));
  if (below.length === 0) throw new BadOrder(`CONTEXT is "${context}", and the source has no such folder`);
  return below;
}
