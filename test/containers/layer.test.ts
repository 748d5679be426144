import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { createTar } from 'nanotar';
import { describe, expect, it } from 'vitest';
import { entriesOf, untarGzip } from '../../src/containers/archive.ts';
import { unpackLayer } from '../../src/containers/layer.ts';
import { folderOf, program } from './folder.ts';

interface Made {
  readonly name: string;
  readonly data?: string;
  /** Unset: a file. */
  readonly type?: '1' | '2' | '3' | '5' | '6';
  readonly target?: string;
}

/** A gzipped tar as somebody with a grudge could have made it. */
function layer(...entries: readonly Made[]): Uint8Array {
  const plain = createTar(entries.map(({ data }) => ({ name: 'x', ...(data === undefined ? {} : { data }), attrs: { mode: '644' } })));
  let offset = 0;
  for (const { name, data = '', type = '0', target = '' } of entries) {
    const header = plain.subarray(offset, offset + 512);
    header.fill(0, 0, 100).set(Buffer.from(name));
    header[156] = type.charCodeAt(0);
    header.set(Buffer.from(target), 157);
    header.set(Buffer.from('        '), 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    offset += 512 + Math.ceil(Buffer.byteLength(data) / 512) * 512;
  }
  return gzipSync(Buffer.concat([plain, Buffer.alloc(1024)]));
}
const link = (name: string, target: string): Made => ({ name, type: '2', target });
const hardLink = (name: string, target: string): Made => ({ name, type: '1', target });
const file = (name: string, data = name): Made => ({ name, data });

/** An image's root, with something beside it that no image may reach. */
function place(): { readonly root: string; readonly outside: string } {
  const outside = folderOf({ secret: 'theirs' });
  const root = join(outside, 'images', 'root');
  mkdirSync(root, { recursive: true });
  return { root, outside };
}
const unpacked = (...layers: Uint8Array[]) => {
  const { root, outside } = place();
  for (const one of layers) unpackLayer(one, root);
  expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('theirs');
  return root;
};
const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');

describe('unpackLayer()', () => {
  it('makes the links of a base image: of a folder, of a library, of a program, absolute and relative', () => {
    const root = unpacked(
      layer(
        file('usr/lib/x86_64/libz.so.1.3'),
        link('usr/lib/x86_64/libz.so.1', 'libz.so.1.3'),
        link('lib', 'usr/lib'),
        file('usr/bin/python3.13'),
        link('usr/local/bin/python3', '/usr/bin/python3.13'),
        link('usr/local/bin/python', 'python3'),
      ),
    );
    expect(read(root, 'lib/x86_64/libz.so.1')).toBe('usr/lib/x86_64/libz.so.1.3');
    expect(read(root, 'usr/local/bin/python')).toBe('usr/bin/python3.13');
    // A root is renamed once it is whole: nothing in it says where it was made.
    expect(readlinkSync(join(root, 'usr/local/bin/python3'))).toBe('../../bin/python3.13');
  });

  it('lays a later layer through the links of an earlier one, as the image means them', () => {
    const root = unpacked(layer(file('usr/lib/a'), link('lib', '/usr/lib')), layer(file('lib/b'), file('lib/a', 'new')), layer(file('lib/.wh.b')));
    expect(lstatSync(join(root, 'lib')).isSymbolicLink()).toBe(true);
    expect([read(root, 'usr/lib/a'), existsSync(join(root, 'usr/lib/b'))]).toEqual(['new', false]);
  });

  it('shares a hard link’s file, also one of a lower layer, and takes another for its own', () => {
    const root = unpacked(layer({ name: 'bin/perl', data: '#!' }), layer(hardLink('bin/perl5', 'bin/perl'), hardLink('bin/perl5.40', './bin/perl5')));
    expect(statSync(join(root, 'bin/perl5.40')).ino).toBe(statSync(join(root, 'bin/perl')).ino);
    expect(read(root, 'bin/perl5.40')).toBe('#!');
    // Written over, the others keep what they have.
    unpackLayer(layer(file('bin/perl', 'new')), root);
    expect([read(root, 'bin/perl'), read(root, 'bin/perl5')]).toEqual(['new', '#!']);
  });

  it('makes a hard link to a link from where it then is', () => {
    const root = unpacked(layer(file('a/b/target'), link('a/b/link', 'target'), hardLink('link', 'a/b/link')));
    expect(read(root, 'link')).toBe('a/b/target');
  });

  it.each<[string, Made[], string]>([
    ['a file in the place of a link', [file('real', '1'), link('x', 'real'), file('x', '2')], '2'],
    ['a folder in the place of a link', [file('d/f', '1'), link('x', 'd'), { name: 'x', type: '5' }, file('x/f', '2')], ''],
    ['a link in the place of a folder', [file('x/y', '1'), file('real', '2'), link('x', 'real')], '2'],
  ])('puts %s', (_, entries, content) => {
    const root = unpacked(layer(...entries));
    if (content === '') expect([read(root, 'd/f'), read(root, 'x/f')]).toEqual(['1', '2']);
    else expect([read(root, 'x'), existsSync(join(root, 'real'))]).toEqual([content, true]);
  });

  it.each<[string, Made[]]>([
    ['an absolute link', [link('out', '/'), file('out/secret', 'mine')]],
    ['a link that climbs', [link('out', '../..'), file('out/secret', 'mine')]],
    ['a link to a link that climbs', [link('a', '../../..'), link('b', 'a'), file('b/secret', 'mine')]],
    ['a link that climbs where a link has led down', [link('d/e/up', '/'), link('d/e/out', 'up/../..'), file('d/e/out/secret', 'mine')]],
    ['its own name', [link('out', '../../secret'), file('out', 'mine')]],
    ['a whiteout', [link('out', '../..'), file('out/.wh.secret')]],
    ['an opaque whiteout', [link('out', '../..'), file('out/.wh..wh..opq')]],
    ['a hard link that climbs', [hardLink('s', '../../secret')]],
    ['a hard link through a link', [link('out', '../..'), hardLink('s', 'out/secret')]],
    ['a hard link to a link, further down', [link('deep/er/out', '../..'), hardLink('out', 'deep/er/out'), file('out/secret', 'mine')]],
  ])('lets nothing out by %s: in one layer or in two', (_, entries) => {
    for (const layers of [[layer(...entries)], entries.map((entry) => layer(entry))]) {
      const { root, outside } = place();
      try {
        for (const one of layers) unpackLayer(one, root);
      } catch (error) {
        expect((error as Error).message).toMatch(/is a link to what is no file of the image/);
      }
      expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('theirs');
      expect(existsSync(join(root, 's')), 'nothing of outside came in').toBe(false);
    }
  });

  it('leaves no link by which a program that knows of no root gets out, whatever is unpacked over what', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const target = fc
      .tuple(fc.boolean(), fc.array(fc.oneof({ weight: 2, arbitrary: name }, fc.constant('..')), { minLength: 1, maxLength: 6 }))
      .map(([absolute, parts]) => `${absolute ? '/' : ''}${parts.join('/')}`);
    const entry = fc.oneof(
      path.map((at) => file(at, 'x')),
      fc.tuple(path, target).map(([at, to]) => link(at, to)),
      fc.tuple(path, path).map(([at, to]) => hardLink(at, to)),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 12 }), (entries) => {
        const { root, outside } = place();
        for (const one of entries) {
          try {
            unpackLayer(layer(one), root);
          } catch (error) {
            expect((error as Error).message).toMatch(/^Cannot unpack /);
          }
        }
        const below = realpathSync(root);
        for (const found of execFileSync('find', [root, '-type', 'l'], { encoding: 'utf8' }).split('\n').filter(Boolean)) {
          let real: string | undefined;
          try {
            real = realpathSync(found);
          } catch {
            // It leads to nothing, or in a circle.
          }
          if (real !== undefined) expect(real === below || real.startsWith(`${below}/`), `${found} -> ${readlinkSync(found)}`).toBe(true);
        }
        rmSync(outside, { recursive: true });
      }),
      { numRuns: 150 },
    );
  });

  it('leaves the streams every process has to whoever writes there', () => {
    const root = unpacked(
      layer(link('var/log/nginx/access.log', '/dev/stdout'), link('dev/stderr', '/proc/self/fd/2'), link('etc/mtab', '/proc/mounts')),
    );
    expect([readlinkSync(join(root, 'var/log/nginx/access.log')), readlinkSync(join(root, 'dev/stderr'))]).toEqual([
      '/dev/stdout',
      '/proc/self/fd/2',
    ]);
    expect(readlinkSync(join(root, 'etc/mtab'))).toBe('../proc/mounts');
  });

  it.each<[string, Made, string]>([
    ['a device', { name: 'dev/sda', type: '3' }, 'Cannot unpack "dev/sda": it is a device or a pipe, expected files, folders and links'],
    ['a pipe', { name: 'run/pipe', type: '6' }, 'Cannot unpack "run/pipe": it is a device or a pipe, expected files, folders and links'],
    ['a hard link to nothing', hardLink('a', 'b'), 'Cannot unpack "a": it is a link to what is no file of the image'],
  ])('refuses %s by name', (_, entry, message) => expect(() => unpacked(layer(entry))).toThrow(message));

  it('refuses a path whose links go in a circle', () => {
    expect(() => unpacked(layer(link('a', 'b'), link('b', 'a'), file('a/x')))).toThrow('Cannot unpack "a/x": its links go in a circle');
  });
});

