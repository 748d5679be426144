import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { heldOutRows, measure } from '../../examples/tumour-classifier/measure.ts';
import { splitRows } from '../../examples/tumour-classifier/split.ts';
import { dataFolder, imageFolder, type Version, versions } from '../../examples/tumour-classifier/versions.ts';
import { failureText, wipe } from '../../src/containers/layout.ts';
import { overlay } from '../../src/containers/overlay.ts';
import { packImage } from '../../src/containers/pack.ts';
import { asInReadme, exampleImage, readmeFigures } from './example-image.ts';

const text = (...path: string[]) => readFileSync(join(dataFolder, ...path), 'utf8');
const { engine, unpacked, newFolder, train, trainedBefore, serve } = exampleImage({ imageFolder, versions, dataFolder });

describe('the data', () => {
  it('is the source, split by a rule: every third row held out, none lost, none twice', () => {
    const whole = text('wdbc.csv');
    expect(splitRows(whole)).toEqual({ train: text('train.csv'), heldOut: text('held-out.csv') });

    const rows = (csv: string) => csv.trim().split('\n').slice(1);
    const [all, train, heldOut] = [rows(whole), rows(text('train.csv')), rows(text('held-out.csv'))];
    expect([all.length, train.length, heldOut.length]).toEqual([569, 380, 189]);
    expect([...train, ...heldOut].sort()).toEqual([...all].sort());
    expect(heldOut[0]).toBe(all[2]);
    // The data set's own count of benign cases.
    expect(all.filter((row) => row.endsWith(',1'))).toHaveLength(357);
  });
});

describe('the image', () => {
  it.each(Object.keys(versions) as Version[])('%s is one SageMaker would take, without a warning', (version) => {
    const source = overlay(imageFolder, ...versions[version]);
    expect(packImage(source).warnings).toEqual([]);
    wipe(source);
  });

  it('has a digest of its own in each version', () => {
    const digests = (Object.keys(versions) as Version[]).map((version) => unpacked(version).imageUri);
    expect(new Set(digests).size).toBe(digests.length);
  });
});

describe('train', () => {
  it('prints a validation accuracy a metric definition can scrape, and writes a model', async () => {
    const { baseFolder, exitCode, lines } = await train('v1', { hyperParameters: { epochs: '40', learning_rate: '"0.5"' } });

    expect(exitCode).toBe(0);
    expect(lines).toContain('304 rows to fit, 76 to validate, 30 features');
    expect(lines.filter((line) => /^epoch=\d+; .*validation:accuracy=0\.\d{4};$/.test(line))).toHaveLength(2);
    expect(existsSync(join(baseFolder, 'model/model.json'))).toBe(true);
    expect(failureText(baseFolder)).toBeUndefined();
  });

  it.each([
    ['its channel is missing', { channels: [] }, /^Channel folder .*train holds no \.csv file: give the job a channel "train"$/],
    ['a hyperparameter is unknown', { hyperParameters: { epoch: '3' } }, /^Unknown hyperparameter "epoch"; known are epochs, learning_rate, l2$/],
    ['a hyperparameter is no number', { hyperParameters: { epochs: 'many' } }, /^Hyperparameter "epochs" is "many", expected a number of 0 or more$/],
    [
      'the data is no table of numbers',
      { channels: [{ name: 'train', files: [{ path: 'a.csv', bytes: new TextEncoder().encode('x,benign\n1,1\nred,0\n') }] }] },
      /^a\.csv:3: expected 2 numbers$/,
    ],
  ])('ends with 1 and says why in output/failure where %s', async (_, layout, reason) => {
    const { baseFolder, exitCode } = await train('v1', layout);
    expect(exitCode).toBe(1);
    expect(failureText(baseFolder)).toMatch(reason);
    expect(existsSync(join(baseFolder, 'model/model.json'))).toBe(false);
  });

  it('keeps the model so far when it is stopped', async () => {
    let asked = false;
    const { baseFolder, exitCode, lines } = await train('v2', { hyperParameters: { epochs: '100000000' } }, (line, container) => {
      if (asked || !line.startsWith('epoch=')) return;
      asked = true;
      void container().stop(60_000);
    });
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatch(/^Stopped after \d+ epochs; the model so far is kept$/);
    expect(existsSync(join(baseFolder, 'model/model.json'))).toBe(true);
  });
});

