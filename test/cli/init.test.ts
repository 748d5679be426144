import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolvePrebuilt } from '../../src/candidate/prebuilt.ts';
import { nextSteps, templates, writeTemplate } from '../../src/cli/init.ts';
import { readSpec } from '../../src/cli/spec-file.ts';
import { judgeImage } from '../../src/containers/checks/image.ts';
import { assembleImage, packImage } from '../../src/containers/pack.ts';
import { checkContainer, type Wanted } from '../../src/containers/probe/check.ts';
import { lintEndpoint } from '../../src/rollout/lint.ts';
import { strategyOf } from '../../src/strategies/registry.ts';
import { digestOf, endpointConfig, liveEndpoint } from '../rollout/fixture.ts';

const root = mkdtempSync(join(tmpdir(), 'init-test-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const written = (template: (typeof templates)[number], name = 'churn'): string => {
  const folder = join(root, String(++made), name);
  writeTemplate(template, folder);
  return folder;
};

/** The folder of a template's Dockerfile. */
const imageOf = (template: (typeof templates)[number], folder: string) => (template === 'script-mode' ? folder : join(folder, 'image'));

/** As `sluice container check` asks it, with enough to do to be stopped in the middle. */
const wanted: Wanted = {
  commands: ['train', 'serve'],
  hosting: 'single',
  engine: 'process',
  channels: [],
  hyperParameters: { epochs: '300000' },
  environment: {},
  request: { contentType: 'text/csv' },
  startupMs: 60_000,
  runMs: 60_000,
  stopMs: 10_000,
};
const check = (folder: string, change: Partial<Wanted> = {}) =>
  checkContainer(join(folder, 'image'), { ...wanted, ...change }, { scratch: mkdtempSync(join(root, 'check-')), tell() {} });

const pythonIsMissing = (): string | undefined => {
  const { status, error } = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']);
  return status === 0 ? undefined : `no python3 of 3.9 or later (${error?.message ?? `exit code ${status ?? ''}`})`;
};

describe('writeTemplate()', () => {
  it.each(templates)('%s: a delivery that is valid and called as its folder is', (template) => {
    const read = readSpec(join(written(template, 'Churn of 2026'), 'delivery.yaml'));
    expect(read).not.toHaveProperty('flaws');
    expect('spec' in read && read.spec).toMatchObject({ name: 'churn-of-2026', serve: { endpoint: 'churn-of-2026' } });
  });

  it.each(templates)('%s: a delivery that plans, that an endpoint at rest lets pass, and that names an image there is, or none', (template) => {
    const read = readSpec(join(written(template), 'delivery.yaml'));
    if ('flaws' in read) throw new Error(JSON.stringify(read.flaws));
    const { strategy, triggers, train, serve } = read.spec;
    expect(
      strategyOf(strategy)
        .plan(strategy)
        .map(({ canaryPercent }) => canaryPercent),
    ).toEqual([10, 50, 100]);

    const endpoint = liveEndpoint({ EndpointName: serve.endpoint });
    const around = { endpoint, config: endpointConfig(), record: undefined, canary: 'churn-a', scaledVariants: [], stableDigest: digestOf('a') };
    expect(lintEndpoint(read.spec, around)).toEqual([]);

    const resolved = (section: typeof serve | typeof train, scope: 'training' | 'inference') =>
      section?.prebuilt && resolvePrebuilt(section.prebuilt, { region: 'eu-west-1', instanceType: section.instanceType ?? '', scope }).uri;
    // As the SDK's own test has it (image-uri-vectors.json, v34).
    const published = '141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3';
    const { trigger, image } =
      template === 'script-mode' ? { trigger: 'bundle-uploaded', image: published } : { trigger: 'image-pushed', image: undefined };
    expect(triggers.map(({ type }) => type)).toEqual([trigger]);
    expect([resolved(train, 'training'), resolved(serve, 'inference')]).toEqual([image, image]);
  });

  it.each(templates)('%s: an image no check of settings and files complains of, or leaves out', (template) => {
    const { contents, findings } = assembleImage(imageOf(template, written(template)));
    const judgement = judgeImage(contents, { instanceType: 'ml.m5.large' });
    expect([...findings, ...judgement.findings]).toEqual([]);
    expect(judgement.notChecked).toEqual([]);
  });

  it('node: an image that is packed and pushed without Docker', () => expect(packImage(join(written('node'), 'image')).warnings).toEqual([]));

  it('says in a sentence that a folder cannot be made, and takes one whose name a shell would split', () => {
    const file = join(root, 'a file');
    writeFileSync(file, '');
    expect(() => writeTemplate('node', file)).toThrow(/^Cannot make the folder ".*a file" \(EEXIST.*: choose another$/);
    // What is written for a person to type is one word again to a shell.
    const steps = nextSteps('node', "it's mine").join('\n');
    const words = execFileSync('/bin/sh', ['-c', `sluice() { printf '%s\n' "$@"; }\n${steps}`], { encoding: 'utf8' }).split('\n');
    expect(words).toEqual(expect.arrayContaining(["it's mine/image", "it's mine/delivery.yaml", 'models/it-s-mine:v1']));
  });

  it.each(templates)('%s: what to do next applies the delivery before anything is pushed or uploaded to it', (template) => {
    const steps = nextSteps(template, 'churn');
    const apply = steps.findIndex((step) => step.startsWith('sluice apply churn/delivery.yaml'));
    const asks = steps.findIndex((step) => /models\/churn:v1|churn\/source\/sourcedir\.tar\.gz/.test(step));
    expect(apply).toBeGreaterThan(-1);
    expect(asks).toBeGreaterThan(apply);
  });

  it('overwrites nothing: it names what is there, and writes nothing at all', () => {
    const folder = join(root, 'taken');
    mkdirSync(join(folder, 'image'), { recursive: true });
    writeFileSync(join(folder, 'image', 'serve'), 'mine');

    expect(() => writeTemplate('node', folder)).toThrow(/image\/serve is there already; nothing was written/);
    expect(readFileSync(join(folder, 'image', 'serve'), 'utf8')).toBe('mine');
    expect(existsSync(join(folder, 'delivery.yaml'))).toBe(false);
    // Beside them it may lie.
    writeFileSync(join(folder, 'README.md'), 'mine');
    rmSync(join(folder, 'image'), { recursive: true });
    expect(writeTemplate('node', folder)).toContain('image/serve');
  });
});

describe('an image of a template, run as plain processes, passes every check:', () => {
  it('node', async () => {
    const { findings, notChecked } = await check(written('node'));
    expect(findings).toEqual([]);
    expect(notChecked.filter(({ because }) => /could not be started|first run|never answered|too short|sample request/.test(because))).toEqual([]);
  });

  it('python, with or without nginx and gunicorn', async (context) => {
    const missing = pythonIsMissing();
    if (missing !== undefined) context.skip(missing);
    const { findings, notChecked } = await check(written('python'), { hyperParameters: { epochs: '12000' } });
    expect(findings).toEqual([]);
    expect(notChecked.filter(({ because }) => /could not be started|first run|never answered|too short|sample request/.test(because))).toEqual([]);
    // serve watches over a process: that was tried.
    if (process.platform === 'linux') expect(notChecked.map(({ id }) => id)).not.toContain('CC-42');
  });
});

describe('the code of the script-mode template', () => {
  it('trains as the toolkit runs it, and serves what it made', (context) => {
    const missing = pythonIsMissing();
    if (missing !== undefined) context.skip(missing);
    const code = join(written('script-mode'), 'code');
    const ml = mkdtempSync(join(root, 'ml-'));
    for (const folder of ['input/data/some.channel', 'model']) mkdirSync(join(ml, folder), { recursive: true });
    writeFileSync(
      join(ml, 'input/data/some.channel/a.csv'),
      `x,y\n${Array.from({ length: 20 }, (_, row) => `${row},${row < 10 ? 0 : 1}`).join('\n')}\n`,
    );
    const environment = { ...process.env, SM_MODEL_DIR: join(ml, 'model'), SM_INPUT_DIR: join(ml, 'input'), PYTHONDONTWRITEBYTECODE: '1' };
    const log = execFileSync('python3', ['train.py', '--epochs', '100', '--learning_rate', '0.5', '--sagemaker_unknown', 'x'], {
      cwd: code,
      env: environment,
      encoding: 'utf8',
    });
    expect(log).toMatch(/^epoch=100; loss=0\.\d+;$/m);

    // As the inference toolkit does: the code out of the model's folder.
    const program = `
import sys
sys.path.insert(0, sys.argv[1] + '/code')
import inference
model = inference.model_fn(sys.argv[1])
print(inference.output_fn(inference.predict_fn(inference.input_fn(b'0\\n19\\n', 'text/csv; charset=utf-8'), model), 'application/json'))`;
    const answer = JSON.parse(execFileSync('python3', ['-c', program, join(ml, 'model')], { env: environment, encoding: 'utf8' })) as {
      predictions: number[];
    };
    expect(answer.predictions[0]).toBeLessThan(0.5);
    expect(answer.predictions[1]).toBeGreaterThan(0.5);
  });
});
