import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { entriesOfZip, zip } from '../../src/containers/zip.ts';

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

describe('zip()', () => {
  const entries = [
    { path: 'serve', bytes: new TextEncoder().encode('#!/bin/sh\n'), executable: true },
    { path: 'lib' },
    { path: 'lib/a.mjs', bytes: new TextEncoder().encode('1'), executable: false },
  ];

  it('keeps folders, bytes and executable bits, as Python reads them', () => {
    const file = path.join(folder, 'made.zip');
    writeFileSync(file, zip(entries));
    const program =
      'import sys, zipfile\nfor i in zipfile.ZipFile(sys.argv[1]).infolist(): print(i.filename, oct(i.external_attr >> 16), i.date_time[:3])';
    expect(execFileSync('python3', ['-c', program, file], { encoding: 'utf8' }).trim().split('\n')).toEqual([
      'lib/ 0o40755 (1980, 1, 1)',
      'lib/a.mjs 0o100644 (1980, 1, 1)',
      'serve 0o100755 (1980, 1, 1)',
    ]);
  });

  it('is read back as it was, and is equal bytes whatever the order and the time zone', () => {
    expect(entriesOfZip(zip(entries)).map((entry) => ({ ...entry, bytes: entry.bytes && Buffer.from(entry.bytes).toString() }))).toEqual([
      { path: 'lib' },
      { path: 'lib/a.mjs', bytes: '1', executable: false },
      { path: 'serve', bytes: '#!/bin/sh\n', executable: true },
    ]);
    const elsewhere = execFileSync(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { zip } from './src/containers/zip.ts'; process.stdout.write(zip([{ path: 'a', bytes: new Uint8Array(1) }]))`,
      ],
      { cwd: path.join(import.meta.dirname, '../..'), env: { ...process.env, TZ: 'America/Los_Angeles' } },
    );
    expect(elsewhere).toEqual(Buffer.from(zip([{ path: 'a', bytes: new Uint8Array(1) }])));
  });
});

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