describe('a tar of another tool', () => {
  const long = `${'deep-folder-of-a-package/'.repeat(7)}module.py`;
  const source = folderOf({ [long]: 'long', 'bin/run': program('#!/bin/sh\n') });
  // The oldest format has no room for a long target.
  const others = folderOf({ [long]: 'long' });
  symlinkSync(long, join(others, 'link'));
  writeFileSync(join(source, 'empty'), '');

  // tar itself is the other opinion, in each of the ways it has of writing a long name.
  it.each(['gnu', 'pax', 'ustar'])('in the format %s is unpacked as tar itself would', (format) => {
    const root = join(folderOf({}), 'root');
    unpackLayer(execFileSync('tar', ['--create', '--gzip', `--format=${format}`, '--directory', source, '.'], { maxBuffer: 2 ** 24 }), root);
    expect(read(root, long)).toBe('long');
    expect(statSync(join(root, 'bin/run')).mode & 0o777).toBe(0o755);
    expect(entriesOf(root)).toEqual(entriesOf(source));
  });

  it.each(['gnu', 'pax'])('in the format %s has long links as well', (format) => {
    const root = join(folderOf({}), 'root');
    unpackLayer(execFileSync('tar', ['--create', '--gzip', `--format=${format}`, '--directory', others, 'link']), root);
    expect(readlinkSync(join(root, 'link'))).toBe(long);
  });

  it.each(['gnu', 'pax', 'ustar'])('in the format %s keeps its long names in an archive of a model as well', (format) => {
    const into = folderOf({});
    untarGzip(execFileSync('tar', ['--create', '--gzip', `--format=${format}`, '--directory', source, dirname(long)]), into);
    expect(read(into, long)).toBe('long');
  });

  it('that is cut off is refused', () => {
    const whole = execFileSync('tar', ['--create', '--directory', source, 'bin/run']);
    const cut = gzipSync(whole.subarray(0, 515));
    expect(() => unpackLayer(cut, join(folderOf({}), 'root'))).toThrow('Cannot unpack the archive: "bin/run" is cut off');
  });
});
