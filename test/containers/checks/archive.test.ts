import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checks } from '../../../src/containers/checks/archive/registry.ts';
import { judge } from '../../../src/containers/checks/check.ts';
import type { ArchiveSeen } from '../../../src/containers/checks/seen.ts';
import { readModel } from '../../../src/containers/probe/model.ts';
import { archive, archiveMistakes, good } from '../fixtures/archive.ts';
import { folderOf } from '../folder.ts';

const look = async (path: string, more: Partial<ArchiveSeen> = {}) =>
  judge(checks, { ...(await readModel(path)), hosting: 'single', hasToolkit: false, volumeBytes: 30e9, ...more });
const ids = async (path: string, more: Partial<ArchiveSeen> = {}) => (await look(path, more)).findings.map(({ id, level }) => `${id ?? ''} ${level}`);

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

  it.each(archiveMistakes)('$id $level for $mistake, and nothing else', async ({ id, level, make, says }) => {
    const file = make();
    expect(await ids(file)).toEqual([`${id} ${level}`]);
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
