import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseImageConfig } from '../../src/containers/image.ts';
import { packImage } from '../../src/containers/pack.ts';
import { folderOf, goodDockerfile, goodImage, program } from './folder.ts';

const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const json = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
/** What tar itself says of every layer, a line an entry: `-rwxr-xr-x 0/0 28 1970-01-01 00:00 opt/program/train`. */
const listed = (image: ReturnType<typeof packImage>) =>
  image.layers.flatMap(({ tarGzip }) =>
    execFileSync('tar', ['--list', '--gzip', '--verbose', '--numeric-owner'], {
      input: tarGzip,
      env: { ...process.env, TZ: 'UTC' },
      encoding: 'utf8',
    })
      .trim()
      .split('\n')
      .map((line) => line.replace(/\s+/g, ' ')),
  );
const paths = (image: ReturnType<typeof packImage>) => listed(image).map((line) => line.split(' ')[5]);

describe('packImage()', () => {
  it('keeps nothing of the machine: an equal folder is an equal digest', () => {
    const one = folderOf(goodImage);
    const other = folderOf({ serve: goodImage.serve, train: goodImage.train, Dockerfile: goodDockerfile });
    utimesSync(join(other, 'train'), 1, 1);
    chmodSync(join(other, 'serve'), 0o700);

    expect(packImage(other).digest).toBe(packImage(one).digest);
    // Computed once, on another day: a library that compresses differently would make old and new images look different.
    expect(packImage(one).digest).toBe('sha256:0bcdff0c38f94756297f2ce66b8f71a90573c6854c71f43d3f2faa655a32eaf7');
  });

  it('changes the digest with a byte, and with an executable bit', () => {
    const digest = packImage(folderOf(goodImage)).digest;
    const edited = folderOf({ ...goodImage, train: program('#!/bin/sh\necho Trained\n') });
    const chmod = folderOf({ ...goodImage, Dockerfile: `${goodDockerfile}COPY extra /extra\n`, extra: 'x' });
    const chmodded = folderOf({ ...goodImage, Dockerfile: `${goodDockerfile}COPY extra /extra\n`, extra: program('x') });

    expect(packImage(edited).digest).not.toBe(digest);
    expect(packImage(chmod).digest).not.toBe(packImage(chmodded).digest);
  });

  it('makes Docker schema 2: every digest is of its bytes, diff_ids of the plain layers', () => {
    const image = packImage(folderOf(goodImage));

    expect(image.digest).toBe(sha256(image.manifest));
    expect(json(image.manifest)).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: image.config.length, digest: sha256(image.config) },
      layers: image.layers.map(({ tarGzip }) => ({
        mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
        size: tarGzip.length,
        digest: sha256(tarGzip),
      })),
    });
    expect(json(image.config)['rootfs']).toEqual({ type: 'layers', diff_ids: image.layers.map(({ tarGzip }) => sha256(gunzipSync(tarGzip))) });
  });

  it('writes layers tar reads: root owns all, no time, executable bits kept, folders before their files', () => {
    expect(listed(packImage(folderOf(goodImage)))).toEqual([
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 opt/',
      'drwxr-xr-x 0/0 0 1970-01-01 00:00 opt/program/',
      '-rwxr-xr-x 0/0 22 1970-01-01 00:00 opt/program/serve',
      '-rwxr-xr-x 0/0 23 1970-01-01 00:00 opt/program/train',
    ]);
  });

  it('reads the settings as Docker does', () => {
    const folder = folderOf({
      ...goodImage,
      Dockerfile: [
        'ARG NODE=24',
        'FROM --platform=linux/arm64 node:${NODE}-slim',
        'ARG HOME_FOLDER=/srv/model',
        'ENV A=1 B="two words" \\',
        "    C='$A as it stands'",
        'ENV D=$A-${B}-${NONE:-none}',
        'ENV E=\\$A F="\\$A and \\"B\\""',
        'ENV OLD form of it',
        'WORKDIR $HOME_FOLDER',
        'WORKDIR bin',
        'COPY ["train", "serve", "./"]',
        'EXPOSE 8080 9000/udp 7000-7002 $NONE',
        'LABEL owner="the team" com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true',
        'USER root',
        'ENTRYPOINT ["./serve"]',
        'CMD ["serve"]',
        '',
      ].join('\n'),
    });

    expect(parseImageConfig(packImage(folder).config)).toEqual({
      Entrypoint: ['./serve'],
      Cmd: ['serve'],
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        'A=1',
        'B=two words',
        'C=$A as it stands',
        'D=1-two words-none',
        'E=$A',
        'F=$A and "B"',
        'OLD=form of it',
      ],
      WorkingDir: '/srv/model/bin',
      Labels: {
        owner: 'the team',
        'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true',
        'org.opencontainers.image.base.name': 'node:24-slim',
      },
      User: 'root',
      ExposedPorts: ['7000/tcp', '7001/tcp', '7002/tcp', '8080/tcp', '9000/udp'],
      architecture: 'arm64',
      os: 'linux',
    });
  });

  it('takes build arguments where an ARG declares them, over defaults, and ENV over both', () => {
    const folder = folderOf({
      ...goodImage,
      Dockerfile: [
        'ARG NODE=22',
        'ARG BASE=node:$NODE',
        'FROM ${BASE}-slim',
        'ARG NODE',
        'ARG VERSION=0 SERVE_USER=nobody',
        'ARG TARGETARCH',
        'ENV MODE=fixed',
        'ARG MODE=open',
        'ENV VERSION_OF_MODEL=$VERSION NODE_OF_MODEL=$NODE ARCH=$TARGETARCH UNDECLARED=${TARGETOS:-none} MODE_OF_MODEL=$MODE',
        'WORKDIR /opt/program',
        'ADD train serve ./',
        'ENV PATH="/opt/program:${PATH}"',
        'LABEL version=$VERSION com.amazonaws.sagemaker.capabilities.accept-bind-to-port=true',
        'USER $SERVE_USER:staff',
        '',
      ].join('\n'),
    });
    const { config, warnings } = packImage(folder, ['serve'], { buildArguments: { NODE: '24', VERSION: '1.8', MODE: 'given', STRAY: 'x' } });
    const { Env, Labels, User } = parseImageConfig(config);

    expect(Env.slice(1, 7)).toEqual([
      'MODE=fixed',
      'VERSION_OF_MODEL=1.8',
      'NODE_OF_MODEL=24',
      'ARCH=amd64',
      'UNDECLARED=none',
      'MODE_OF_MODEL=fixed',
    ]);
    expect(Labels).toMatchObject({ version: '1.8', 'org.opencontainers.image.base.name': 'node:24-slim' });
    expect(User).toBe('nobody:staff');
    expect(warnings.map(({ what }) => what)).toContain('the build argument "STRAY" is of no use, no ARG declares it');
  });

  it('takes a Dockerfile of another name, with the ignore file beside it', () => {
    const folder = folderOf({
      ...goodImage,
      Dockerfile: 'FROM nothing-at-all\n',
      'docker/serve.Dockerfile': `${goodDockerfile}ADD . /all\n`,
      'docker/serve.Dockerfile.dockerignore': 'docker\nDockerfile\n.dockerignore\n',
      '.dockerignore': 'train\n',
    });
    const image = packImage(folder, ['train', 'serve'], { dockerfile: 'docker/serve.Dockerfile' });
    expect(paths(image).filter((path) => path?.startsWith('all/'))).toEqual(['all/', 'all/serve', 'all/train']);
    expect(() => packImage(folder, ['serve'], { dockerfile: 'docker/none' })).toThrow(/docker\/none: the folder has none/);
  });

  it('makes what SageMaker could not start only where it is asked to tell and not to refuse', () => {
    const folder = folderOf({ Dockerfile: 'FROM node:24\nCOPY app.mjs /app.mjs\n', 'app.mjs': '' });
    expect(() => packImage(folder)).toThrow(/no executable "train"/);
    const { layers, warnings } = packImage(folder, ['serve'], { contract: 'told' });
    expect(layers).toHaveLength(1);
    expect(warnings.filter(({ id }) => id === 'CC-10')).toHaveLength(1);
  });

  it('copies as Docker does: the content of a folder, wildcards, a new name, modes on request', () => {
    const folder = folderOf({
      ...goodImage,
      Dockerfile: `${goodDockerfile}COPY lib /opt/lib/\nCOPY *.json settings/\nCOPY plain /bin/renamed\nCOPY --chmod=755 plain /bin/tool\n`,
      'lib/a.mjs': '1',
      'lib/deep/b.mjs': '2',
      'x.json': '{}',
      'y.json': '{}',
      plain: 'text',
    });
    const image = packImage(folder);

    expect(paths(image).slice(4)).toEqual([
      'opt/lib/',
      'opt/lib/a.mjs',
      'opt/lib/deep/',
      'opt/lib/deep/b.mjs',
      'opt/program/settings/',
      'opt/program/settings/x.json',
      'opt/program/settings/y.json',
      'bin/',
      'bin/renamed',
      'bin/tool',
    ]);
    expect(listed(image).at(-1)).toMatch(/^-rwxr-xr-x .* bin\/tool$/);
    expect(listed(image).at(-2)).toMatch(/^-rw-r--r-- .* bin\/renamed$/);
  });

  it('copies names that begin with a dot by a wildcard, and takes a bracket for one where it is no list', () => {
    const folder = folderOf({ ...goodImage, 'a/.hidden': 'x', 'a/seen': 'x', Dockerfile: `${goodDockerfile}COPY a/* /a/\nCOPY [st]rain /b/\n` });
    expect(paths(packImage(folder)).slice(-5)).toEqual(['a/', 'a/.hidden', 'a/seen', 'b/', 'b/train']);
  });

  it('leaves out what .dockerignore names', () => {
    const folder = folderOf({
      ...goodImage,
      Dockerfile: `${goodDockerfile}COPY . /all\n`,
      '.dockerignore': '# secrets\n.dockerignore\nnode_modules\n**/*.log\n!keep.log\n',
      'node_modules/x/index.js': '',
      'a/b.log': '',
      'keep.log': '',
    });

    expect(paths(packImage(folder)).filter((path) => path?.startsWith('all/'))).toEqual([
      'all/',
      'all/Dockerfile',
      'all/a/',
      'all/keep.log',
      'all/serve',
      'all/train',
    ]);
  });

  it('asks only for serve where the image is for hosting only', () => {
    const folder = folderOf({ ...goodImage, Dockerfile: goodDockerfile.replace('train serve', 'serve') });

    expect(packImage(folder, ['serve']).layers).toHaveLength(2);
    expect(() => packImage(folder)).toThrow(/no executable "train"/);
  });

  it('tells what is no reason to refuse', () => {
    const folder = folderOf({
      ...goodImage,
      Dockerfile: 'FROM python:3.13-slim\nCOPY train serve /usr/local/bin/\nCOPY train /opt/ml/model/baked\nUSER app\n',
    });
    mkdirSync(join(folder, 'unused'));
    writeFileSync(join(folder, 'unused', 'x'), '');

    expect(packImage(folder).warnings.map(({ id, level }) => `${id ?? ''} ${level}`)).toEqual([
      'CC-17 warning',
      'CC-18 warning',
      'CC-22 advice',
      'CC-46 warning',
    ]);
  });
});
