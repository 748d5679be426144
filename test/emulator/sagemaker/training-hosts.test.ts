import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CreateTrainingJobCommandInput, DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import { parseTar } from 'nanotar';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../../src/containers/ports.ts';
import { processEngine } from '../../../src/containers/process-engine.ts';
import { scaledClock } from '../../../src/emulator/clock.ts';
import type { Kernel } from '../../../src/emulator/kernel.ts';
import type { TrainingFault } from '../../../src/emulator/sagemaker/service.ts';
import { containerWorkloads } from '../../../src/emulator/sagemaker/workloads/containers.ts';
import { testKernel } from '../kernel.ts';
import { trainingJob, type World, world } from './fixture.ts';
import { packedImage } from './image.ts';

/** Writes what this host was told and given; hyperparameters choose a host that `fails` once the file `when` is there, and a `mode` that waits for SIGTERM. */
const train = `#!/usr/bin/env node
const fs = require('node:fs');
const path = require('node:path');
const base = process.env.SAGEMAKER_BASE_DIR;
const read = (name) => JSON.parse(fs.readFileSync(path.join(base, 'input/config', name), 'utf8'));
const resources = read('resourceconfig.json');
const channels = read('inputdataconfig.json');
const hyper = read('hyperparameters.json');
const host = resources.current_host;
const data = {};
for (const name of Object.keys(channels)) {
  const folder = path.join(base, 'input/data', name);
  data[name] = fs.readdirSync(folder).map((file) => file + ' ' + (fs.statSync(path.join(folder, file)).mode & 0o777).toString(8));
}
const saved = path.join(base, 'checkpoints', 'epoch.txt');
const epoch = fs.existsSync(saved) ? Number(fs.readFileSync(saved, 'utf8')) : 0;
const old = path.join(base, 'checkpoints', 'old.txt');
if (fs.existsSync(old)) fs.rmSync(old);
const told = { resources, channels, data, epoch, words: process.argv.slice(2) };
fs.writeFileSync(path.join(base, 'model', host + '.json'), JSON.stringify(told));
fs.writeFileSync(path.join(base, 'model', 'shared.txt'), host);
fs.writeFileSync(path.join(base, 'output/data', host + '.txt'), 'from ' + host);
if (hyper.fails === host) {
  fs.writeFileSync(path.join(base, 'output/failure'), 'x'.repeat(2000));
  setInterval(() => fs.existsSync(hyper.when) && process.exit(7), 20);
} else if (hyper.mode === 'wait' && epoch === 0) {
  process.on('SIGTERM', () => {
    fs.writeFileSync(saved, '3');
    fs.writeFileSync(path.join(base, 'model', 'late.txt'), 'written after SIGTERM');
    console.log(host + ' was asked to end');
    process.exit(0);
  });
  setInterval(() => {}, 1000);
}
console.log(host + ' is ready');
// The first host counts those that reach it by its name; each tries until it does.
const net = require('node:net');
if (hyper.meetAt && host === 'algo-1') {
  let met = 1;
  const meeting = net.createServer((peer) => {
    peer.end();
    if (++met === resources.hosts.length) meeting.close(() => fs.writeFileSync(path.join(base, 'model', 'met.txt'), String(met)));
  });
  meeting.listen(Number(hyper.meetAt), 'algo-1');
} else if (hyper.meetAt) {
  const knock = () => net.connect(Number(hyper.meetAt), 'algo-1').on('error', () => setTimeout(knock, 50)).on('connect', function () { this.end(); });
  knock();
}
`;

const worlds: { readonly world: World<Kernel>; readonly crashes: unknown[] }[] = [];

afterEach(async () => {
  for (const { world: used, crashes } of worlds.splice(0)) {
    used.kernel.clock.stop();
    await used.sageMaker.close();
    expect(crashes).toEqual([]);
  }
});

interface Told {
  readonly resources: Record<string, unknown>;
  readonly channels: Record<string, Record<string, unknown>>;
  readonly data: Record<string, readonly string[]>;
  readonly epoch: number;
  readonly words: readonly string[];
}

