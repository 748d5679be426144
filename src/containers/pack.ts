import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { type ArchiveEntry, BadArchive, gzip, tar } from './archive.ts';
import { type ContextEntry, contextOf } from './build-context.ts';
import { checkImage } from './checks/image.ts';
import type { ImageContents, ImageFile } from './checks/seen.ts';
import { matchesDockerGlob } from './docker-glob.ts';
import { type CopyStep, type DockerfileOptions, readDockerfile } from './dockerfile.ts';
import { textOf, withoutIgnored } from './dockerignore.ts';
import { type Finding, ImageRefused } from './finding.ts';
import { dockerConfigType, dockerLayerType, dockerManifestType, formatImageConfig } from './image.ts';
import type { Word } from './start-command.ts';

/** An image as a registry takes it: Docker schema 2, which is what SageMaker pulls. */
export interface PackedImage {
  /** `sha256:…` of the manifest. */
  readonly digest: string;
  readonly manifest: Uint8Array;
  readonly mediaType: string;
  readonly config: Uint8Array;
  readonly configDigest: string;
  readonly layers: readonly { readonly digest: string; readonly tarGzip: Uint8Array }[];
  /** What is no reason to refuse it, and still worth saying. */
  readonly warnings: readonly Finding[];
}

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export interface PackOptions extends Pick<DockerfileOptions, 'buildArguments' | 'platform'> {
  /** Where the Dockerfile is, relative to the build folder; default `Dockerfile`. */
  readonly dockerfile?: string;
  /** What follows from an image SageMaker could not start: it is `refused` (default), or made and only `told`, as Docker would make it. */
  readonly contract?: 'refused' | 'told';
}

/** Files read by their Dockerfile, before anybody has judged them. */
export interface AssembledImage {
  readonly contents: ImageContents;
  /** What each instruction of the Dockerfile adds, in order. */
  readonly steps: readonly { readonly line: number; readonly entries: readonly ArchiveEntry[] }[];
  /** What of the Dockerfile is left out: only Docker honours it. One with an id is a flaw with Docker as well. */
  readonly refused: readonly Finding[];
  /** What is wrong with the Dockerfile and with what it copies; Docker would stumble over it as well. */
  readonly findings: readonly Finding[];
}

/**
 * Lays out what a folder's `Dockerfile` copies. What only Docker can do is left out and named.
 *
 * @param folder holds the `Dockerfile` and what it copies; `.dockerignore` is honoured
 * @param commands which programs the image has to have; an image for hosting only needs `serve`
 * @throws ImageRefused if there is no Dockerfile
 */
export const assembleImage = (folder: string, commands: readonly Word[] = ['train', 'serve'], options: PackOptions = {}): AssembledImage =>
  assembleEntries(folder, contextOf(folder), commands, options);

function assembleEntries(
  name: string,
  all: readonly ContextEntry[],
  commands: readonly Word[],
  { dockerfile = 'Dockerfile', buildArguments = {}, platform = 'linux/amd64' }: PackOptions,
): AssembledImage {
  const text = textOf(all, posix.normalize(dockerfile));
  if (text === undefined) {
    throw new ImageRefused(name, [
      { level: 'error', where: dockerfile, what: 'the folder has none', fix: 'write one that copies train and serve onto the PATH' },
    ]);
  }
  const reading = readDockerfile(text, { buildArguments, platform, name: dockerfile });
  const findings: Finding[] = [...reading.mistakes];
  const context = withoutIgnored(withFolders(all), dockerfile);

  const files = new Map<string, ImageFile>();
  const folders = new Set<string>();
  const refused: Finding[] = [...reading.findings];
  const steps: AssembledImage['steps'][number][] = [];
  for (const step of reading.steps) {
    const added = new Map<string, ImageFile | undefined>();
    place(step, dockerfile, context, added, folders, { refused, findings });
    const entries: ArchiveEntry[] = [];
    for (const [path, file] of added) {
      for (let parent = posix.dirname(path); parent !== '/'; parent = posix.dirname(parent)) {
        // A folder that is itself copied comes by its own turn.
        if (folders.has(parent) || added.has(parent)) continue;
        folders.add(parent);
        entries.push({ path: parent.slice(1) });
      }
      if (file) {
        files.set(path, file);
        entries.push({ path: path.slice(1), bytes: file.bytes, executable: file.executable });
      } else if (!folders.has(path)) {
        folders.add(path);
        entries.push({ path: path.slice(1) });
      }
    }
    if (entries.length > 0) steps.push({ line: step.line, entries });
  }

  const unseen = refused.find(({ id }) => id === undefined)?.where;
  return {
    contents: {
      config: reading.config,
      files,
      folders,
      commands,
      where: `${dockerfile}:${reading.entrypointLine ?? 1}`,
      ...(unseen === undefined ? {} : { unseen }),
    },
    steps,
    refused,
    findings,
  };
}

/**
 * Makes an image of a folder by its `Dockerfile`, without Docker. The base is not in it: its language runtime is this machine's, or
 * Docker's where the image is run with Docker (its name is kept as a label). Equal content gives an equal digest on every machine.
 *
 * @param folder holds the `Dockerfile` and what it copies; `.dockerignore` is honoured
 * @param commands which programs the image has to have; an image for hosting only needs `serve`
 * @throws ImageRefused with every finding, each with its place and its remedy
 */
export const packImage = (folder: string, commands: readonly Word[] = ['train', 'serve'], options: PackOptions = {}): PackedImage =>
  packed(folder, assembleImage(folder, commands, options), options);

/**
 * Makes an image of files that are nowhere on disk; otherwise as `packImage`.
 *
 * @param name what the files are called together, in what is said of them
 * @throws ImageRefused
 */
