import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepArtifact } from '../../src/containers/artifacts.ts';
import type { LocalTraining, TrainingEvent, TrainingResult } from '../../src/containers/local-job.ts';
import { trainLocally } from '../../src/containers/local-training.ts';
import { type Engine, processEngine } from '../../src/containers/run.ts';
import type { Wall } from '../../src/containers/wall.ts';
import { type FileSpec, folderOf, program } from './folder.ts';
import { fastWall, impatient, localImage } from './local.ts';

let engine: Engine;
beforeEach(() => {
  engine = processEngine();
});
afterEach(() => engine.close());

interface Ran {
  readonly result: TrainingResult;
  readonly events: readonly TrainingEvent[];
  readonly artifacts: string;
  /** The lines of one host's log. */
  readonly log: (host: string) => string[];
}

async function run(
  train: FileSpec | Readonly<Record<string, FileSpec>>,
  job: Partial<Omit<LocalTraining, 'image'>> = {},
  around: { readonly time?: Wall; readonly engine?: Engine; readonly stopAt?: string } = {},
): Promise<Ran> {
  const events: TrainingEvent[] = [];
  const artifacts = join(folderOf({}), 'artifacts');
  const stop = new AbortController();
  const files = typeof train === 'string' || 'executable' in train ? { 'opt/program/train': train as FileSpec } : train;
  const result = await trainLocally(
    {
      image: localImage(files),
      jobName: 'job-1',
      region: 'eu-west-1',
      hyperParameters: {},
      channels: [],
      environment: {},
      hostCount: 1,
      metrics: [],
      maxRuntimeMs: 86_400_000,
      ...job,
    },
    {
      engine: around.engine ?? engine,
      folder: folderOf({}),
      artifactsFolder: artifacts,
      stop: stop.signal,
      tell(event) {
        events.push(event);
        if (event.type === 'log' && event.line === around.stopAt) stop.abort();
      },
      ...(around.time && { time: around.time }),
    },
  );
  return { result, events, artifacts, log: (host) => events.flatMap((event) => (event.type === 'log' && event.host === host ? [event.line] : [])) };
}