function jobWorld(training?: () => TrainingFault | undefined) {
  const base = testKernel();
  const kernel: Kernel = { ...base, dataFolder: base.dataFolder, clock: scaledClock(600) };
  const w = world(kernel, { workloads: containerWorkloads(kernel, processEngine()), ...(training && { faults: { training } }) });
  worlds.push({ world: w, crashes: base.crashes });
  for (const name of ['a', 'b', 'c']) w.objects.set(`data/train/${name}.csv`, new TextEncoder().encode(name));
  const image = w.packed('trainer', packedImage({ train }));
  const describeJob = () => w.call<DescribeTrainingJobCommandOutput>('DescribeTrainingJob', { TrainingJobName: 'churn' });
  const text = (key: string) => new TextDecoder().decode(w.objects.get(key));
  return {
    w,
    image,
    text,
    create: (more: Partial<CreateTrainingJobCommandInput> = {}) =>
      w.call('CreateTrainingJob', trainingJob('churn', image, { StoppingCondition: { MaxRuntimeInSeconds: 86_400 }, ...more })),
    ended: () =>
      vi.waitFor(
        async () => {
          const job = await describeJob();
          expect(['Completed', 'Failed', 'Stopped']).toContain(job.TrainingJobStatus);
          return job;
        },
        { timeout: 60_000, interval: 50 },
      ),
    says: (line: string) => vi.waitFor(() => expect(w.logs.some((one) => one.endsWith(line))).toBe(true), { timeout: 30_000 }),
    files: (name: 'model' | 'output') =>
      Object.fromEntries(
        parseTar(new Uint8Array(gunzipSync(w.objects.get(`artifacts/models/churn/output/${name}.tar.gz`) ?? new Uint8Array()))).map((file) => [
          file.name,
          file.text ?? '',
        ]),
      ),
  };
}

const channel = (name: string, more: object = {}, source: object = {}) => ({
  ChannelName: name,
  ContentType: 'text/csv',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: 's3://data/train/', ...source } },
  ...more,
});
const told = (files: Record<string, string>, host: string) => JSON.parse(files[`${host}.json`] ?? '{}') as Told;
const instances = (InstanceCount: number) => ({ InstanceType: 'ml.m5.large' as const, InstanceCount, VolumeSizeInGB: 30 });

describe('a job of several hosts', () => {
  test('runs each, on its shard, and makes one archive of what they wrote', async () => {
    const job = jobWorld();
    await job.create({
      ResourceConfig: instances(2),
      InputDataConfig: [channel('whole'), channel('shard', { CompressionType: 'None' }, { S3DataDistributionType: 'ShardedByS3Key' })],
    });

    expect((await job.ended()).TrainingJobStatus).toBe('Completed');
    const files = job.files('model');
    const [first, second] = [told(files, 'algo-1'), told(files, 'algo-2')];
    expect(Object.keys(files).sort()).toEqual(['algo-1.json', 'algo-2.json', 'shared.txt']);
    expect(files['shared.txt']).toBe('algo-1');
    expect(job.files('output')).toEqual({ 'algo-1.txt': 'from algo-1', 'algo-2.txt': 'from algo-2' });
    expect(first.data).toEqual({ whole: ['a.csv 644', 'b.csv 644', 'c.csv 644'], shard: ['a.csv 644', 'c.csv 644'] });
    expect(second.data).toEqual({ whole: ['a.csv 644', 'b.csv 644', 'c.csv 644'], shard: ['b.csv 644'] });
    expect(first.channels['shard']).toEqual({
      ContentType: 'text/csv',
      TrainingInputMode: 'File',
      S3DistributionType: 'ShardedByS3Key',
      RecordWrapperType: 'None',
      CompressionType: 'None',
    });
    expect(second.resources).toMatchObject({
      current_host: 'algo-2',
      current_instance_type: 'ml.m5.large',
      current_group_name: 'homogeneousCluster',
      hosts: ['algo-1', 'algo-2'],
      instance_groups: [{ instance_group_name: 'homogeneousCluster', instance_type: 'ml.m5.large', hosts: ['algo-1', 'algo-2'] }],
    });
    expect(job.w.logs.filter((line) => line.endsWith('is ready')).map((line) => line.split(' ')[1]?.replace(/-\d+$/, ''))).toEqual(
      expect.arrayContaining(['churn/algo-1', 'churn/algo-2']),
    );
  });

  test('lets them find one another by name', async ({ skip }) => {
    const engine = processEngine();
    const network = await engine.network(['algo-1', 'algo-2']);
    await network.close();
    await engine.close();
    const { unresolved } = network;
    if (unresolved !== undefined) {
      console.log(`Skipped: hosts find one another by name. ${unresolved}`);
      skip(unresolved);
    }
    const job = jobWorld();
    await job.create({ ResourceConfig: instances(3), HyperParameters: { meetAt: String(await freePort()) } });
    await job.ended();

    expect(job.files('model')['met.txt']).toBe('3');
  });

  test('in groups tells each its own, and gives a channel to the groups it names', async () => {
    const job = jobWorld();
    await job.create({
      ResourceConfig: {
        VolumeSizeInGB: 30,
        InstanceGroups: [
          { InstanceGroupName: 'loaders', InstanceType: 'ml.c5.xlarge', InstanceCount: 2 },
          { InstanceGroupName: 'trainers', InstanceType: 'ml.g5.xlarge', InstanceCount: 1 },
        ],
      },
      InputDataConfig: [channel('raw', {}, { InstanceGroupNames: ['loaders'], S3DataDistributionType: 'ShardedByS3Key' })],
    });
    await job.ended();
    const files = job.files('model');

    expect(['algo-1', 'algo-2', 'algo-3'].map((host) => told(files, host).data)).toEqual([
      { raw: ['a.csv 644', 'c.csv 644'] },
      { raw: ['b.csv 644'] },
      {},
    ]);
    expect(told(files, 'algo-3').resources).toMatchObject({
      current_instance_type: 'ml.g5.xlarge',
      current_group_name: 'trainers',
      instance_groups: [
        { instance_group_name: 'loaders', instance_type: 'ml.c5.xlarge', hosts: ['algo-1', 'algo-2'] },
        { instance_group_name: 'trainers', instance_type: 'ml.g5.xlarge', hosts: ['algo-3'] },
      ],
    });
  });

  test('fails with the first that fails; the others are asked to end', async () => {
    const job = jobWorld();
    const when = join(job.w.kernel.dataFolder, 'fail-now');
    await job.create({ ResourceConfig: instances(2), HyperParameters: { fails: 'algo-2', when, mode: 'wait' } });
    await job.says('algo-1 is ready');
    writeFileSync(when, '');
    const { TrainingJobStatus, FailureReason } = await job.ended();

    expect(TrainingJobStatus).toBe('Failed');
    // 1024 characters in all, the container's own text cut.
    expect(FailureReason).toBe(`AlgorithmError: ${'x'.repeat(1024 - 'AlgorithmError: , exit code: 7'.length)}, exit code: 7`);
    expect(job.w.logs.some((line) => line.endsWith('algo-1 was asked to end'))).toBe(true);
    expect(job.w.objects.has('artifacts/models/churn/output/model.tar.gz')).toBe(false);
    expect(Object.keys(job.files('output')).sort()).toEqual(['algo-1.txt', 'algo-2.txt']);
  });
});

