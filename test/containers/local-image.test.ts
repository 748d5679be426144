import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ImageRefused } from '../../src/containers/finding.ts';
import { parseInspectedImage } from '../../src/containers/image.ts';
import { architectureNotices, openLocalImage } from '../../src/containers/local-image.ts';
import { addressesOf, processNetwork } from '../../src/containers/process-network.ts';
import { type FileSpec, folderOf, goodDockerfile, goodImage } from './folder.ts';

describe('parseInspectedImage()', () => {
  it('reads what docker image inspect prints', () => {
    // Members as in Docker's own documentation of the command, shortened.
    const text = JSON.stringify({
      Id: 'sha256:9f0a',
      RepoTags: ['churn:v1'],
      Config: {
        Env: ['PATH=/opt/program:/usr/bin'],
        Cmd: null,
        Entrypoint: ['python3', '/opt/main.py'],
        WorkingDir: '/opt',
        Labels: { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' },
        ExposedPorts: { '8080/tcp': {} },
      },
      Architecture: 'arm64',
      Os: 'linux',
    });
    expect(parseInspectedImage(text)).toEqual({
      id: 'sha256:9f0a',
      config: {
        Entrypoint: ['python3', '/opt/main.py'],
        Env: ['PATH=/opt/program:/usr/bin'],
        WorkingDir: '/opt',
        Labels: { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' },
        ExposedPorts: ['8080/tcp'],
        architecture: 'arm64',
        os: 'linux',
      },
    });
  });
});

describe('openLocalImage()', () => {
  const open = (files: Readonly<Record<string, FileSpec>>, words: readonly ('train' | 'serve')[] = ['train']) =>
    openLocalImage(folderOf(files), words, 'process', folderOf({}));

  it('makes a folder ready for plain processes, and says what only Docker would have done', async () => {
    const Dockerfile = goodDockerfile.replace('node:24-slim', 'nvidia/cuda:12.4-base').replace('COPY', 'RUN make\nCOPY');
    const { image, engine, notices } = await open({ ...goodImage, Dockerfile });
    await engine.close();
    expect(notices).toEqual([
      expect.stringMatching(
        /^Dockerfile:1: base image "nvidia\/cuda:12\.4-base" brings programs of its own.*: what it brings has to be on this machine$/,
      ),
      'Dockerfile:3: RUN needs a Docker build, and is left out: what it brings has to be on this machine',
    ]);
    expect(statSync(join(image.rootFolder, 'opt/program/train')).mode & 0o111).toBe(0o111);
  });

  it.each([
    ['no FROM', { ...goodImage, Dockerfile: 'COPY train /\n' }, 'Dockerfile:1: COPY before FROM; begin with FROM'],
    ['no such instruction', { ...goodImage, Dockerfile: `${goodDockerfile}COPPY x /x\n` }, 'Dockerfile:6: COPPY is no instruction'],
    ['no such file', { ...goodImage, Dockerfile: `${goodDockerfile}COPY x /x\n` }, 'Dockerfile:6: "x" is not in the folder'],
    ['no program, and nothing that could bring it', { ...goodImage, Dockerfile: 'FROM node:24\n' }, 'Dockerfile:1: no executable "train"'],
    ['a shell-form ENTRYPOINT', { ...goodImage, Dockerfile: `${goodDockerfile}ENTRYPOINT node main.js\n` }, 'swallows the word'],
  ])('refuses %s, which is wrong with every engine', async (_, files, text) => {
    await expect(open(files)).rejects.toThrow(ImageRefused);
    await expect(open(files)).rejects.toThrow(text);
  });

  it('asks for the programs of the word it is started with alone', async () => {
    const { serve: _, ...trainingOnly } = { ...goodImage, Dockerfile: goodDockerfile.replace('COPY train serve', 'COPY train') };
    const { engine } = await open(trainingOnly);
    await engine.close();
    await expect(open(trainingOnly, ['serve'])).rejects.toThrow('no executable "serve"');
  });
});

describe('architectureNotices()', () => {
  it('says what an image of another processor will be like, and nothing of one that fits', () => {
    expect(architectureNotices('amd64', 'arm64')).toEqual([expect.stringMatching(/^the image is for amd64 and this machine is arm64: .*132/)]);
    expect(architectureNotices('amd64', 'x64')).toEqual([]);
  });
});

describe('processNetwork()', () => {
  it('says which names will not be found where it may not give processes a hosts file, and what to do', async () => {
    const network = await processNetwork(['algo-1', 'no-such-host-7'], []);
    expect(network.prefix).toEqual([]);
    expect(network.unresolved).toMatch(/no-such-host-7 will not be found by name: .*add .*"127\.0\.0\.\d no-such-host-7".*or use Docker/);
    await network.close();
  });

  it('has nothing to say where the machine knows the names itself', async () => {
    expect((await processNetwork(['localhost'], [])).unresolved).toBeUndefined();
  });
});

describe('addressesOf()', () => {
  it('gives each host an address of its own where the system has more than one for itself', () => {
    expect([...addressesOf(['algo-1', 'algo-2'], 'linux').values()]).toEqual(['127.0.0.2', '127.0.0.3']);
    expect([...addressesOf(['algo-1', 'algo-2'], 'darwin').values()]).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});
