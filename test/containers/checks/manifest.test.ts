import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkManifest, type RegisteredImage } from '../../../src/containers/checks/manifest.ts';
import { packImage } from '../../../src/containers/pack.ts';
import { folderOf, goodImage } from '../folder.ts';

const packed = packImage(folderOf(goodImage));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const good: RegisteredImage = {
  imageUri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn:v7',
  manifest: text(packed.manifest),
  config: packed.config,
  instanceType: 'ml.m5.large',
  region: 'eu-west-1',
};
const says = (change: Partial<RegisteredImage>) =>
  checkManifest({ ...good, ...change }).map(({ id, level, what }) => `${id ?? ''} ${level}: ${what}`);

interface Config {
  architecture: string;
  os: string;
  config: Record<string, unknown>;
}
const config = (change: (document: Config) => void): Uint8Array => {
  const document = JSON.parse(text(packed.config)) as Config;
  change(document);
  return new TextEncoder().encode(JSON.stringify(document));
};

/** As docker/buildx pushes one platform with provenance on. */
const index = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [
    { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: 'sha256:1', size: 1, platform: { architecture: 'amd64', os: 'linux' } },
    {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: 'sha256:2',
      size: 1,
      platform: { architecture: 'unknown', os: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    },
  ],
};

describe('checkManifest()', () => {
  it('finds nothing in an image packed for the instance and its region', () => expect(checkManifest(good)).toEqual([]));

  it.each([
    [
      'an index with an attestation',
      { manifest: JSON.stringify(index), config: undefined },
      'CC-03 error: .*index\\.v1\\+json: .* 1 image \\(linux/amd64\\) and 1 attestation',
    ],
    [
      'an index of several platforms',
      {
        manifest: JSON.stringify({
          mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
          manifests: ['amd64', 'arm64'].map((architecture) => ({ platform: { os: 'linux', architecture } })),
        }),
        config: undefined,
      },
      'CC-03 error: .*2 images \\(linux/amd64, linux/arm64\\)$',
    ],
    [
      'an OCI manifest',
      { mediaType: 'application/vnd.oci.image.manifest.v1+json' },
      'CC-03 error: Unsupported manifest media type application/vnd.oci.image.manifest',
    ],
    [
      'an OCI manifest that names no type',
      { manifest: '{"schemaVersion":2,"layers":[]}' },
      'CC-03 error: Unsupported manifest media type application/vnd.oci',
    ],
    ['an image for ARM', { config: config((document) => void (document.architecture = 'arm64')) }, 'CC-01 error: .*ml.m5.large is amd64'],
    ['an image for Windows', { config: config((document) => void (document.os = 'windows')) }, 'CC-02 error: .*windows/amd64'],
    ['another region', { region: 'us-east-1' }, 'CC-04 error: Cross region .*eu-west-1.*us-east-1'],
    [
      'another partition’s suffix',
      { imageUri: '111122223333.dkr.ecr.cn-north-1.amazonaws.com/churn:v7', region: 'cn-north-1' },
      'CC-04 error: Invalid DNS suffix .*amazonaws.com.cn',
    ],
    ['a shell', { config: config(({ config: settings }) => void (settings['Entrypoint'] = ['/bin/sh', '-c', 'serve'])) }, 'CC-05 error: '],
    ['the tag latest', { imageUri: good.imageUri.replace(':v7', ':latest') }, 'CC-08 advice: '],
    ['no tag', { imageUri: good.imageUri.replace(':v7', '') }, 'CC-08 advice: '],
    ['another registry', { imageUri: 'docker.io/library/churn:v7' }, 'CC-09 warning: '],
    ['a CMD of its own', { config: config(({ config: settings }) => void (settings['Cmd'] = ['node', 'server.js'])) }, 'CC-14 warning: '],
    ['dumb-init', { config: config(({ config: settings }) => void (settings['Entrypoint'] = ['/usr/bin/dumb-init', '--'])) }, 'CC-16 warning: '],
    ['a user', { config: config(({ config: settings }) => void (settings['User'] = '1000:1000')) }, 'CC-17 warning: '],
    ['another stop signal', { config: config(({ config: settings }) => void (settings['StopSignal'] = 'SIGINT')) }, 'CC-19 warning: .*SIGINT'],
    [
      'a driver',
      { config: config(({ config: settings }) => void (settings['Env'] = ['NVIDIA_REQUIRE_CUDA=cuda>=12.4 brand=tesla'])) },
      'CC-21 warning: .*12.4',
    ],
    ['buffered Python', { config: config(({ config: settings }) => void (settings['Env'] = ['PYTHON_VERSION=3.13.1'])) }, 'CC-22 advice: '],
    [
      'no label for the port',
      { config: config(({ config: settings }) => void (settings['Labels'] = {})), hosting: 'multi-container' as const },
      'CC-46 error: ',
    ],
    ['no label for many models', { hosting: 'multi-model' as const }, 'CC-47 error: '],
    [
      'a variable nothing reads',
      { config: config(({ config: settings }) => void (settings['Env'] = ['SAGEMAKER_SERVICE_MODULE=x'])) },
      'CC-76 warning: ',
    ],
  ])('names %s and nothing else', (_what, change, expected) => {
    expect(says(change as Partial<RegisteredImage>)).toEqual([expect.stringMatching(new RegExp(`^${expected}`)) as string]);
  });

  it('holds a serverless image to 10 GiB, byte for byte, and warns of a large one elsewhere', () => {
    const of = (bytes: number) => JSON.stringify({ ...(JSON.parse(good.manifest) as object), layers: [{ size: bytes - 1 }, { size: 1 }] });
    expect(says({ manifest: of(10_737_418_240), hosting: 'serverless' })).toEqual([expect.stringMatching(/^CC-07 warning/) as string]);
    expect(says({ manifest: of(10_737_418_241), hosting: 'serverless' })).toEqual([
      'CC-07 error: Image size 10737418241 is greater than supported size 10737418240',
    ]);
    expect(says({ manifest: of(10_000_000_000) })).toEqual([]);
  });

  it('takes no CMD of a base for the way to start', () => {
    for (const Cmd of [['python3'], ['node'], ['/bin/bash']]) {
      expect(says({ config: config(({ config: settings }) => void (settings['Cmd'] = Cmd)) })).toEqual([]);
    }
  });

  it('lets an image be named by its digest', () => expect(says({ imageUri: good.imageUri.replace(':v7', `@${packed.digest}`) })).toEqual([]));

  it('needs no file system: all it imports can be bundled into a function', () => {
    const seen = new Set<string>();
    const visit = (url: URL) => {
      if (seen.has(url.href)) return;
      seen.add(url.href);
      for (const [, typeOnly, from = ''] of readFileSync(url, 'utf8').matchAll(/^import (type )?[^;]*? from '([^']+)';/gms)) {
        if (typeOnly !== undefined) continue;
        expect(from, url.pathname).toMatch(/^\.\.?\//);
        visit(new URL(from, url));
      }
    };
    visit(new URL('../../../src/containers/checks/manifest.ts', import.meta.url));
    expect(seen.size).toBeGreaterThan(15);
  });
});
