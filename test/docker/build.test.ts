import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ImageNotBuilt } from '../../src/emulator/codebuild/builder.ts';
import { dockerBuilder } from '../../src/emulator/codebuild/docker-builder.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const order = (dockerfile: string) => ({
  name: 'churn:1',
  dockerfile: 'Dockerfile',
  buildArguments: { VERSION: '7' },
  platform: `linux/${process.arch === 'arm64' ? 'arm64' : 'amd64'}`,
  entries: [
    { path: 'Dockerfile', bytes: bytes(dockerfile) },
    { path: 'serve', bytes: bytes('#!/bin/sh\n'), executable: true },
  ],
});

describe('a build, in Docker', () => {
  it('runs the programs a Dockerfile names, and makes an image whose layers are what its configuration says', async () => {
    const lines: string[] = [];
    const dockerfile = `FROM node:24-slim
ARG VERSION
COPY serve /opt/program/serve
RUN node -e 'require("fs").writeFileSync("/opt/program/version", process.env.VERSION + process.version)' && echo ran
ENV PATH=/opt/program:$PATH
`;
    const image = await dockerBuilder().build(order(dockerfile), (line) => lines.push(line), new AbortController().signal);
    expect(lines.join('\n')).toMatch(/\bran$/m);

    // What the platform checks as it unpacks: each layer is the one that the configuration lists, in its order.
    const { rootfs, config } = JSON.parse(Buffer.from(image.config).toString()) as { rootfs: { diff_ids: string[] }; config: { Env: string[] } }; // As the OCI image specification has it.
    const layers = image.layers.map(({ tarGzip }) => gunzipSync(tarGzip));
    expect(layers.map((layer) => `sha256:${createHash('sha256').update(layer).digest('hex')}`)).toEqual(rootfs.diff_ids);
    expect(layers.length).toBeGreaterThanOrEqual(3);
    expect(layers.at(-1)?.includes('7v24.')).toBe(true);
    expect(config.Env.join()).toContain('PATH=/opt/program:');
    expect(JSON.parse(Buffer.from(image.manifest).toString())).toMatchObject({ mediaType: 'application/vnd.docker.distribution.manifest.v2+json' });
  });

  it('fails with the last words of a program that failed', async () => {
    const building = dockerBuilder().build(order('FROM node:24-slim\nRUN exit 9\n'), () => {}, new AbortController().signal);
    await expect(building).rejects.toThrow(ImageNotBuilt);
    await expect(building).rejects.toThrow(/exit 9|code: 9/);
  });
});