describe('a job', () => {
  test('reads FastFile channels, and cannot write to them', async () => {
    const job = jobWorld();
    await job.create({ InputDataConfig: [channel('fast', { InputMode: 'FastFile' })] });
    await job.ended();
    const { data, channels } = told(job.files('model'), 'algo-1');

    expect(data).toEqual({ fast: ['a.csv 444', 'b.csv 444', 'c.csv 444'] });
    expect(channels['fast']).toMatchObject({ TrainingInputMode: 'FastFile', S3DistributionType: 'FullyReplicated' });
  });

  test('starts another program with other words where it names them', async () => {
    const job = jobWorld();
    await job.create({
      AlgorithmSpecification: {
        TrainingImage: job.image,
        TrainingInputMode: 'File',
        ContainerEntrypoint: ['node', '/opt/program/train'],
        ContainerArguments: ['--epochs', '3'],
      },
    });
    await job.ended();

    expect(told(job.files('model'), 'algo-1').words).toEqual(['--epochs', '3']);
  });

  test('that runs too long gets SIGTERM, and what it wrote until then is uploaded', async () => {
    const job = jobWorld();
    await job.create({ HyperParameters: { mode: 'wait' }, StoppingCondition: { MaxRuntimeInSeconds: 3600 } });

    expect(await job.ended()).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'MaxRuntimeExceeded' });
    expect(job.files('model')['late.txt']).toBe('written after SIGTERM');
  });

  test('on spot instances that are taken away goes on from its checkpoints, kept in S3 as they stand', async () => {
    let asked = 0;
    // The first attempt has six seconds of wall time, of which it needs a tenth to get ready.
    const job = jobWorld(() => (asked++ === 0 ? { kind: 'interrupted', afterSeconds: 3600 } : undefined));
    job.w.objects.set('artifacts/checkpoints/old.txt', new Uint8Array([1]));
    await job.create({
      EnableManagedSpotTraining: true,
      StoppingCondition: { MaxRuntimeInSeconds: 86_400, MaxWaitTimeInSeconds: 172_800 },
      CheckpointConfig: { S3Uri: 's3://artifacts/checkpoints', LocalPath: '/opt/ml/checkpoints/' },
      HyperParameters: { mode: 'wait' },
    });
    const ended = await job.ended();

    expect(ended.TrainingJobStatus).toBe('Completed');
    expect(ended.SecondaryStatusTransitions?.map((step) => step.Status)).toContain('Interrupted');
    expect(told(job.files('model'), 'algo-1').epoch).toBe(3);
    expect(job.text('artifacts/checkpoints/epoch.txt')).toBe('3');
    expect(job.w.objects.has('artifacts/checkpoints/old.txt')).toBe(false);
  });
});
