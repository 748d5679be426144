import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { enterEnvironment, unpackedImage, untilHealthy } from '../../examples/measuring.ts';
import { heldOutRows } from '../../examples/tumour-classifier/measure.ts';
import { binFolder } from '../../scripts/python.ts';
import { writeTemplate } from '../../src/cli/init.ts';
import { servingEnvironment, trainingEnvironment } from '../../src/containers/environment.ts';
import { failureText, makeTrainingLayout, type TrainingLayout, wipe } from '../../src/containers/layout.ts';
import { checkContainer } from '../../src/containers/probe/check.ts';
import { type Engine, freePort, processEngine } from '../../src/containers/run.ts';
import { job, trainingEnvKeys, values, variables, variablesWithMpi } from './toolkit-facts.ts';

const example = fileURLToPath(new URL('../../examples/script-mode/', import.meta.url));
const bytes = readFileSync(fileURLToPath(new URL('../../examples/tumour-classifier/data/train.csv', import.meta.url)));
const machine = ['SM_NUM_CPUS', 'SM_NUM_GPUS', 'SM_NUM_NEURONS'];

type Variables = Readonly<Record<string, string>>;

/** Digits need Python alone; the toolkits need a C compiler as well, and scripts/python.ts has said what it found. */
const noToolkits = existsSync(binFolder('script-mode'))
  ? undefined
  : 'the toolkits are not installed: they need a C compiler and the header files of Python';
/** A script is run once the names of all hosts are found. Not asked of the container's own variables: then one of them would be ours. */
const names = await processEngine().network(job.hosts);
await names.close();
const noScripts = noToolkits ?? names.unresolved;

let work: string;
let engine: Engine;
beforeAll(() => {
  if (noToolkits === undefined) enterEnvironment(example);
  work = mkdtempSync(join(tmpdir(), 'script-mode-test-'));
});
afterAll(() => wipe(work));
beforeEach(() => {
  engine = processEngine();
});
afterEach(() => engine.close());

function layout(hyperParameters: Variables, more: Partial<TrainingLayout> = {}): string {
  const baseFolder = mkdtempSync(join(work, 'opt-ml-'));
  const channels = job.channels.map((name) => ({ name, files: [{ path: 'train.csv', bytes }] }));
  makeTrainingLayout(baseFolder, { hyperParameters, channels, instanceType: job.instanceType, hosts: job.hosts, currentHost: 'algo-1', ...more });
  return baseFolder;
}

async function train(baseFolder: string) {
  const lines: string[] = [];
  const network = await engine.network(job.hosts);
  try {
    const container = await engine.start({
      ...unpackedImage([join(example, 'image')], work),
      baseFolder,
      command: 'train',
      environment: trainingEnvironment({
        jobName: 'job-1',
        jobArn: 'arn:aws:sagemaker:eu-west-1:000000000000:training-job/job-1',
        region: 'eu-west-1',
      }),
      member: { network, hostName: 'algo-1' },
      name: 'algo-1',
      onLine: (line) => lines.push(line),
    });
    return { lines, ...(await container.exited) };
  } finally {
    await network.close();
  }
}

/** What the toolkit itself would set for a tree, asked of its own library. */
function asked(baseFolder: string): { environment: Variables; arguments: string[] } {
  const program =
    'import json; from sagemaker_training.environment import Environment; e = Environment(); print(json.dumps({"environment": e.to_env_vars(), "arguments": e.to_cmd_args()}))';
  const text = execFileSync(join(binFolder('script-mode'), 'python3'), ['-c', program], {
    env: { SAGEMAKER_BASE_DIR: baseFolder, SAGEMAKER_PROGRAM: 'train.py', AWS_REGION: 'eu-west-1', PATH: process.env['PATH'] ?? '' },
    encoding: 'utf8',
  });
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as ReturnType<typeof asked>; // As the program above prints it.
}

const texts = (environment: Variables): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith('SM_') && !machine.includes(name) && name !== 'SM_TRAINING_ENV'));
/** Paths as they are where the tree is /opt/ml itself. */
const asOnSageMaker = (environment: Variables, baseFolder: string): Variables =>
  Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value.replaceAll(baseFolder, '/opt/ml')]));

