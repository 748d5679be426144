import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocalImage } from '../../src/containers/local-image.ts';
import { trainLocally } from '../../src/containers/local-training.ts';
import { folderOf, goodDockerfile, goodImage, program } from './folder.ts';

// Docker at its edge: a `docker` command that notes what it is asked, and runs nothing. What Docker makes of it is docker-engine.test.ts's.

const inspected = {
  Id: 'sha256:9f0a',
  Config: { Env: ['PATH=/opt/program'], Entrypoint: ['/opt/program/main', '--quiet'] },
  Architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
  Os: 'linux',
};
const folder = folderOf({
  docker: program(`#!/bin/sh
echo "$*" >>"$0.log"
case "$1 $2" in
  "build --quiet") case "$*" in *broken*) echo "npm: not found" >&2; exit 1 ;; *) echo sha256:built ;; esac ;;
  "image inspect") case "$*" in *churn:v1|*sha256:built) cat "$0.json" ;; *) echo "No such image" >&2; exit 1 ;; esac ;;
  "run --rm") case "$*" in *chown*) ;; *) echo "a line"; exit 3 ;; esac ;;
esac
`),
  'docker.json': JSON.stringify(inspected),
});
const path = process.env['PATH'];
beforeAll(() => {
  process.env['PATH'] = `${folder}:${path ?? ''}`;
});
afterAll(() => {
  process.env['PATH'] = path;
});
const asked = () => readFileSync(join(folder, 'docker.log'), 'utf8').trim().split('\n');

describe('a folder', () => {
  const Dockerfile = goodDockerfile.replace('COPY', 'RUN npm ci\nCOPY');

  it('is built by Docker, RUN and all, and started with what Docker says it is', async () => {
    const source = folderOf({ ...goodImage, Dockerfile });
    const { image, engine, notices } = await openLocalImage(source, ['train'], 'auto', folderOf({}));
    await engine.close();

    expect(image).toMatchObject({ dockerImage: 'sha256:9f0a', config: { Entrypoint: ['/opt/program/main', '--quiet'] } });
    expect(asked()).toContain(`build --quiet --platform linux/amd64 ${source}`);
    expect(notices.filter((text) => !text.includes('emulated'))).toEqual([]);
  });

  it('that Docker cannot build is told in Docker’s words', async () => {
    const source = join(folderOf({ 'broken/Dockerfile': Dockerfile, 'broken/train': goodImage.train, 'broken/serve': goodImage.serve }), 'broken');
    await expect(openLocalImage(source, ['train'], 'docker', folderOf({}))).rejects.toThrow(`Cannot build "${source}" with Docker: npm: not found`);
  });
});

describe('an image Docker has', () => {
  it('trains on a network of its own, which is removed; the image stays', async () => {
    const { image, engine } = await openLocalImage('churn:v1', ['train'], 'auto', folderOf({}));
    expect(engine.kind).toBe('docker');
    const lines: string[] = [];
    const result = await trainLocally(
      {
        image,
        jobName: 'job-1',
        region: 'eu-west-1',
        hyperParameters: {},
        channels: [],
        environment: {},
        hostCount: 2,
        metrics: [],
        maxRuntimeMs: 60_000,
      },
      {
        engine,
        folder: folderOf({}),
        artifactsFolder: join(folderOf({}), 'artifacts'),
        stop: new AbortController().signal,
        tell: (event) => event.type === 'log' && lines.push(`${event.host} ${event.line}`),
      },
    );
    await engine.close();

    expect(result).toMatchObject({ status: 'Failed', hosts: [{ exitCode: 3 }, { exitCode: 3 }] });
    expect(lines.sort()).toEqual(['algo-1 a line', 'algo-2 a line']);
    const calls = asked();
    const network = calls.find((call) => call.startsWith('network create'))?.split(' ')[2] ?? '';
    const runs = calls.filter((call) => call.startsWith('run') && !call.includes('chown'));
    expect(runs.map((call) => call.replace(/.*(--network .*) --env PATH.*( --entrypoint.*)/, '$1$2')).sort()).toEqual(
      ['algo-1', 'algo-2'].map(
        (host) => `--network ${network} --network-alias ${host} --hostname ${host} --entrypoint /opt/program/main sha256:9f0a --quiet train`,
      ),
    );
    expect(calls.indexOf(`network create ${network}`)).toBeLessThan(calls.indexOf(runs[0] ?? ''));
    expect(calls.indexOf(`network rm ${network}`)).toBeGreaterThan(calls.indexOf(runs[1] ?? ''));
    expect(calls.filter((call) => /^(rmi|build)/.test(call) && !call.includes('--platform'))).toEqual([]);
  });

  it('is told from one it has not', async () => {
    await expect(openLocalImage('other:v1', ['train'], 'docker', folderOf({}))).rejects.toThrow(
      'Docker has no image "other:v1", and no folder is there either: build it, or pull it with docker pull other:v1',
    );
  });
});
