import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { ImageNotBuilt } from '../../../src/emulator/codebuild/builder.ts';
import { dockerBuilder } from '../../../src/emulator/codebuild/docker-builder.ts';
import { packingElse } from '../../../src/emulator/codebuild/packing-else.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'docker-builder-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** A saved image of one layer, as `docker image save` lays it out, packed by tar itself. */
function savedArchive(): { readonly file: string; readonly layer: Buffer; readonly config: string } {
  const layout = path.join(folder, 'layout');
  mkdirSync(path.join(layout, 'blobs/sha256'), { recursive: true });
  mkdirSync(path.join(folder, 'root'));
  writeFileSync(path.join(folder, 'root', 'hello'), 'hello');
  const layer = execFileSync('tar', ['--create', '--directory', path.join(folder, 'root'), 'hello']);
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
  });
  writeFileSync(path.join(layout, 'blobs/sha256', sha256(layer)), layer);
  writeFileSync(path.join(layout, 'blobs/sha256', sha256(config)), config);
  const manifest = [{ Config: `blobs/sha256/${sha256(config)}`, RepoTags: ['x:1'], Layers: [`blobs/sha256/${sha256(layer)}`] }];
  writeFileSync(path.join(layout, 'manifest.json'), JSON.stringify(manifest));
  const file = path.join(folder, 'saved.tar');
  execFileSync('tar', ['--create', '--file', file, '--directory', layout, '.']);
  return { file, layer, config };
}

const saved = savedArchive();

/** A program in Docker's place: notes what it was asked and what it found, and saves the archive above. */
function standIn(script: string): string {
  const file = path.join(folder, `docker-${sha256(script).slice(0, 8)}`);
  writeFileSync(file, `#!/bin/sh\necho "$@" >> ${folder}/asked\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const input = {
  name: 'project:1',
  dockerfile: 'docker/Dockerfile',
  buildArguments: { VERSION: '1 2' },
  platform: 'linux/arm64',
  entries: [
    { path: 'docker/Dockerfile', bytes: new TextEncoder().encode('FROM scratch\n') },
    { path: 'serve', bytes: new TextEncoder().encode('#!/bin/sh\n'), executable: true },
    { path: 'empty' },
  ],
};

describe('dockerBuilder()', () => {
  it('builds one plain image, and makes of what Docker saved the manifest SageMaker takes', async () => {
    const docker = standIn(`case "$1 $2" in
"buildx build") for last; do :; done; echo building; ls -R "$last" > ${folder}/seen; test -x "$last/serve";;
"image save") cp ${saved.file} "$4";;
esac`);
    const lines: string[] = [];
    const image = await dockerBuilder(docker).build(input, (line) => lines.push(line), new AbortController().signal);

    const [, build = '', save = '', remove = ''] = readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n');
    expect(build).toMatch(
      /^buildx build --load --provenance=false --sbom=false --progress=plain --platform linux\/arm64 --build-arg VERSION=1 2 --file (\S+)\/docker\/Dockerfile --tag local-build:[0-9a-f]{32} \1$/,
    );
    expect(save).toMatch(/^image save --output \S+ local-build:/);
    expect(remove).toMatch(/^image rm local-build:/);
    expect(readFileSync(path.join(folder, 'seen'), 'utf8')).toMatch(/docker\nempty\nserve/);
    expect(lines).toEqual(['building']);

    const [layer] = image.layers;
    expect(Buffer.from(gunzipSync(layer?.tarGzip ?? new Uint8Array()))).toEqual(saved.layer);
    expect(Buffer.from(image.config).toString()).toBe(saved.config);
    expect(JSON.parse(Buffer.from(image.manifest).toString())).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: saved.config.length, digest: `sha256:${sha256(saved.config)}` },
      layers: [
        {
          mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
          size: layer?.tarGzip.length,
          digest: `sha256:${sha256(layer?.tarGzip ?? '')}`,
        },
      ],
    });
    expect(image.digest).toBe(`sha256:${sha256(image.manifest)}`);
  });

  it('builds with what Docker has where it came without buildx', async () => {
    const docker = standIn(`case "$1 $2" in
"buildx version") echo "'buildx' is not a docker command." >&2; exit 1;;
"buildx "*) exit 1;;
"image save") cp ${saved.file} "$4";;
esac`);
    rmSync(path.join(folder, 'asked'), { force: true });
    await dockerBuilder(docker).build(input, () => {}, new AbortController().signal);
    const [, build = ''] = readFileSync(path.join(folder, 'asked'), 'utf8').trim().split('\n');
    expect(build).toMatch(
      /^build --force-rm --platform linux\/arm64 --build-arg VERSION=1 2 --file (\S+)\/docker\/Dockerfile --tag local-build:[0-9a-f]{32} \1$/,
    );
  });

  it('says how Docker refused, in its last words', async () => {
    const docker = standIn('echo "ERROR: failed to solve: process \\"/bin/sh -c npm ci\\" did not complete" >&2; exit 1');
    await expect(dockerBuilder(docker).build(input, () => {}, new AbortController().signal)).rejects.toThrow(
      new ImageNotBuilt('exit status 1: ERROR: failed to solve: process "/bin/sh -c npm ci" did not complete'),
    );
    await expect(dockerBuilder('no-such-docker').build(input, () => {}, new AbortController().signal)).rejects.toThrow(/Cannot run no-such-docker/);
  });

  it('is asked only for what the packer leaves', async () => {
    const asked: string[] = [];
    const builder = packingElse({
      async build({ name }) {
        asked.push(name);
        throw new ImageNotBuilt('Docker says no');
      },
    });
    const lines: string[] = [];
    const build = (dockerfile: string) =>
      builder.build(
        { ...input, name: dockerfile, dockerfile, entries: [{ path: dockerfile, bytes: new TextEncoder().encode(dockerfile) }] },
        (line) => lines.push(line),
        new AbortController().signal,
      );
    expect((await build('FROM node:24-slim')).layers).toEqual([]);
    await expect(build('FROM ubuntu')).rejects.toThrow('Docker says no');
    expect(asked).toEqual(['FROM ubuntu']);
    expect(lines.at(-1)).toMatch(/^not packed \(.*base image "ubuntu" brings programs.*\): built with Docker$/);
  });

  it('ends with the build it works for', async () => {
    const over = new AbortController();
    const docker = standIn('case "$1 $2" in "buildx build") echo started; exec sleep 60;; esac');
    const building = dockerBuilder(docker).build(input, (line) => line === 'started' && over.abort(), over.signal);
    await expect(building).rejects.toThrow(ImageNotBuilt);
  });
});