describe('serve', () => {
  const [first, second] = heldOutRows();
  const rows = [first?.row ?? '', second?.row ?? ''];
  let baseFolder: string;
  beforeAll(async () => {
    baseFolder = await trainedBefore('v2');
  });

  it('answers CSV and JSON with the same probabilities, in the kind that was asked for', async () => {
    const { invoke } = await serve('v2', baseFolder);
    const csv = await invoke(rows.join('\n'));
    const probabilities = csv.text.trim().split('\n').map(Number);

    expect([csv.status, csv.type]).toEqual([200, 'text/csv']);
    expect(probabilities).toHaveLength(2);
    expect(probabilities.every((p) => p > 0 && p < 1)).toBe(true);
    expect(probabilities.map((p) => p >= 0.5)).toEqual([first?.benign, second?.benign]);

    const instances = rows.map((row) => row.split(',').map(Number));
    const json = await invoke(JSON.stringify({ instances }), { 'content-type': 'application/json; charset=utf-8' });
    expect([json.status, json.type]).toEqual([200, 'application/json']);
    expect(JSON.parse(json.text)).toEqual({ predictions: probabilities });

    const crossed = await invoke(rows.join('\r\n'), { 'content-type': 'Text/CSV; header=absent', accept: 'application/json' });
    expect(JSON.parse(crossed.text)).toEqual({ predictions: probabilities });
    const header =
      text('train.csv')
        .split('\n')[0]
        ?.replace(/,benign$/, '') ?? '';
    expect((await invoke(`${header}\n${rows[0]}\n`)).text).toBe(`${probabilities[0]}\n`);
  });

  it.each([
    ['an unknown type', 'x', { 'content-type': 'image/png' }, 415, 'Content-Type "image/png" is unknown, expected text/csv or application/json'],
    ['an answer nobody can give', rows[0] ?? '', { 'content-type': 'text/csv', accept: 'image/png' }, 406, 'Accept "image/png" is unknown'],
    ['too few values', '1,2,3', { 'content-type': 'text/csv' }, 400, 'Line 1 has 3 values, expected 30'],
    ['a word for a number', (rows[0] ?? '').replace(/^[^,]+/, 'large'), { 'content-type': 'text/csv' }, 400, '"large" is not a number'],
    ['no row', '', { 'content-type': 'text/csv' }, 400, 'Line 1 has 1 values, expected 30'],
    ['broken JSON', '{', { 'content-type': 'application/json' }, 400, 'The body is not JSON'],
    ['JSON of another shape', '{"rows":[]}', { 'content-type': 'application/json' }, 400, 'Expected {"instances"'],
  ])('refuses %s in words', async (_, body, headers, status, reason) => {
    const { invoke } = await serve('v2', baseFolder);
    const answer = await invoke(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(reason);
  });

  it('throws on a row with a number of four digits in v3, and on no other', async () => {
    const { invoke, lines } = await serve('v3', baseFolder);
    const large = heldOutRows().find(({ row }) => /(^|,)\d{4}/.test(row));
    const small = heldOutRows().find(({ row }) => !/(^|,)\d{4}/.test(row));

    expect((await invoke(large?.row ?? '')).status).toBe(500);
    expect((await invoke(small?.row ?? '')).status).toBe(200);
    expect(lines.join('\n')).toContain('TypeError');
  });

  it('ends with 0 on SIGTERM and gives its port back', async () => {
    const { container } = await serve('v2', baseFolder);
    await container.stop(30_000);

    expect(await container.exited).toEqual({ exitCode: 0, signal: null });
    const port = Number(new URL(container.url ?? '').port);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '0.0.0.0', resolve));
    server.close();
  });

  it('ends with an error where there is no model', async () => {
    await expect(serve('v2', newFolder())).rejects.toThrow('has ended');
  });
});

describe('the versions', () => {
  it('measure as the README’s table says, and as the story needs them', async () => {
    const measured = [];
    for (const version of Object.keys(versions) as Version[]) measured.push(await measure(version, engine()));
    const [v1, v2, v3, v4, v5] = measured;

    expect(measured.map(asInReadme)).toEqual(readmeFigures(imageFolder));
    // v1 is of use, v2 better, v3 fails 10-30 % of the requests, v4 answers all of them, nearly all wrong, v5 is as good as v2.
    expect(v1?.heldOutAccuracy).toBeGreaterThan(0.8);
    expect(v2?.heldOutAccuracy).toBeGreaterThan((v1?.heldOutAccuracy ?? 1) + 0.05);
    expect(v3?.failureShare).toBeGreaterThan(0.1);
    expect(v3?.failureShare).toBeLessThan(0.3);
    expect(v4).toMatchObject({ failureShare: 0, validationAccuracy: v2?.validationAccuracy });
    expect(v4?.heldOutAccuracy).toBeLessThan(0.1);
    expect(v5).toEqual({ ...v2, version: 'v5' });
  });

  it('know no version number', () => {
    const sources = ['train', 'serve', 'training.mjs', 'serving.mjs', 'model.mjs', 'request.mjs', 'features.mjs'];
    const found = sources.filter((name) => /\bv[1-5]\b|version/i.test(readFileSync(join(imageFolder, name), 'utf8')));
    expect(found).toEqual([]);
  });
});
