import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTar } from 'nanotar';
import { describe, expect, it } from 'vitest';
import { entriesOf, tarGzip, untarGzip } from '../../src/containers/archive.ts';
import { unpackImage } from '../../src/containers/unpack.ts';
import { folderOf, program } from './folder.ts';

/** A gzipped tar as some tool could have made it: names as given, a type flag where it is no plain file. */
function archive(entries: readonly { name: string; data?: string; type?: string }[]): Uint8Array {
  const plain = createTar(entries.map(({ name, data }) => ({ name, ...(data === undefined ? {} : { data }) })));
  let offset = 0;
  for (const { data = '', type } of entries) {
    if (type) {
      const header = plain.subarray(offset, offset + 512);
      header[156] = type.charCodeAt(0);
      header.set(Buffer.from('        '), 148);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    }
    offset += 512 + Math.ceil(Buffer.byteLength(data) / 512) * 512;
  }
  return gzipSync(plain);
}

function layers(...all: Uint8Array[]): { files: string[]; under: string } {
  const folder = folderOf({});
  const files = all.map((bytes, index) => {
    const file = join(folder, `layer-${index}`);
    writeFileSync(file, bytes);
    return file;
  });
  return { files, under: join(folder, 'images') };
}
const tree = (folder: string) => entriesOf(folder).map(({ path, bytes }) => (bytes ? path : `${path}/`));

describe('unpackImage()', () => {
  it('lays later layers over earlier ones and honours whiteouts', () => {
    const { files, under } = layers(
      archive([
        { name: 'a/one', data: '1' },
        { name: 'a/two', data: '2' },
        { name: 'gone/x', data: 'x' },
        { name: 'kept', data: 'old' },
      ]),
      archive([
        { name: 'a/.wh.one', data: '' },
        { name: 'gone/.wh..wh..opq', data: '' },
        { name: 'gone/y', data: 'y' },
        { name: 'kept', data: 'new' },
      ]),
    );
    const root = unpackImage('sha256:abc', files, under);

    expect(tree(root)).toEqual(['a/', 'a/two', 'gone/', 'gone/y', 'kept']);
    expect(readFileSync(join(root, 'kept'), 'utf8')).toBe('new');
  });

  it('unpacks a digest once', () => {
    const { files, under } = layers(archive([{ name: 'x', data: '1' }]));
    const root = unpackImage('sha256:abc', files, under);
    writeFileSync(join(root, 'mark'), '');

    expect(unpackImage('sha256:abc', files, under)).toBe(root);
    expect(existsSync(join(root, 'mark'))).toBe(true);
  });

  it.each([
    ['..', '../escaped'],
    ['.. in the middle', 'a/../../escaped'],
    ['an absolute path', '/escaped'],
  ])('keeps an entry with %s inside the root', (_, name) => {
    const { files, under } = layers(archive([{ name, data: 'x' }]));
    const root = unpackImage('sha256:abc', files, under);

    expect(tree(root)).toEqual(['escaped']);
    expect(readdirSync(under)).toHaveLength(1);
    expect(existsSync(join(dirname(under), 'escaped'))).toBe(false);
    expect(existsSync('/escaped')).toBe(false);
  });

  it('does not let a whiteout hide what lies outside', () => {
    const { files, under } = layers(
      archive([
        { name: 'x', data: '1' },
        { name: '.wh...', data: '' },
      ]),
    );
    expect(() => unpackImage('sha256:abc', files, under)).toThrow(/it hides no name/);
    expect(existsSync(files[0] ?? '')).toBe(true);
  });

  it('refuses a device, and leaves nothing behind', () => {
    const { files, under } = layers(archive([{ name: 'sda', data: '', type: '4' }]));

    expect(() => unpackImage('sha256:abc', files, under)).toThrow('Cannot unpack "sda": it is a device or a pipe, expected files, folders and links');
    expect(readdirSync(under)).toEqual([]);
  });

  it('refuses what is no gzip', () => {
    const { files, under } = layers(new TextEncoder().encode('not an archive'));
    expect(() => unpackImage('sha256:abc', files, under)).toThrow('Cannot unpack the archive: it is no gzip');
  });
});

describe('untarGzip()', () => {
  it.each([
    ['1', 'a hard link'],
    ['2', 'a symbolic link'],
    ['6', 'a device or a pipe'],
  ])('refuses what is no file of a model: type %s is %s', (type, words) => {
    expect(() => untarGzip(archive([{ name: 'x', data: '', type }]), folderOf({}))).toThrow(
      `Cannot unpack "x": it is ${words}, expected plain files and folders`,
    );
  });
});

describe('tarGzip()', () => {
  it('comes back as it was: bytes, empty files, folders, executable bits', () => {
    const source = folderOf({ 'a/empty': '', 'a/run': program('#!/bin/sh\n'), 'big.bin': 'x'.repeat(70_000) });
    const copy = folderOf({});

    expect(untarGzip(tarGzip(source), copy)).toBe(3);
    expect(entriesOf(copy)).toEqual(entriesOf(source));
    expect(statSync(join(copy, 'a/run')).mode & 0o777).toBe(0o755);
  });

  it('fills a record exactly and still ends as a tar has to', () => {
    // 9728 bytes and their header are one record of 10240.
    const source = folderOf({ exact: 'x'.repeat(9_728) });
    const copy = folderOf({});
    untarGzip(tarGzip(source), copy);
    expect(readFileSync(join(copy, 'exact'), 'utf8')).toHaveLength(9_728);
  });
});
