import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createTar } from 'nanotar';
import { packImage } from '../../../src/containers/pack.ts';
import { checkContainer } from '../../../src/containers/probe/check.ts';
import { NoTarget, openTarget } from '../../../src/containers/probe/target.ts';
import { folderOf, goodImage } from '../folder.ts';

const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** A `docker` that answers as its own does, without an engine: `text` is its shell. */
function dockerThat(text: string): void {
  const folder = folderOf({ docker: { text: `#!/bin/sh\n${text}\n`, executable: true } });
  chmodSync(join(folder, 'docker'), 0o755);
  process.env['PATH'] = `${folder}${delimiter}${path ?? ''}`;
}

/** What `docker save` writes of the good image. */
function savedImage(): string {
  const image = packImage(folderOf(goodImage));
  const file = join(folderOf({}), 'saved.tar');
  const layers = image.layers.map(({ tarGzip }, index) => ({ name: `${index}/layer.tar`, data: new Uint8Array(gunzipSync(tarGzip)) }));
  const manifest = [{ Config: 'config.json', RepoTags: ['churn:v1'], Layers: layers.map(({ name }) => name) }];
  writeFileSync(file, createTar([{ name: 'manifest.json', data: JSON.stringify(manifest) }, { name: 'config.json', data: image.config }, ...layers]));
  return file;
}

const wanted = {
  commands: ['train', 'serve'],
  hosting: 'single',
  channels: [],
  hyperParameters: {},
  environment: {},
  request: { contentType: 'text/csv' },
  startupMs: 10_000,
  runMs: 10_000,
} as const;

describe('openTarget()', () => {
  it('asks Docker for an image by its name, and judges it by that name', async () => {
    dockerThat(`[ "$1" = save ] && [ "$4" = 111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn ] && exec cp '${savedImage()}' "$3"\nexit 1`);
    const name = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn';
    const { findings, notChecked } = await checkContainer(name, { ...wanted, engine: undefined }, { scratch: folderOf({}), tell() {} });

    expect(findings.map(({ id, what }) => `${id ?? ''} ${what}`)).toEqual([`CC-08 "${name}" names whatever is "latest" when it is pulled`]);
    const unknown = notChecked.filter(({ because }) => !because.startsWith('nothing was started')).map(({ id }) => id);
    expect(unknown).toEqual(expect.arrayContaining(['CC-03', 'CC-04']));
    expect(unknown).not.toContain('CC-07');
  });

  it('says in Docker’s own words why there is no image of a name', async () => {
    dockerThat('echo "Error response from daemon: reference does not exist" >&2\nexit 1');
    await expect(openTarget('churn:v9', ['serve'], folderOf({}))).rejects.toThrow(NoTarget);
    await expect(openTarget('churn:v9', ['serve'], folderOf({}))).rejects.toThrow(/reference does not exist.*or pull the image first/);
  });

  it('loads a file into Docker, and builds a folder for the platform it names', async () => {
    // What Docker has built knows what its base brings.
    const inspected = JSON.stringify({
      Id: 'sha256:9f0a',
      Config: { Env: ['PATH=/opt/program:/opt/conda/bin'] },
      Architecture: 'amd64',
      Os: 'linux',
    });
    dockerThat(
      `case "$*" in load*) echo "Loaded image: churn:v1" ;; "build --quiet --platform linux/amd64 "*) echo built ;; "image inspect"*built) echo '${inspected}' ;; *) exit 1 ;; esac`,
    );
    const file = join(folderOf({}), 'image.tar');
    copyFileSync(savedImage(), file);
    expect(await (await openTarget(file, ['serve'], folderOf({}))).asDocker()).toMatchObject({
      id: 'churn:v1',
      config: { Env: ['PATH=/opt/program:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'] },
    });
    expect(await (await openTarget(folderOf(goodImage), ['serve'], folderOf({}))).asDocker()).toMatchObject({
      id: 'sha256:9f0a',
      config: { Env: ['PATH=/opt/program:/opt/conda/bin'] },
    });
  });

  it('judges a built image without an engine, and says that it was not started', async () => {
    dockerThat('echo "Cannot connect to the Docker daemon" >&2\nexit 1');
    const report = await checkContainer(savedImage(), { ...wanted, engine: 'auto' }, { scratch: folderOf({}), tell() {} });
    expect(report.findings).toEqual([]);
    expect(report).not.toHaveProperty('engine');
    expect(report.notChecked.find(({ id }) => id === 'CC-36')?.because).toBe('no Docker engine answers, and a built image runs with Docker alone');
  });

  it('names what only Docker does, and leaves flaws of checks to the checks', async () => {
    const Dockerfile = `${goodImage.Dockerfile}RUN make\nSTOPSIGNAL SIGINT\nCOPY nothing /x\n`;
    const target = await openTarget(folderOf({ ...goodImage, Dockerfile }), ['train', 'serve'], folderOf({}));
    expect(target.onlyDocker).toEqual(['Dockerfile:6: RUN needs a Docker build']);
    expect(target.findings.map(({ id, where }) => `${id ?? '-'} ${where}`)).toEqual(['CC-19 Dockerfile:7', '- Dockerfile:8']);
  });
});
