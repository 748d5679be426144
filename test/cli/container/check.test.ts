import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { CheckedContainer } from '../../../src/containers/probe/check.ts';
import { server } from '../../containers/fixtures/serving.ts';
import { trainer } from '../../containers/fixtures/training.ts';
import { folderOf, goodImage, program } from '../../containers/folder.ts';
import { command } from './command.ts';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
/** The command, with a folder for temporary files that is looked into afterwards. */
async function check(...args: string[]): Promise<Ran & { readonly leftOver: readonly string[] }> {
  const { ended, stdout, stderr, leftOver } = command('check', ...args);
  return { code: await ended, stdout: stdout(), stderr: stderr(), leftOver: leftOver() };
}
const answer = ({ stdout }: Ran) => JSON.parse(stdout) as CheckedContainer & { readonly outcome: string };
const ids = (ran: Ran) => answer(ran).findings.map(({ id }) => id);

describe('sluice container check', () => {
  it.concurrent('passes an image that honours the whole contract, trained, served with its own model, and cleaned up', async ({ expect }) => {
    const folder = folderOf({
      ...goodImage,
      train: trainer(),
      serve: server({ before: "if (!fs.existsSync(base + '/model/model.json')) process.exit(9)" }),
    });
    const ran = await check(folder, '--engine', 'process', '--hyperparameter', 'epochs=3', '--output', 'json');

    expect(ran).toMatchObject({ code: 0, stderr: '', leftOver: [] });
    expect(answer(ran)).toMatchObject({ findings: [], engine: 'process', outcome: 'passed' });
    // All that a folder and plain processes can show was seen: no registry, no model given, one process.
    const about = (id: string) => answer(ran).notChecked.find((one) => one.id === id)?.because;
    expect(about('CC-42')).toBe('serve is one process');
    expect(about('CC-80')).toBe('no model was given (--model)');
    expect(about('CC-66')).toBeUndefined();
    expect(answer(ran).passed).toBeGreaterThan(55);
  });

  it.concurrent('exits with 1 for an error, with 0 for a warning', async ({ expect }) => {
    const closed = await check(folderOf({ ...goodImage, serve: '#!/bin/sh\n' }), '--no-run', '--output', 'json');
    expect(closed.code).toBe(1);
    expect(answer(closed)).toMatchObject({ outcome: 'failed', findings: [{ id: 'CC-11', level: 'error', where: 'serve' }] });
    expect(answer(closed)).not.toHaveProperty('engine');

    const warned = await check(folderOf({ ...goodImage, Dockerfile: `${goodImage.Dockerfile}USER app\n` }), '--no-run', '--output', 'json');
    expect(warned.code).toBe(0);
    expect(ids(warned)).toEqual(['CC-17']);
  });

  it.concurrent('says in text what was seen, the way out, what was left out and why', async ({ expect }) => {
    const folder = folderOf({
      ...goodImage,
      Dockerfile: `${goodImage.Dockerfile}RUN pip install flask\n`,
      serve: server({ ping: "answer(404, '')" }),
    });
    const { stdout, code } = await check(folder, '--engine', 'process', '--serve-only');

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^CC-32 {2}error {4}serve: GET \/ping with "Host: model\.aws\.local:8080" was answered with 404 after \d+ ms\n +fix: answer 200/m,
    );
    expect(stdout).toMatch(/^note {4}Dockerfile:6: RUN needs a Docker build; that was left out$/m);
    expect(stdout).toMatch(/^not checked, because the image need not train \(--serve-only\): CC-60, CC-61/m);
    expect(stdout).toMatch(/: \d+ checks passed, 1 error, 0 warnings, 0 advice\n$/);
  });

  it.concurrent('gives serve the model, and looks at it', async ({ expect }) => {
    const folder = folderOf({ ...goodImage, serve: server({ before: "if (!fs.existsSync(base + '/model/weights.bin')) process.exit(9)" }) });
    const model = folderOf({ 'weights.bin': 'x', '.DS_Store': '' });
    const ran = await check(folder, '--serve-only', '--engine', 'process', '--model', model, '--output', 'json');
    expect(ids(ran)).toEqual(['CC-83']);
  });

  it.concurrent('looks at an image that only trains, or only serves, as one', async ({ expect }) => {
    const { train: _, ...servingOnly } = { ...goodImage, Dockerfile: goodImage.Dockerfile.replace('COPY train serve', 'COPY serve') };
    expect(ids(await check(folderOf(servingOnly), '--no-run', '--output', 'json'))).toEqual(['CC-10']);
    expect(ids(await check(folderOf(servingOnly), '--no-run', '--output', 'json', '--serve-only'))).toEqual([]);

    const { serve: __, ...trainingOnly } = {
      ...goodImage,
      train: trainer(),
      Dockerfile: goodImage.Dockerfile.replace('COPY train serve', 'COPY train').replace(/^LABEL.*\n/m, ''),
    };
    const ran = await check(folderOf(trainingOnly), '--train-only', '--engine', 'process', '--output', 'json');
    expect(ran).toMatchObject({ code: 0, leftOver: [] });
    expect(answer(ran)).toMatchObject({ findings: [], engine: 'process' });
    expect(answer(ran).notChecked.find(({ id }) => id === 'CC-36')?.because).toBe('the image need not serve (--train-only)');
    expect((await check(folderOf(trainingOnly), '--train-only', '--serve-only')).stderr).toMatch(/cannot be used with/);
  });

  it.concurrent.for([
    [['--body', '.'], /There is no file "\."/],
    [['--body', '/there/is/none'], /There is no file "\/there\/is\/none"/],
    [['--model', 's3://b/model.tar.gz'], /aws s3 cp s3:\/\/b\/model\.tar\.gz \./],
    [['--train-channel', 'train=s3://b/k'], /aws s3 sync s3:\/\/b\/k <folder>/],
    [['--startup-timeout', 'soon'], /Expected a duration/],
  ] as const)('refuses %j with a remedy', async ([words, text], { expect }) => {
    expect(await check(folderOf(goodImage), '--no-run', ...words)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(text) as string,
    });
  });

  it.concurrent('ends what it started at Ctrl-C, and leaves nothing behind', async ({ expect }) => {
    const told = folderOf({});
    const folder = folderOf({
      ...goodImage,
      train: program(`#!/bin/sh\necho $$ >"${told}/writing"\nmv "${told}/writing" "${told}/pid"\nexec sleep 600\n`),
    });
    const checking = command('check', folder, '--engine', 'process');
    while (!existsSync(join(told, 'pid'))) await sleep(20);
    const pid = Number(readFileSync(join(told, 'pid'), 'utf8'));
    checking.kill('SIGINT');

    expect(await checking.ended).toBe(130);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(checking.leftOver()).toEqual([]);
  });

  it.concurrent('says what it cannot open', async ({ expect }) => {
    const text = join(folderOf({}), 'image.tar');
    writeFileSync(text, 'no tar');
    expect(await check(text)).toMatchObject({ code: 1, stderr: expect.stringMatching(/is no image/) as string });
    expect(await check('no-such:image')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/is no folder, no file, and no image Docker could give/) as string,
    });
    expect(await check(folderOf(goodImage), '--train-channel', 'train')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/Expected name=folder/) as string,
    });
    expect(await check(folderOf({}))).toMatchObject({ code: 1, stderr: expect.stringMatching(/Dockerfile: the folder has none/) as string });
  });
});
