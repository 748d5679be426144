import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { judgeImage } from '../../../src/containers/checks/image.ts';
import { packImage } from '../../../src/containers/pack.ts';
import { NoSavedImage, readSavedImage } from '../../../src/containers/probe/saved-image.ts';
import { type FileSpec, folderOf, goodImage } from '../folder.ts';

const tarOf = (folder: string, ...args: string[]): Buffer =>
  execFileSync('tar', ['--create', '--directory', folder, ...args, '.'], { maxBuffer: 1e8 });
const written = (folder: string, files: Record<string, string | Uint8Array>) => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
};
const save = (folder: string, gzip = false): string => {
  const file = join(folderOf({}), 'image.tar');
  writeFileSync(file, tarOf(folder, ...(gzip ? ['--gzip'] : [])));
  return file;
};
const config = (change: object = {}) =>
  JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Env: ['PATH=/bin:/opt/program'], ...change } });
const read = (file: string) => readSavedImage(file, ['serve'], folderOf({}));

/** What `docker save` writes of these layers, lowest first. */
const saved = (layers: readonly Uint8Array[], options: { config?: object; gzip?: boolean } = {}) =>
  save(
    written(folderOf({}), {
      'manifest.json': JSON.stringify([{ Config: 'config.json', RepoTags: ['churn:v1'], Layers: layers.map((_, index) => `${index}/layer.tar`) }]),
      'config.json': config(options.config),
      ...Object.fromEntries(layers.map((layer, index) => [`${index}/layer.tar`, layer])),
    }),
    options.gzip,
  );
const layer = (files: Record<string, FileSpec>, change: (folder: string) => void = () => {}): Buffer => {
  const folder = folderOf(files);
  change(folder);
  return tarOf(folder);
};

describe('readSavedImage()', () => {
  it('reads what docker save writes, compressed or not: settings, files, sizes', async () => {
    const image = packImage(folderOf(goodImage));
    const layers = image.layers.map(({ tarGzip }) => gunzipSync(tarGzip));
    for (const gzip of [false, true]) {
      const { contents, layerBytes, mediaType } = await read(saved(layers, { gzip }));
      expect([...contents.files.keys()].filter((path) => path.startsWith('/opt'))).toEqual(['/opt/program/serve', '/opt/program/train']);
      expect(contents.files.get('/opt/program/serve')).toMatchObject({ executable: true });
      expect(new TextDecoder().decode(contents.files.get('/opt/program/serve')?.bytes)).toBe('#!/bin/sh\necho served\n');
      expect(layerBytes).toEqual(layers.map(({ length }) => length));
      expect(mediaType).toBeUndefined();
    }
  });

  it('reads an OCI layout, and what its index points to', async () => {
    const blobs: Record<string, string | Uint8Array> = {};
    const blob = (content: string | Uint8Array): string => {
      const hash = createHash('sha256').update(content).digest('hex');
      blobs[`blobs/sha256/${hash}`] = content;
      return `sha256:${hash}`;
    };
    const layers = [zstdCompressSync(layer({ 'opt/program/serve': { text: '#!/bin/sh\n', executable: true } }))];
    const manifest = blob(JSON.stringify({ config: { digest: blob(config()) }, layers: layers.map((bytes) => ({ digest: blob(bytes) })) }));
    const index = blob(
      JSON.stringify({
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [
          { digest: blob('{}'), platform: { os: 'unknown', architecture: 'unknown' } },
          { digest: manifest, platform: { os: 'linux', architecture: 'amd64' } },
        ],
      }),
    );
    const file = save(
      written(folderOf({}), {
        ...blobs,
        'index.json': JSON.stringify({ manifests: [{ mediaType: 'application/vnd.oci.image.index.v1+json', digest: index }] }),
      }),
    );

    const image = await read(file);
    expect(image).toMatchObject({ mediaType: 'application/vnd.oci.image.index.v1+json', platforms: ['unknown/unknown', 'linux/amd64'] });
    expect(judgeImage(image.contents).findings.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('lays layers over one another: later files, whiteouts, links to files and to folders of the PATH', async () => {
    const base = layer({ 'usr/bin/serve': { text: '#!/bin/sh\n', executable: true }, 'usr/bin/old': 'x', 'srv/a': '1', 'srv/b': '2' }, (folder) => {
      symlinkSync('usr/bin', join(folder, 'bin'));
      symlinkSync('serve', join(folder, 'usr/bin/train'));
    });
    const over = layer({ 'usr/bin/.wh.old': '', 'srv/.wh..wh..opq': '', 'srv/c': '3' });
    const { contents } = await read(saved([base, over]));
    const paths = [...contents.files.keys()];

    expect(paths).toEqual(expect.arrayContaining(['/usr/bin/serve', '/usr/bin/train', '/bin/serve', '/srv/c']));
    expect(paths.filter((path) => /old|srv\/[ab]/.test(path))).toEqual([]);
    expect(contents.files.get('/bin/train')).toMatchObject({ executable: true });
    // Its serve is on the PATH through a link, as in every Debian.
    expect(judgeImage(contents).findings.filter(({ id }) => id === 'CC-10')).toEqual([]);
  });

  it('keeps the first bytes of what is large, so that a program is still known for one', async () => {
    const large = layer({ 'opt/program/serve': { text: `#!/usr/bin/env python3\n${'x'.repeat(1_000_000)}`, executable: true } });
    const { contents } = await read(saved([large]));
    expect(contents.files.get('/opt/program/serve')?.bytes.length).toBe(256);
    expect(judgeImage(contents).findings.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('finds a program that lost its bit', async () => {
    const flat = layer({ 'opt/program/serve': '#!/bin/sh\n' }, (folder) => chmodSync(join(folder, 'opt/program/serve'), 0o644));
    const { contents } = await read(saved([flat]));
    expect(judgeImage(contents).findings.map(({ id }) => id)).toContain('CC-11');
  });

  it('says what a file is not', async () => {
    const whole = saved([layer({ x: '1' })]);
    const half = join(folderOf({}), 'half.tar');
    writeFileSync(half, readFileSync(whole).subarray(0, 700));
    const rejects = async (file: string, text: RegExp) => {
      await expect(read(file)).rejects.toThrow(NoSavedImage);
      await expect(read(file)).rejects.toThrow(text);
    };
    await rejects(half, /is no image/);
    await rejects(save(folderOf({ 'model.bin': 'x' })), /neither manifest\.json \(docker save\) nor index\.json/);
    await rejects(join(folderOf({ text: 'x'.repeat(2_000) }), 'text'), /at byte 0 there is no tar header/);
  });
});
