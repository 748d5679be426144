import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { parseTar } from 'nanotar';
import type { ArchiveEntry } from '../../containers/archive.ts';
import { dockerConfigType, dockerLayerType, dockerManifestType } from '../../containers/image.ts';
import type { PackedImage } from '../../containers/pack.ts';
import { type Builder, type BuildInput, ImageNotBuilt } from './builder.ts';

const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/**
 * What `docker build` is told: one plain image, without the attestations SageMaker does not take.
 *
 * @param hasBuildx whether the command has that plugin, which some distributions leave out; the builder without it makes no attestations, and
 *   keeps the container of a step that failed unless it is told otherwise
 */
export const buildArgumentsOf = ({ dockerfile, buildArguments, platform }: BuildInput, tag: string, folder: string, hasBuildx: boolean): string[] => [
  ...(hasBuildx ? ['buildx', 'build', '--load', '--provenance=false', '--sbom=false', '--progress=plain'] : ['build', '--force-rm']),
  '--platform',
  platform,
  ...Object.entries(buildArguments).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
  '--file',
  join(folder, dockerfile),
  '--tag',
  tag,
  folder,
];

function lay(entries: readonly ArchiveEntry[], folder: string): void {
  for (const { path, bytes, executable } of entries) {
    const absolute = join(folder, path);
    mkdirSync(bytes ? dirname(absolute) : absolute, { recursive: true });
    if (!bytes) continue;
    writeFileSync(absolute, bytes);
    chmodSync(absolute, executable ? 0o755 : 0o644);
  }
}

/** What `docker image save` wrote, as the manifest a registry takes: layers gzipped, Docker schema 2. */
export function savedImage(archive: Uint8Array): PackedImage {
  // The parser reads the whole buffer behind an array, and needs an empty block after the last entry.
  const padded = new Uint8Array(archive.length + 1024);
  padded.set(archive);
  const files = new Map(parseTar(padded).map(({ name, data }) => [name.replace(/^\.\//, ''), data]));
  const file = (name: string): Uint8Array => {
    const data = files.get(name);
    if (!data) throw new ImageNotBuilt(`The saved image has no file "${name}"`);
    return data;
  };
  // `docker image save` documents this file: one entry an image, one image saved.
  const [entry] = JSON.parse(new TextDecoder().decode(file('manifest.json'))) as { Config: string; Layers: string[] }[];
  const config = file(entry?.Config ?? '');
  const layers = (entry?.Layers ?? []).map((name) => {
    const bytes = file(name);
    const tarGzip = bytes[0] === 0x1f && bytes[1] === 0x8b ? bytes : new Uint8Array(gzipSync(bytes));
    return { digest: digestOf(tarGzip), tarGzip };
  });
  const manifest = new TextEncoder().encode(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: dockerManifestType,
      config: { mediaType: dockerConfigType, size: config.length, digest: digestOf(config) },
      layers: layers.map(({ digest, tarGzip }) => ({ mediaType: dockerLayerType, size: tarGzip.length, digest })),
    }),
  );
  return { digest: digestOf(manifest), manifest, mediaType: dockerManifestType, config, configDigest: digestOf(config), layers, warnings: [] };
}

/**
 * Builds with the Docker engine the `docker` command reaches: any Dockerfile, in wall time.
 *
 * @param command the program; default `docker`
 */
export function dockerBuilder(command = 'docker'): Builder {
  const run = (args: readonly string[], onLine: (line: string) => void, signal: AbortSignal): Promise<void> =>
    new Promise((done, reject) => {
      const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
      let last = '';
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on('line', (line) => {
          if (line.trim() !== '') last = line.trim();
          onLine(line);
        });
      }
      child.once('error', (cause) => reject(new ImageNotBuilt(`Cannot run ${command}: ${cause.message}`, { cause })));
      child.once('close', (code) => (code === 0 ? done() : reject(new ImageNotBuilt(`exit status ${code ?? 'none'}: ${last}`))));
    });
  return {
    async build(input, onLine, over) {
      const folder = mkdtempSync(join(tmpdir(), 'build-'));
      const tag = `local-build:${createHash('sha256').update(input.name).digest('hex').slice(0, 32)}`;
      const context = join(folder, 'context');
      const archive = join(folder, 'image.tar');
      try {
        mkdirSync(context);
        lay(input.entries, context);
        const hasBuildx = await run(['buildx', 'version'], () => {}, over).then(
          () => true,
          () => false,
        );
        await run(buildArgumentsOf(input, tag, context, hasBuildx), onLine, over);
        await run(['image', 'save', '--output', archive, tag], onLine, over);
        return savedImage(readFileSync(archive));
      } finally {
        rmSync(folder, { recursive: true, force: true });
        // The engine keeps its layers as a cache; the name is of no more use.
        await run(['image', 'rm', tag], () => {}, AbortSignal.timeout(60_000)).catch(() => {});
      }
    },
  };
}
