import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../src/containers/container.ts';
import { dockerEngine, dockerRunArguments, NoDockerEngine, rebuildDockerfile } from '../../src/containers/docker-engine.ts';
import { folderOf, program } from './folder.ts';

const spec: ContainerSpec = {
  rootFolder: '/data/images/1',
  baseFolder: '/data/endpoints/a/1',
  config: {
    Env: ['PATH=/opt/program:/usr/local/bin:/usr/bin', 'LEVEL=image', 'GREETING=a=b c'],
    WorkingDir: '/opt/program',
    User: 'root',
    Labels: { 'org.opencontainers.image.base.name': 'node:24-slim' },
    ExposedPorts: [],
    architecture: 'amd64',
    os: 'linux',
  },
  command: 'serve',
  environment: { LEVEL: 'api', AWS_REGION: 'eu-west-1' },
  port: 40_123,
  onLine() {},
  name: 'churn-a',
  imageUri: 'an-image',
};

/** Whether an engine answers here; the reason it doesn't is printed, so that a skipped test tells why. */
const reason = await dockerEngine().then(
  async (engine) => {
    await engine.close();
    return undefined;
  },
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);
if (reason) console.log(`Skipped: dockerEngine() runs an image. ${reason}`);

describe('dockerEngine()', () => {
  it('publishes the port a container is told to listen on', () => {
    const told = { ...spec, environment: { ...spec.environment, SAGEMAKER_BIND_TO_PORT: '8097' } };
    expect(dockerRunArguments(told, 'sha256:1', 'churn-a-7-1')).toEqual(
      expect.arrayContaining(['127.0.0.1:40123:8097', 'SAGEMAKER_BIND_TO_PORT=8097']),
    );
  });

  it('runs serve as SageMaker does: /opt/ml mounted, port 8080 published on loopback alone, API environment over the image’s', () => {
    expect(dockerRunArguments(spec, 'sha256:1', 'churn-a-7-1')).toEqual([
      'run',
      '--rm',
      '--name',
      'churn-a-7-1',
      '--volume',
      '/data/endpoints/a/1:/opt/ml',
      '--publish',
      '127.0.0.1:40123:8080',
      '--env',
      'PATH=/opt/program:/usr/local/bin:/usr/bin',
      '--env',
      'LEVEL=api',
      '--env',
      'GREETING=a=b c',
      '--env',
      'AWS_REGION=eu-west-1',
      '--workdir',
      '/opt/program',
      '--user',
      'root',
      '--entrypoint',
      'serve',
      'sha256:1',
    ]);
  });

  it('gives an entry point its own arguments and the word, and train no port', () => {
    const { port: _, ...withoutPort } = spec;
    const args = dockerRunArguments(
      { ...withoutPort, command: 'train', config: { ...spec.config, Entrypoint: ['python3', '/opt/main.py'] } },
      'sha256:1',
      'job-7-1',
    );
    expect(args.slice(args.indexOf('--entrypoint'))).toEqual(['--entrypoint', 'python3', 'sha256:1', '/opt/main.py', 'train']);
    expect(args).not.toContain('--publish');
  });

  it('puts a host of several on their network, under the name the others know', () => {
    const network = { interfaceName: 'eth0', close: () => Promise.resolve() };
    const { port: _, ...withoutPort } = spec;
    const args = dockerRunArguments(
      { ...withoutPort, command: 'train', member: { network, hostName: 'algo-2' } },
      'sha256:1',
      'job-7-1',
      'training-7-0',
    );
    expect(args.slice(args.indexOf('--network'), args.indexOf('--env'))).toEqual([
      '--network',
      'training-7-0',
      '--network-alias',
      'algo-2',
      '--hostname',
      'algo-2',
    ]);
    expect(dockerRunArguments(spec, 'sha256:1', 'churn-a-7-1')).not.toContain('--network');
  });

  it('puts the image back on its base', () => {
    expect(rebuildDockerfile(spec.config)).toBe('FROM node:24-slim\nCOPY . /\n');
    expect(rebuildDockerfile({ Labels: {} })).toBe('FROM scratch\nCOPY . /\n');
  });

  it('says why it is none, where none answers', async ({ skip }) => {
    skip(reason === undefined, 'a Docker engine answers here');
    await expect(dockerEngine()).rejects.toThrow(NoDockerEngine);
    expect(reason).toMatch(/^No Docker engine answers \(.+\): start Docker, or run containers as plain processes$/);
  });

  it('runs an image', async ({ skip }) => {
    skip(reason !== undefined, reason);
    const engine = await dockerEngine();
    const baseFolder = mkdtempSync(join(tmpdir(), 'docker-test-'));
    const lines: string[] = [];
    try {
      const { port: _, ...withoutPort } = spec;
      const container = await engine.start({
        ...withoutPort,
        rootFolder: folderOf({
          'opt/program/train': program('#!/usr/bin/env node\nconsole.log(process.env.LEVEL, require("fs").readdirSync("/opt/ml").length)\n'),
        }),
        baseFolder,
        command: 'train',
        onLine: (line) => lines.push(line),
      });
      expect(await container.exited).toMatchObject({ exitCode: 0 });
      expect(lines).toEqual(['api 0']);
    } finally {
      await engine.close();
      rmSync(baseFolder, { recursive: true, force: true });
    }
  });
});
