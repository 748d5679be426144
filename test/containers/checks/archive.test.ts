import { execFileSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checks } from '../../../src/containers/checks/archive/registry.ts';
import { judge } from '../../../src/containers/checks/check.ts';
import type { ArchiveSeen } from '../../../src/containers/checks/seen.ts';
import { readModel } from '../../../src/containers/probe/model.ts';
import { folderOf } from '../folder.ts';

/** A model archive as people make it, by tar itself. */
function archive(
  files: Record<string, string>,
  options: { change?: (folder: string) => void; args?: readonly string[]; name?: string } = {},
): string {
  const folder = folderOf({});
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  options.change?.(folder);
  const file = join(folderOf({}), options.name ?? 'model.tar.gz');
  execFileSync('tar', ['--create', '--gzip', '--file', file, '--directory', folder, ...(options.args ?? ['.'])]);
  return file;
}
const look = async (path: string, more: Partial<ArchiveSeen> = {}) =>
  judge(checks, { ...(await readModel(path)), hosting: 'single', hasToolkit: false, volumeBytes: 30e9, ...more });
const ids = async (path: string, more: Partial<ArchiveSeen> = {}) => (await look(path, more)).findings.map(({ id, level }) => `${id ?? ''} ${level}`);

const good = { 'weights.bin': 'x', 'deep/vocabulary.txt': 'y' };

describe('the checks of a model archive', () => {
  it('find nothing in one that was packed from inside its folder', async () => {
    expect(await ids(archive(good))).toEqual([]);
    expect(await ids(archive({ 'code/inference.py': '' }))).toEqual([]);
  });

  it('find nothing in a folder that is packed by us, and its side files', async () => {
    expect(await ids(folderOf(good))).toEqual([]);
    expect(await ids(folderOf({ 'model/weights.bin': '' }))).toEqual([]);
    expect(await ids(folderOf({ ...good, '__pycache__/x.pyc': '' }))).toEqual(['CC-83 warning']);
  });

  it.each<[string, string, () => string, RegExp]>([
    ['CC-80 error', 'no gzip', () => join(folderOf({ 'model.tar.gz': 'just text' }), 'model.tar.gz'), /no gzipped tar: incorrect header/],
    ['CC-80 error', 'another name', () => archive(good, { name: 'model.tgz' }), /does not end in \.tar\.gz/],
    ['CC-81 warning', 'a folder around it', () => archive({ 'model/weights.bin': 'x' }, { args: ['model'] }), /\/opt\/ml\/model\/model\//],
    [
      'CC-82 error',
      'a link, as a cache makes it',
      () => archive(good, { change: (folder) => symlinkSync('weights.bin', join(folder, 'snapshot.bin')) }),
      /snapshot\.bin is a symbolic link/,
    ],
    [
      'CC-82 warning',
      'a hard link',
      () => archive(good, { change: (folder) => linkSync(join(folder, 'weights.bin'), join(folder, 'x.bin')) }),
      /a hard link/,
    ],
    [
      'CC-82 warning',
      'a path that leaves it',
      () => archive(good, { args: ['--absolute-names', '--transform', 's,^,../,', 'weights.bin', 'deep'] }),
      /\.\.\/weights\.bin and \d more/,
    ],
    ['CC-83 warning', 'what macOS adds', () => archive({ ...good, '._weights.bin': '', '.DS_Store': '' }), /1 more of that kind/],
    ['CC-85 warning', 'code without the file that is asked for', () => archive({ ...good, 'code/train.py': '' }), /no code\/inference\.py/],
    [
      'CC-86 warning',
      'a file for its owner alone',
      () => archive(good, { change: (folder) => chmodSync(join(folder, 'weights.bin'), 0o600) }),
      /mode 0600/,
    ],
  ])('%s for %s, and nothing else', async (expected, _what, make, says) => {
    const file = make();
    expect(await ids(file)).toEqual([expected]);
    expect((await look(file)).findings[0]?.what).toMatch(says);
  });

  it('hold it to the volume: packed and unpacked together, serverless 5 GB', async () => {
    const file = archive({ 'weights.bin': 'x'.repeat(100_000) });
    const { archiveBytes } = await readModel(file);
    expect(await ids(file, { volumeBytes: 100_000 + archiveBytes })).toEqual([]);
    expect(await ids(file, { volumeBytes: 100_000 + archiveBytes - 1 })).toEqual(['CC-84 warning']);
    const large = {
      ...(await readModel(file)),
      hosting: 'serverless' as const,
      hasToolkit: false,
      entries: [{ path: 'w', kind: 'file' as const, mode: 0o644, bytes: 5 * 1024 ** 3 }],
    };
    expect(judge(checks, large).findings.map(({ id, level }) => `${id ?? ''} ${level}`)).toEqual(['CC-84 error']);
  });

  it('ask a toolkit image for its code, by the name its image gives', async () => {
    expect(await ids(archive(good), { hasToolkit: true })).toEqual(['CC-85 warning']);
    expect(await ids(archive({ 'code/serve.py': '' }), { program: 'serve.py' })).toEqual([]);
  });

  it('say what they cannot know', async () => {
    const { notChecked } = judge(checks, { ...(await readModel(archive(good))), hosting: 'single', hasToolkit: false });
    expect(notChecked.map(({ id }) => id)).toEqual(['CC-84', 'CC-85']);
  });
});

describe('readModel()', () => {
  it.each(['gnu', 'pax', 'ustar'])('lists what tar lists: %s, long names included', async (format) => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(format === 'ustar' ? 90 : 150)}`;
    const file = archive({ ...good, [long]: 'z'.repeat(1_000) }, { args: ['--format', format, '.'] });
    const listed = execFileSync('tar', ['--list', '--file', file], { encoding: 'utf8' }).trim().split('\n');

    expect((await readModel(file)).entries.map(({ path }) => path)).toEqual(listed);
    expect((await readModel(file)).entries.find(({ path }) => path.endsWith(long))).toMatchObject({ kind: 'file', bytes: 1_000 });
  });

  it('says of one that is cut off where it ends', async () => {
    const file = archive({ 'weights.bin': 'x'.repeat(1_000_000) });
    writeFileSync(file, readFileSync(file).subarray(0, 200));
    expect((await readModel(file)).unreadable).toMatch(/no gzipped tar: (unexpected end of file|.*cut off)/);
  });
});