describe('a script under the training toolkit', () => {
  let baseFolder: string;
  let told: { arguments: string[]; environment: Variables };
  let lines: string[];
  beforeAll(async () => {
    if (noScripts !== undefined) return;
    engine = processEngine();
    baseFolder = layout(job.hyperParameters);
    const ended = await train(baseFolder);
    lines = ended.lines;
    expect(ended.exitCode, lines.join('\n')).toBe(0);
    told = JSON.parse(readFileSync(join(baseFolder, 'output/data/told.json'), 'utf8')) as typeof told; // As train.py writes it.
    await engine.close();
  });

  it('trains, and leaves a model and the toolkit’s own sign of success', ({ skip }) => {
    skip(noScripts !== undefined, noScripts);
    expect(Number(/validation:accuracy=([\d.]+);/.exec(lines.join('\n'))?.[1])).toBeGreaterThan(0.9);
    expect(existsSync(join(baseFolder, 'model/model.json'))).toBe(true);
    expect(existsSync(join(baseFolder, 'output/success'))).toBe(true);
  });

  it('is told what the facts say, variable by variable, and no other', ({ skip }) => {
    skip(noScripts !== undefined, noScripts);
    expect(asOnSageMaker(texts(told.environment), baseFolder)).toEqual(variables);
    expect(told.environment).toMatchObject({ SM_NUM_CPUS: String(cpus().length), SM_NUM_NEURONS: '0' });
    expect(told.environment['SM_NUM_GPUS']).toMatch(/^\d+$/);
    expect(told.arguments).toEqual(['--batch-size', '32', '-k', '2', '--lr', '0.001']);
  });

  it('is told all of it at once in SM_TRAINING_ENV', ({ skip }) => {
    skip(noScripts !== undefined, noScripts);
    const all = JSON.parse(told.environment['SM_TRAINING_ENV'] ?? '') as Record<string, unknown>; // JSON, by the facts.
    expect(Object.keys(all).toSorted()).toEqual(trainingEnvKeys);
    expect(all).toMatchObject({ job_name: 'job-1', is_master: true, master_hostname: 'algo-1', module_name: 'train', hosts: job.hosts });
  });

  it('takes our layout for SageMaker’s with a distribution switched on, too', ({ skip }) => {
    skip(noToolkits !== undefined, noToolkits);
    const folder = layout({ ...job.hyperParameters, sagemaker_mpi_enabled: 'true' });
    expect(asOnSageMaker(texts(asked(folder).environment), folder)).toEqual(variablesWithMpi);
  });

  it('gets each kind of value as the facts’ table has it', ({ skip }) => {
    skip(noToolkits !== undefined, noToolkits);
    const folder = layout(Object.fromEntries(values.map(([stored], index) => [`h${String(index).padStart(2, '0')}`, stored])));
    const { environment, arguments: words } = asked(folder);
    const got = values.map(([stored], index) => [
      stored,
      environment[`SM_HP_H${String(index).padStart(2, '0')}`],
      words[words.indexOf(`--h${String(index).padStart(2, '0')}`) + 1],
    ]);
    expect(got).toEqual(values);
    expect(words).toHaveLength(2 * values.length);
  });

  it('says in output/failure why a script failed', async ({ skip }) => {
    skip(noScripts !== undefined, noScripts);
    const folder = layout({ lr: '"fast"' });
    const { exitCode } = await train(folder);
    expect(exitCode).not.toBe(0);
    expect(failureText(folder)).toContain('train.py');
  });

  it('serves what it trained through the inference toolkit', async ({ skip }) => {
    skip(noScripts !== undefined, noScripts);
    const log: string[] = [];
    const container = await engine.start({
      ...unpackedImage([join(example, 'image')], work),
      baseFolder,
      command: 'serve',
      environment: servingEnvironment({ region: 'eu-west-1' }),
      port: await freePort(),
      name: 'serve',
      onLine: (line) => log.push(line),
    });
    await untilHealthy(container).catch((cause: unknown) => {
      throw new Error(log.join('\n'), { cause });
    });
    const invoke = (body: string, headers: Record<string, string>) => fetch(`${container.url ?? ''}/invocations`, { method: 'POST', headers, body });
    const rows = heldOutRows();
    const answer = await invoke(rows.map(({ row }) => row).join('\n'), { 'content-type': 'text/csv', accept: 'application/json' });
    const probabilities = (await answer.json()) as number[];
    expect(probabilities).toHaveLength(189);
    const right = rows.filter(({ benign }, index) => (probabilities[index] ?? 0.5) >= 0.5 === benign).length;
    expect(right / rows.length).toBeGreaterThan(0.9);
    // The toolkit's own words for a type it cannot read.
    const refused = await invoke('x', { 'content-type': 'image/png' });
    expect([refused.status, await refused.text()]).toEqual([500, expect.stringContaining('Content type image/png is not supported')]);
    await container.stop(30_000);
    expect(await container.exited).toEqual({ exitCode: 0, signal: null });
  });
});

describe('the template script-mode', () => {
  it('passes every check on the public toolkits, and none is left out that a folder and plain processes can show', async () => {
    const folder = join(work, 'churn');
    writeTemplate('script-mode', folder);
    const { findings, notChecked } = await checkContainer(
      folder,
      {
        commands: ['train', 'serve'],
        hosting: 'single',
        engine: 'process',
        channels: [],
        hyperParameters: { epochs: '4000' },
        environment: {},
        request: { contentType: 'text/csv' },
        startupMs: 120_000,
        runMs: 120_000,
        stopMs: 60_000,
      },
      { scratch: mkdtempSync(join(work, 'check-')), tell() {} },
    );
    expect(findings).toEqual([]);
    expect(
      notChecked.filter(({ because }) => /could not be started|first run|never answered|too short|sample request|may bring/.test(because)),
    ).toEqual([]);
  });
});