const script = (...lines: readonly string[]) => program(`#!/bin/sh\n${lines.join('\n')}\n`);
const statuses = (events: readonly TrainingEvent[]) => events.flatMap((event) => (event.type === 'status' ? [event.status] : []));
const notices = (events: readonly TrainingEvent[]) => events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
/** What tar itself lists of an archive. */
const listed = (archive: string | undefined) =>
  execFileSync('tar', ['--list', '--gzip', '--file', archive ?? ''], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((line) => line !== '');

describe('trainLocally()', () => {
  it('gives a job its channels, hyperparameters and environment, and keeps what it leaves', async () => {
    const channel = folderOf({ 'part/a.csv': '1,2\n' });
    const { result, events, log } = await run(
      script(
        'cd "$SAGEMAKER_BASE_DIR"',
        'cat input/config/hyperparameters.json; echo',
        'cat input/data/train/part/a.csv',
        'echo "$TRAINING_JOB_NAME $AWS_REGION $FLAG"',
        'echo "loss=0.5;"; echo "loss=0.25;"',
        'echo weights >model/weights; echo report >output/data/report',
      ),
      {
        hyperParameters: { epochs: '3' },
        channels: [{ name: 'train', copyOf: channel }],
        environment: { FLAG: 'on' },
        metrics: [{ name: 'loss', regex: /loss=([0-9.]+);/ }],
      },
    );

    expect(log('algo-1').slice(0, 3)).toEqual(['{"epochs":"3"}', '1,2', 'job-1 eu-west-1 on']);
    expect(result).toMatchObject({ status: 'Completed', secondaryStatus: 'Completed', metrics: { loss: 0.25 } });
    expect(result.hosts).toMatchObject([{ host: 'algo-1', exitCode: 0 }]);
    expect(listed(result.model)).toEqual(['weights']);
    // All of /opt/ml/output, as the Python SDK's local mode packs it.
    expect(listed(result.output)).toEqual(['data/', 'data/report']);
    expect(statuses(events)).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
    expect(execFileSync('cat', [join(channel, 'part/a.csv')], { encoding: 'utf8' })).toBe('1,2\n');
  });

  it('takes a single file for a channel, and leaves the user’s own data alone', async () => {
    const folder = folderOf({ 'rows.csv': '1\n' });
    const { log } = await run(script('cd "$SAGEMAKER_BASE_DIR/input/data/train"', 'ls', 'echo changed >rows.csv'), {
      channels: [{ name: 'train', copyOf: join(folder, 'rows.csv') }],
    });
    expect(log('algo-1')).toEqual(['rows.csv']);
    expect(execFileSync('cat', [join(folder, 'rows.csv')], { encoding: 'utf8' })).toBe('1\n');
  });

  it('runs several hosts, each with its own tree, the same list and its own name; what they leave is one archive', async () => {
    const { result, log, events } = await run(
      {
        'opt/program/train': program(`#!/usr/bin/env node
          const { readFileSync, writeFileSync } = require('node:fs');
          const base = process.env.SAGEMAKER_BASE_DIR;
          const config = JSON.parse(readFileSync(base + '/input/config/resourceconfig.json', 'utf8'));
          console.log(config.current_host + ' of ' + config.hosts);
          writeFileSync(base + '/model/' + config.current_host, '');
          writeFileSync(base + '/model/shared', config.current_host);`),
      },
      { hostCount: 2 },
    );

    expect([log('algo-1'), log('algo-2')]).toEqual([['algo-1 of algo-1,algo-2'], ['algo-2 of algo-1,algo-2']]);
    expect(listed(result.model).sort()).toEqual(['algo-1', 'algo-2', 'shared']);
    expect(execFileSync('tar', ['--extract', '--to-stdout', '--gzip', '--file', result.model ?? '', 'shared'], { encoding: 'utf8' })).toBe('algo-1');
    expect(notices(events)).toContain("hosts left different files at model/shared: the first host's is kept");
  });

  it('lets hosts reach one another by name, each on the port of its own address', async ({ skip }) => {
    const network = await engine.network(['algo-1', 'algo-2']);
    await network.close();
    if (network.unresolved !== undefined) console.log(`Skipped: hosts reach one another by name. ${network.unresolved}`);
    skip(network.unresolved !== undefined, network.unresolved);
    const { freePort } = await import('../../src/containers/ports.ts');
    const port = await freePort();
    // Each listens on the one port all know, at its own name, and calls the other until it answers.
    const { result, log } = await run(
      program(`#!/usr/bin/env node
        const net = require('node:net');
        const { current_host: own, hosts, network_interface_name: name } =
          JSON.parse(require('node:fs').readFileSync(process.env.SAGEMAKER_BASE_DIR + '/input/config/resourceconfig.json', 'utf8'));
        const peer = hosts.find((host) => host !== own);
        let open = 2;
        const done = () => { if (--open === 0) process.exit(require('node:os').networkInterfaces()[name] ? 0 : 9); };
        net.createServer((socket) => { socket.end(own); done(); }).listen(${port}, own, () => {
          const call = () => net.connect(${port}, peer).on('error', () => setTimeout(call, 20)).on('data', (answer) => { console.log('answered by ' + answer); done(); });
          call();
        });`),
      { hostCount: 2 },
    );
    expect(result.status).toBe('Completed');
    expect([log('algo-1'), log('algo-2')]).toEqual([['answered by algo-2'], ['answered by algo-1']]);
  });

  it('fails with the failure file’s first 1024 characters, the end of the log, and the output; the other host is asked to end', async () => {
    const { result, events } = await run(
      {
        'opt/program/train': script(
          'cd "$SAGEMAKER_BASE_DIR"',
          'grep -q \'"current_host":"algo-1"\' input/config/resourceconfig.json && { trap "echo asked; exit 0" TERM; while :; do sleep 0.05; done; }',
          'for n in $(seq 1 50); do echo "line $n"; done',
          'sleep 0.3',
          'printf "column 3 is empty%02000d" 0 >output/failure',
          'echo half >model/half; exit 4',
        ),
      },
      { hostCount: 2 },
    );

    expect(result).toMatchObject({ status: 'Failed', secondaryStatus: 'Failed' });
    expect(result.failureReason).toMatch(/^AlgorithmError: column 3 is empty0+, exit code: 4$/);
    expect(result.failureReason).toHaveLength(1_024);
    const [first, second] = result.hosts;
    expect(first).toMatchObject({ host: 'algo-1', exitCode: 0, lastLines: ['asked'] });
    expect(second).toMatchObject({ host: 'algo-2', exitCode: 4 });
    expect(second?.failure).toHaveLength(1_024);
    expect(second?.lastLines).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 31}`));
    expect(listed(result.output)).toEqual(['data/', 'failure']);
    expect(result.model).toBeUndefined();
    expect(statuses(events)).toEqual(['Starting', 'Training', 'Stopping', 'Uploading', 'Failed']);
  });

  it.each([
    ['exit 1', 1, /^exit code 1: a general error/],
    ['exit 130', 130, /SIGINT: interrupted/],
    ['kill -KILL $$', 137, /SIGKILL: .*memory/],
    ['kill -SEGV $$', 139, /SIGSEGV: segmentation fault/],
    ['exec /nowhere/program', 127, /^exit code 127: .*not found/],
  ])('explains the end of a container that does "%s", and takes none of them for success', async (command, exitCode, text) => {
    const { result } = await run(script(command));
    expect(result).toMatchObject({ status: 'Failed', failureReason: `AlgorithmError: , exit code: ${exitCode}` });
    expect(result.hosts).toMatchObject([{ exitCode, text: expect.stringMatching(text) as unknown }]);
  });

  it('fails with Docker’s words where there is nothing to start', async () => {
    const { result } = await run('#!/bin/sh\n');
    expect(result.failureReason).toBe('AlgorithmError: exec: "train": executable file not found in $PATH, exit code: 127');
  });

  const saves = script('trap "echo saved >\\"$SAGEMAKER_BASE_DIR/model/weights\\"; exit 0" TERM', 'echo up', 'while :; do sleep 0.05; done');
  const stubborn = script('trap "" TERM', 'echo up', 'while :; do sleep 0.05; done');

  it('stops with SIGTERM when it is asked to, and keeps what was saved by then', async () => {
    const asked = impatient(engine, 1);
    const { result, events } = await run(saves, {}, { engine: asked, stopAt: 'up' });
    expect(result).toMatchObject({ status: 'Stopped', secondaryStatus: 'Stopped', hosts: [{ exitCode: 0 }] });
    expect(result.failureReason).toBeUndefined();
    expect(listed(result.model)).toEqual(['weights']);
    expect(asked.graces).toEqual([120_000]);
    expect(statuses(events)).toEqual(['Starting', 'Training', 'Stopping', 'Uploading', 'Stopped']);
  });

  it('kills what does not heed SIGTERM, 120 s later', async () => {
    const asked = impatient(engine, 1_000);
    const { result } = await run(stubborn, {}, { engine: asked, stopAt: 'up' });
    expect(result).toMatchObject({ status: 'Stopped', hosts: [{ exitCode: 137 }] });
    expect(asked.graces).toEqual([120_000]);
  });

  it('stops a job at its longest run, and says so in SageMaker’s words', async () => {
    const time = fastWall(10_000);
    const { result } = await run(saves, { maxRuntimeMs: 3_600_000 }, { time });
    expect(result).toMatchObject({ status: 'Stopped', secondaryStatus: 'MaxRuntimeExceeded' });
    expect(time.asked).toEqual([3_600_000]);
  });

  it('keeps as a folder what makes no archive, and says so', async () => {
    const deep = `${'d'.repeat(60)}/${'f'.repeat(60)}`;
    const { result, events, artifacts } = await run(
      script('cd "$SAGEMAKER_BASE_DIR/model"', `mkdir ${'d'.repeat(60)}; echo w >${deep}`, 'ln -s nowhere link'),
    );
    expect(result).toMatchObject({ status: 'Completed', model: join(artifacts, 'model') });
    expect(existsSync(join(artifacts, 'model', deep))).toBe(true);
    expect(notices(events).join('\n')).toMatch(/kept as a folder instead/);
  });

  it('keeps as a folder what is too large to be packed in memory', () => {
    const [first, second, into] = [folderOf({ weights: 'first', one: '1' }), folderOf({ weights: 'second', two: '2' }), folderOf({})];
    const kept = keepArtifact('model', [first, second], into, 10);
    expect(kept).toMatchObject({ path: join(into, 'model'), files: 3 });
    expect(kept.notices).toEqual([expect.stringMatching(/^model is 13 bytes, too large to be packed here: kept as a folder instead/)]);
    expect(readFileSync(join(into, 'model/weights'), 'utf8')).toBe('first');
  });

  it('trains nothing where the artifacts could not be kept', async () => {
    const taken = join(folderOf({ taken: 'a file' }), 'taken');
    const training = trainLocally(
      {
        image: localImage({ 'opt/program/train': script('echo begun') }),
        jobName: 'job-1',
        region: 'eu-west-1',
        hyperParameters: {},
        channels: [],
        environment: {},
        hostCount: 1,
        metrics: [],
        maxRuntimeMs: 60_000,
      },
      { engine, folder: folderOf({}), artifactsFolder: taken, stop: new AbortController().signal, tell: (event) => expect.unreachable(event.type) },
    );
    await expect(training).rejects.toThrow(`Cannot keep artifacts in "${taken}"`);
  });

  it('fails with the end of the log where the failure file is a folder', async () => {
    const { result } = await run(script('mkdir "$SAGEMAKER_BASE_DIR/output/failure"', 'echo last', 'exit 3'));
    expect(result).toMatchObject({
      status: 'Failed',
      failureReason: 'AlgorithmError: , exit code: 3',
      hosts: [{ failure: '', lastLines: ['last'] }],
    });
  });

  it('says that a job which left no model left none', async () => {
    const { events } = await run(script('exit 0'));
    expect(notices(events)).toContain('no host left a file in /opt/ml/model: the model is empty (CC-65)');
  });
});