export const packEntries = (name: string, entries: readonly ArchiveEntry[], commands: readonly Word[], options: PackOptions = {}): PackedImage =>
  packed(name, assembleEntries(name, entries, commands, options), options);

function packed(
  name: string,
  { contents, steps, refused, findings: mistakes }: AssembledImage,
  { contract = 'refused', dockerfile = 'Dockerfile' }: PackOptions,
): PackedImage {
  const findings = [...refused, ...mistakes];
  const layers = steps.flatMap(({ line, entries }) => {
    try {
      const plain = tar(entries);
      const tarGzip = gzip(plain);
      return [{ digest: digestOf(tarGzip), diffId: digestOf(plain), tarGzip }];
    } catch (error) {
      if (!(error instanceof BadArchive)) throw error;
      findings.push({
        level: 'error',
        where: `${dockerfile}:${line}`,
        what: error.message,
        fix: 'shorten it, or push an image that Docker has built',
      });
      return [];
    }
  });
  // A file system without its files would only repeat what is wrong with the Dockerfile.
  if (!findings.some(({ level }) => level === 'error') || contents.files.size > 0) {
    // Nothing is hidden from a packed image's checks: it has what is copied and no more.
    const { unseen: _, ...whole } = contents;
    const breaches = checkImage(whole);
    findings.push(...(contract === 'told' ? breaches.map((one): Finding => ({ ...one, level: 'warning' })) : breaches));
  }
  if (findings.some(({ level }) => level === 'error')) throw new ImageRefused(name, findings);

  const config = formatImageConfig(
    contents.config,
    layers.map(({ diffId }) => diffId),
  );
  const manifest = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: dockerManifestType,
      config: { mediaType: dockerConfigType, size: config.length, digest: digestOf(config) },
      layers: layers.map(({ digest, tarGzip }) => ({ mediaType: dockerLayerType, size: tarGzip.length, digest })),
    }),
  );
  return {
    digest: digestOf(manifest),
    manifest,
    mediaType: dockerManifestType,
    config,
    configDigest: digestOf(config),
    layers: layers.map(({ digest, tarGzip }) => ({ digest, tarGzip })),
    warnings: findings,
  };
}

/** Many archives hold files alone: the folders they lie in are there as well. */
function withFolders(entries: readonly ContextEntry[]): readonly ContextEntry[] {
  const known = new Set(entries.map(({ path }) => path));
  const implied: ContextEntry[] = [];
  for (const { path } of entries) {
    for (let parent = posix.dirname(path); parent !== '.' && parent !== '/' && !known.has(parent); parent = posix.dirname(parent)) {
      known.add(parent);
      implied.push({ path: parent });
    }
  }
  return [...implied, ...entries];
}

/** What begins an archive that `ADD` would unpack: gzip, bzip2, xz, or a tar's mark in its first header. */
function isArchive(bytes: Uint8Array): boolean {
  const begins = (...magic: number[]) => magic.every((byte, at) => bytes[at] === byte);
  const isTar = new TextDecoder('latin1').decode(bytes.subarray(257, 262)) === 'ustar';
  return begins(0x1f, 0x8b) || begins(0x42, 0x5a, 0x68) || begins(0xfd, 0x37, 0x7a, 0x58, 0x5a) || isTar;
}

/** What one COPY puts where, by absolute path in the image; `undefined` is a folder. */
function place(
  step: CopyStep,
  dockerfile: string,
  context: readonly ContextEntry[],
  added: Map<string, ImageFile | undefined>,
  folders: ReadonlySet<string>,
  { refused, findings }: { readonly refused: Finding[]; readonly findings: Finding[] },
): void {
  if (step.from.length === 0) {
    if (step.to !== '/') added.set(step.to, undefined);
    return;
  }
  const where = `${dockerfile}:${step.line}`;
  const complain = (what: string, fix: string) => findings.push({ level: 'error', where, what, fix });
  const put = (path: string, entry: ContextEntry) => {
    const { bytes } = entry;
    if (entry.special === true)
      refused.push({ level: 'error', where, what: `"${entry.path}" is a link or a device`, fix: 'put the file itself there' });
    else added.set(path, bytes ? { bytes, executable: step.executable ?? entry.executable ?? false, source: entry.path } : undefined);
  };

  for (const from of step.from) {
    const pattern = posix.normalize(from).replace(/^\/+|\/+$/g, '');
    if (pattern.split('/').includes('..')) {
      complain(`"${from}" lies outside the build folder`, 'copy it into the folder');
      continue;
    }
    const whole = pattern === '.' || pattern === '';
    const wild = /[*?[]/.test(pattern);
    const sources = whole ? [''] : context.filter(({ path }) => (wild ? matchesDockerGlob(path, pattern) : path === pattern)).map(({ path }) => path);
    if (sources.length === 0) complain(`"${from}" is not in the folder`, 'check the spelling, and .dockerignore');
    const into = step.intoFolder || sources.length > 1 || folders.has(step.to);
    for (const source of sources) {
      const entry = context.find(({ path }) => path === source);
      const bytes = entry?.bytes;
      if (entry && (bytes || entry.special === true)) {
        if (bytes && step.unpacks && isArchive(bytes)) complain(`ADD would unpack "${source}"`, 'unpack it in the folder and COPY its content');
        put(into ? posix.join(step.to, posix.basename(source)) : step.to, entry);
        continue;
      }
      // Of a folder its content is copied, not itself.
      if (step.to !== '/') added.set(step.to, undefined);
      const prefix = source === '' ? '' : `${source}/`;
      for (const below of context) {
        if (below.path.startsWith(prefix)) put(posix.join(step.to, below.path.slice(prefix.length)), below);
      }
    }
  }
}
