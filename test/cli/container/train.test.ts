import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jobNameFor, train } from '../../../src/cli/container/train.ts';
import { dockerEngine } from '../../../src/containers/docker-engine.ts';
import { folderOf, goodImage, program } from '../../containers/folder.ts';
import { capturePrinted, command } from './command.ts';

const docker = await dockerEngine().then(
  async (engine) => (await engine.close(), true),
  () => false,
);

const printed = capturePrinted();
const run = (...words: string[]) =>
  train
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(words, { from: 'user' });
const imageOf = (text: string) => folderOf({ ...goodImage, train: program(text) });
const events = () =>
  printed()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('sluice container train', () => {
  it('prints a log with its host, metrics, and where the model is; colours only on a terminal', async () => {
    const artifacts = join(folderOf({}), 'out');
    await run(
      imageOf('#!/bin/sh\necho "loss=0.5"\necho w >"$SAGEMAKER_BASE_DIR/model/w"\n'),
      '--engine',
      'process',
      '--metric',
      'loss=loss=(.*)',
      '--artifacts',
      artifacts,
    );
    expect(printed()).toContain('algo-1 | loss=0.5\n');
    expect(printed()).toContain('algo-1: loss = 0.5\n');
    expect(printed()).toContain(`${join(artifacts, 'model.tar.gz')}\n`);
    expect(printed().includes('\u001B')).toBe(false);
    expect(existsSync(join(artifacts, 'model.tar.gz'))).toBe(true);
    expect(process.exitCode).toBeUndefined();
  });

  it('exits with 1 where the job failed, and shows the failure file and the end of the log', async () => {
    await run(
      imageOf('#!/bin/sh\necho reading\nprintf "column 3 is empty" >"$SAGEMAKER_BASE_DIR/output/failure"\nexit 4\n'),
      '--engine',
      'process',
      '--artifacts',
      join(folderOf({}), 'out'),
    );
    expect(process.exitCode).toBe(1);
    expect(printed()).toMatch(/algo-1: exit code 4\n {2}the end of its log:\n {4}reading\n {2}\/opt\/ml\/output\/failure.*\n {4}column 3 is empty\n/);
    expect(printed()).toContain('FailureReason: AlgorithmError: column 3 is empty, exit code: 4');
  });

  it('prints an object a line for programs, the result last', async () => {
    await run(
      imageOf('#!/bin/sh\necho "$A $B"\n'),
      '--engine',
      'process',
      '--output',
      'json',
      '--job-name',
      'churn-1',
      '--env',
      'A=a=b',
      '--env',
      'B=c',
      '--artifacts',
      join(folderOf({}), 'out'),
    );
    expect(events()).toContainEqual({ type: 'log', host: 'algo-1', stream: 'stdout', line: 'a=b c' });
    expect(events().at(-1)).toMatchObject({ type: 'result', jobName: 'churn-1', status: 'Completed' });
  });

  it('tells a channel’s content type, and refuses that of none', async () => {
    const image = imageOf('#!/bin/sh\ncat "$SAGEMAKER_BASE_DIR/input/config/inputdataconfig.json"\n');
    const channel = `train=${folderOf({ 'a.csv': '1' })}`;
    await run(image, '--engine', 'process', '--channel', channel, '--content-type', 'train=text/csv', '--artifacts', join(folderOf({}), 'out'));
    expect(printed()).toContain('{"train":{"ContentType":"text/csv"');
    await expect(run(image, '--content-type', 'test=text/csv')).rejects.toThrow('There is no channel "test" to have a content type');
  });

  it('says which variables are not passed on, because the platform sets them', async () => {
    await run(
      imageOf('#!/bin/sh\necho "$TRAINING_JOB_NAME"\n'),
      '--engine',
      'process',
      '--job-name',
      'churn-1',
      '--env',
      'TRAINING_JOB_NAME=forged',
      '--artifacts',
      join(folderOf({}), 'out'),
    );
    expect(printed()).toContain('TRAINING_JOB_NAME is set by the platform: the value given is not used');
    expect(printed()).toContain('algo-1 | churn-1');
  });

  it.each([
    [['--channel', 'train'], 'Expected name=folder'],
    [['--channel', 'train=/there/is/none'], 'There is no folder or file "/there/is/none"'],
    [['--channel', 'train=s3://b/k'], 'aws s3 sync s3://b/k <folder>'],
    [['--metric', 'loss=('], 'Invalid regular expression'],
    [['--max-runtime', '1 hour'], 'Expected a duration'],
    [['--hosts', '0'], 'Expected 1 to 100 hosts'],
  ])('refuses %j with a remedy', async (words, text) => {
    await expect(run(imageOf('#!/bin/sh\n'), ...words)).rejects.toThrow(text);
  });

  it('refuses what CreateTrainingJob would refuse, all at once', async () => {
    await expect(
      run(imageOf('#!/bin/sh\n'), '--job-name', 'a_b', '--hyperparameter', `x=${'1'.repeat(2_501)}`, '--env', '1A=x', '--max-runtime', '29d'),
    ).rejects.toThrow(/Cannot train:\n.*"1A".*\n.*"a_b".*\n.*"x" is longer than 2500.*\n.*28 days/);
  });

  it('refuses an image of Docker’s where no engine answers', async ({ skip }) => {
    skip(docker, 'a Docker engine answers here');
    await expect(run('churn:v1')).rejects.toThrow(
      '"churn:v1" is no folder, so it has to be an image of Docker\'s, and no Docker engine answers: start Docker, or name a folder with a Dockerfile',
    );
    await expect(run('churn:v1', '--engine', 'process')).rejects.toThrow('plain processes run none but folders with a Dockerfile');
    await expect(run('./churn')).rejects.toThrow('"./churn" is no folder');
  });

  it('asks the job to end at Ctrl-C, keeps what it saved, exits with 130 and leaves nothing behind', async () => {
    const artifacts = join(folderOf({}), 'out');
    const image = imageOf(
      '#!/bin/sh\ntrap "echo saved; echo w >\\"$SAGEMAKER_BASE_DIR/model/w\\"; exit 0" TERM\necho "up $$"\nwhile :; do sleep 0.05; done\n',
    );
    const training = command('train', image, '--engine', 'process', '--artifacts', artifacts);
    const [, pid] = await training.said(/up (\d+)\n/);
    training.kill('SIGINT');

    expect(await training.ended).toBe(130);
    expect(training.stdout()).toContain('algo-1 | saved');
    expect(training.stdout()).toMatch(/Stopped after \d+s\n$/);
    expect(existsSync(join(artifacts, 'model.tar.gz'))).toBe(true);
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect(training.leftOver()).toEqual([]);
  });

  it('kills at a second Ctrl-C what does not heed the first', async () => {
    const image = imageOf('#!/bin/sh\ntrap "echo deaf" TERM\necho "up $$"\nwhile :; do sleep 0.05; done\n');
    const training = command('train', image, '--engine', 'process', '--artifacts', join(folderOf({}), 'out'));
    const [, pid] = await training.said(/up (\d+)\n/);
    training.kill('SIGINT');
    await training.said(/\| deaf\n/);
    training.kill('SIGINT');

    expect(await training.ended).toBe(130);
    expect(training.stdout()).toContain('algo-1 ended: exit code 137, SIGKILL');
    expect(() => process.kill(Number(pid), 0)).toThrow('ESRCH');
    expect(training.leftOver()).toEqual([]);
  });
});

describe('jobNameFor()', () => {
  const now = new Date('2026-03-02T14:00:05.007Z');

  it.each([
    ['models/churn', 'churn-2026-03-02-14-00-05-007'],
    ['1.dkr.ecr/churn:v1', 'churn-2026-03-02-14-00-05-007'],
    ['a_b.c', 'a-b-c-2026-03-02-14-00-05-007'],
    ['/', 'job-2026-03-02-14-00-05-007'],
  ])('names a job of %s %s', (source, name) => expect(jobNameFor(source, now)).toBe(name));

  it('makes a name SageMaker takes of a long one', () => {
    expect(jobNameFor(`${'x'.repeat(38)}_${'y'.repeat(50)}`, now)).toMatch(/^(?=.{1,63}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*$/);
  });
});
