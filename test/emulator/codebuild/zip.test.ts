import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { entriesOfZip } from '../../../src/emulator/codebuild/zip.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'zip-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Zips the test's folder with Python's own library, which writes modes and links as `zip` does. */
function zipped(name: string): Buffer {
  const program = `
import os, stat, sys, zipfile
root, out = sys.argv[1:]
with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
    for base, folders, files in os.walk(root):
        for one in sorted(folders + files):
            p = os.path.join(base, one)
            info = zipfile.ZipInfo.from_file(p, os.path.relpath(p, root)) if not os.path.islink(p) else zipfile.ZipInfo(os.path.relpath(p, root))
            if os.path.islink(p):
                info.create_system = 3
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            z.writestr(info, os.readlink(p) if os.path.islink(p) else b'' if os.path.isdir(p) else open(p, 'rb').read())
`;
  const out = path.join(folder, `${name}.zip`);
  execFileSync('python3', ['-c', program, path.join(folder, name), out]);
  return readFileSync(out);
}

describe('entriesOfZip()', () => {
  it('keeps folders, bytes and executable bits', () => {
    mkdirSync(path.join(folder, 'plain/bin'), { recursive: true });
    writeFileSync(path.join(folder, 'plain/bin/serve'), '#!/bin/sh\n');
    chmodSync(path.join(folder, 'plain/bin/serve'), 0o755);
    writeFileSync(path.join(folder, 'plain/readme.md'), 'x'.repeat(10_000));
    chmodSync(path.join(folder, 'plain/readme.md'), 0o644);

    const entries = entriesOfZip(zipped('plain')).map(({ path: name, bytes, executable }) => [name, bytes?.length, executable]);
    expect(entries).toEqual([
      ['bin', undefined, undefined],
      ['readme.md', 10_000, false],
      ['bin/serve', 10, true],
    ]);
  });

  it('refuses links, paths that leave it, and what is no zip', () => {
    mkdirSync(path.join(folder, 'linked'));
    symlinkSync('/etc/passwd', path.join(folder, 'linked/passwd'));
    expect(() => entriesOfZip(zipped('linked'))).toThrow('zip: "passwd" is a link or a device, expected files and folders');
    expect(() => entriesOfZip(zipSync({ '../x': new Uint8Array(1) }))).toThrow('zip: "../x" leaves the archive');
    expect(() => entriesOfZip(new Uint8Array([0x1f, 0x8b, 0]))).toThrow('zip: not a valid zip file');
  });
});
