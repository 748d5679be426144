import { copyFileSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ArchiveEntry, BadArchive, entriesOf, gzip, tar } from './archive.ts';

/** Files and folders below a folder of a container's tree; one the container removed holds none. */
export function collected(folder: string): readonly ArchiveEntry[] {
  mkdirSync(folder, { recursive: true });
  return entriesOf(folder);
}

/** The same folder of several hosts as one. */
export interface Merged {
  /** Where two hosts have a file of one path, it is the first host's: AWS only asks for names that do not clash. */
  readonly entries: readonly ArchiveEntry[];
  /** Paths at which hosts left different things. */
  readonly clashes: readonly string[];
}

export function mergeHosts(hosts: readonly (readonly ArchiveEntry[])[]): Merged {
  const merged = new Map<string, ArchiveEntry>();
  const clashes = new Set<string>();
  for (const entry of hosts.flat()) {
    const first = merged.get(entry.path);
    if (!first) merged.set(entry.path, entry);
    else if (!sameBytes(first.bytes, entry.bytes)) clashes.add(entry.path);
  }
  return { entries: [...merged.values()], clashes: [...clashes].sort() };
}

const sameBytes = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one === undefined || other === undefined ? one === other : Buffer.compare(one, other) === 0;

/** What became of an artifact: where it is, and what is worth a word. */
export interface Kept {
  /** The archive, or the folder where its files make none. */
  readonly path: string;
  readonly files: number;
  readonly notices: readonly string[];
}

/** Larger folders are kept as they are: an archive is made in memory. */
const largestArchiveBytes = 2 ** 30;

/**
 * Packs a folder of every host into `<into>/<name>.tar.gz`. What makes no archive (a link, a path of more than 100 bytes, more than 1 GiB)
 * is kept as a folder `<into>/<name>`: nothing that was trained is lost.
 *
 * @param hosts the folders, first host first
 */
export function keepArtifact(name: string, hosts: readonly string[], into: string, mostBytes = largestArchiveBytes): Kept {
  mkdirSync(into, { recursive: true });
  try {
    const bytes = hosts.reduce((sum, host) => sum + bytesBelow(host), 0);
    if (bytes > mostBytes) throw new BadArchive(`${name} is ${bytes} bytes, too large to be packed here`);
    const { entries, clashes } = mergeHosts(hosts.map(collected));
    const path = join(into, `${name}.tar.gz`);
    writeFileSync(path, gzip(tar(entries)));
    return {
      path,
      files: entries.filter(({ bytes }) => bytes).length,
      notices: clashes.map((clash) => `hosts left different files at ${name}/${clash}: the first host's is kept`),
    };
  } catch (error) {
    if (!(error instanceof BadArchive)) throw error;
    const path = join(into, name);
    // Last host first: what the first host has is laid over it.
    const files = new Set(hosts.toReversed().flatMap((host) => copyPlain(host, path)));
    return { path, files: files.size, notices: [`${error.message}: kept as a folder instead, ${path}`] };
  }
}

/** Of plain files. */
function bytesBelow(folder: string): number {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const status = lstatSync(join(folder, name));
    return sum + (status.isFile() ? status.size : 0);
  }, 0);
}

/** Copies plain files, over what is there, and names them; links and devices stay behind. */
function copyPlain(from: string, to: string): string[] {
  mkdirSync(to, { recursive: true });
  const files = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => lstatSync(join(from, name)).isFile());
  for (const name of files) {
    mkdirSync(dirname(join(to, name)), { recursive: true });
    copyFileSync(join(from, name), join(to, name));
  }
  return files;
}
