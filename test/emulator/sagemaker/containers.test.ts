import { gunzipSync } from 'node:zlib';
import type { DescribeTrainingJobCommandOutput } from '@aws-sdk/client-sagemaker';
import type { InvokeEndpointCommandOutput } from '@aws-sdk/client-sagemaker-runtime';
import { parseTar } from 'nanotar';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { gzip, tar } from '../../../src/containers/archive.ts';
import { processEngine } from '../../../src/containers/process-engine.ts';
import { scaledClock } from '../../../src/emulator/clock.ts';
import type { Kernel } from '../../../src/emulator/kernel.ts';
import { containerWorkloads } from '../../../src/emulator/sagemaker/workloads/containers.ts';
import { testKernel } from '../kernel.ts';
import { refusal, roleArn, trainingJob, type World, world } from './fixture.ts';
import { packedImage, serveScript, trainScript } from './image.ts';

/** AWS's minutes pass in tenths of seconds; the processes are real. */
const rate = 600;
const worlds: { readonly world: World<Kernel>; readonly crashes: unknown[] }[] = [];

function realWorld(options: Parameters<typeof containerWorkloads>[2] = {}): World<Kernel> {
  const base = testKernel();
  const kernel: Kernel = { ...base, dataFolder: base.dataFolder, clock: scaledClock(rate) };
  const made = world(kernel, { workloads: containerWorkloads(kernel, processEngine(), options) });
  worlds.push({ world: made, crashes: base.crashes });
  return made;
}

afterEach(async () => {
  for (const { world: used, crashes } of worlds.splice(0)) {
    used.kernel.clock.stop();
    await used.sageMaker.close();
    expect(crashes).toEqual([]);
  }
});

const inService = (w: World<Kernel>, configName: string) =>
  vi.waitFor(async () => expect(await w.describe('churn')).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: configName }), {
    timeout: 60_000,
    interval: 50,
  });

async function model(w: World<Kernel>, name: string, serve: string, more: Record<string, unknown> = {}) {
  const Image = w.packed(name, packedImage({ serve }));
  await w.call('CreateModel', { ModelName: name, ExecutionRoleArn: roleArn, PrimaryContainer: { Image, ...more } });
}

const config = (w: World<Kernel>, name: string, variants: Record<string, { readonly model: string; readonly weight: number }>) =>
  w.call('CreateEndpointConfig', {
    EndpointConfigName: name,
    ProductionVariants: Object.entries(variants).map(([VariantName, { model: ModelName, weight }]) => ({
      VariantName,
      ModelName,
      InstanceType: 'ml.m5.large',
      InitialInstanceCount: 1,
      InitialVariantWeight: weight,
    })),
  });

interface Echo {
  readonly version: string;
  readonly weights: string;
  readonly flag?: string;
  readonly headers: Record<string, string>;
}

async function ask(w: World<Kernel>, body = '1,2', more: Record<string, unknown> = {}): Promise<InvokeEndpointCommandOutput & { echo: Echo }> {
  const answer = await w.call<InvokeEndpointCommandOutput>('InvokeEndpoint', {
    EndpointName: 'churn',
    Body: new TextEncoder().encode(body),
    ...more,
  });
  return { ...answer, echo: JSON.parse(new TextDecoder().decode(answer.Body)) as Echo };
}

describe('hosted containers', () => {
  test('serve with their model data and environment, and see only the headers the API names', async () => {
    const w = realWorld();
    w.objects.set('models/m.tar.gz', gzip(tar([{ path: 'weights.txt', bytes: new TextEncoder().encode('w1') }])));
    await model(w, 'one', serveScript('one'), { ModelDataUrl: 's3://models/m.tar.gz', Environment: { FLAG: 'on' } });
    await config(w, 'config', { stable: { model: 'one', weight: 1 } });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'config' });
    await inService(w, 'config');

    const answer = await ask(w, '{"attributes":"seen"}', {
      ContentType: 'text/csv',
      Accept: 'application/json',
      CustomAttributes: 'c',
      InferenceId: 'i-1',
      TargetVariant: 'stable',
    });

    expect(answer).toMatchObject({ InvokedProductionVariant: 'stable', ContentType: 'application/json', CustomAttributes: 'seen' });
    expect(answer.echo).toMatchObject({ version: 'one', weights: 'w1', flag: 'on' });
    expect(Object.keys(answer.echo.headers).sort()).toEqual([
      'accept',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-amzn-sagemaker-custom-attributes',
      'x-amzn-sagemaker-inference-id',
    ]);
    expect(w.logs.some((line) => /^\/aws\/sagemaker\/Endpoints\/churn stable\/i-0[0-9a-f]{16} serving one$/.test(line))).toBe(true);
    const failed = await ask(w, '{"status":503}').catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'ModelError', status: 424, fields: { OriginalStatusCode: 503, ErrorCode: 'INTERNAL_FAILURE_FROM_MODEL' } });
    expect(w.sageMaker.served('churn')).toMatchObject([{ variantName: 'stable', requests: 2, errors: 1 }]);
  });

  test('lose no request while an update replaces them', async () => {
    const w = realWorld();
    await model(w, 'one', serveScript('one'));
    await model(w, 'two', serveScript('two'));
    await config(w, 'before', { stable: { model: 'one', weight: 1 } });
    await config(w, 'after', { stable: { model: 'two', weight: 1 } });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'before' });
    await inService(w, 'before');
    await w.call('UpdateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'after' });

    const versions: string[] = [];
    const done = new AbortController();
    const callers = Array.from({ length: 8 }, async () => {
      while (!done.signal.aborted) versions.push((await ask(w, '{"sleepMs":20}')).echo.version);
    });
    await inService(w, 'after');
    await vi.waitFor(() => expect(versions).toContain('two'), { timeout: 10_000 });
    done.abort();
    await Promise.all(callers);

    expect(new Set(versions)).toEqual(new Set(['one', 'two']));
    expect(w.sageMaker.served('churn').reduce((sum, variant) => sum + variant.errors, 0)).toBe(0);
  });

  test('are replaced when they crash; requests fail meanwhile', async () => {
    const w = realWorld();
    await model(w, 'one', serveScript('one'));
    await config(w, 'config', { stable: { model: 'one', weight: 1 } });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'config' });
    await inService(w, 'config');

    expect(await refusal(ask(w, 'die'))).toMatch(/^ModelError: Received server error \(0\) from primary/);
    await vi.waitFor(async () => expect(await refusal(ask(w))).toMatch(/^ServiceUnavailable: /), { timeout: 5_000, interval: 5 });
    await vi.waitFor(async () => expect((await ask(w)).echo.version).toBe('one'), { timeout: 20_000 });
    expect((await w.describe('churn')).EndpointStatus).toBe('InService');
  });

  test('that cannot start leave the endpoint Failed, with the reason in their log', async () => {
    const w = realWorld({ leastStartupWallMs: 1_000 });
    await model(w, 'bad', '#!/usr/bin/env node\nconsole.log("no model");\nprocess.exit(2);\n');
    await config(w, 'config', { stable: { model: 'bad', weight: 1 } });
    await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'config' });

    await vi.waitFor(async () => expect((await w.describe('churn')).EndpointStatus).toBe('Failed'), { timeout: 60_000, interval: 200 });
    expect((await w.describe('churn')).FailureReason).toContain(
      'The primary container for production variant stable did not pass the ping health check.',
    );
    expect(w.logs.some((line) => line.endsWith('no model'))).toBe(true);
    expect(w.logs.some((line) => line.endsWith('serve ended with exit code 2'))).toBe(true);
  });
});

describe('training containers', () => {
  const describeJob = (w: World<Kernel>, name: string) => w.call<DescribeTrainingJobCommandOutput>('DescribeTrainingJob', { TrainingJobName: name });
  const ended = async (w: World<Kernel>, name: string) =>
    vi.waitFor(
      async () => {
        const job = await describeJob(w, name);
        expect(['Completed', 'Failed', 'Stopped']).toContain(job.TrainingJobStatus);
        return job;
      },
      { timeout: 60_000, interval: 50 },
    );

  function trained(w: World<Kernel>, name: string, hyper: Record<string, string>) {
    const image = w.packed('trainer', packedImage({ train: trainScript }));
    w.objects.set('data/train/rows.csv', new TextEncoder().encode('1,2\n3,4\n'));
    return w.call(
      'CreateTrainingJob',
      trainingJob(name, image, {
        HyperParameters: { epochs: '3', ...hyper },
        AlgorithmSpecification: {
          TrainingImage: image,
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'validation:accuracy', Regex: 'validation:accuracy=([0-9.]+);' }],
        },
        InputDataConfig: [
          { ChannelName: 'train', ContentType: 'text/csv', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train/' } } },
        ],
        StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
      }),
    );
  }
  const weightsIn = (w: World<Kernel>, name: string) => {
    const archive = w.objects.get(`artifacts/models/${name}/output/model.tar.gz`);
    const entry = parseTar(new Uint8Array(gunzipSync(archive ?? new Uint8Array()))).find((file) => file.name === 'weights.txt');
    return entry?.text;
  };

  test('find their channel and hyperparameters; their model is archived, their log is scraped', async () => {
    const w = realWorld();
    await trained(w, 'good', {});
    const job = await ended(w, 'good');

    expect(job).toMatchObject({ TrainingJobStatus: 'Completed', FinalMetricDataList: [{ MetricName: 'validation:accuracy', Value: 0.25 }] });
    expect(weightsIn(w, 'good')).toBe('2 rows, 3 epochs');
    expect(w.logs.some((line) => /^\/aws\/sagemaker\/TrainingJobs good\/algo-1-\d+ job good$/.test(line))).toBe(true);
  });

  test('that fail say why in their own words', async () => {
    const w = realWorld();
    await trained(w, 'bad', { mode: 'fail' });

    expect(await ended(w, 'bad')).toMatchObject({ TrainingJobStatus: 'Failed', FailureReason: 'AlgorithmError: column 3 is empty, exit code: 4' });
  });

  test('that are stopped get SIGTERM, and what they wrote is kept', async () => {
    const w = realWorld();
    await trained(w, 'slow', { mode: 'wait' });
    await vi.waitFor(() => expect(w.logs.some((line) => line.includes('validation:accuracy='))).toBe(true), { timeout: 30_000 });
    await w.call('StopTrainingJob', { TrainingJobName: 'slow' });

    expect(await ended(w, 'slow')).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
    expect(weightsIn(w, 'slow')).toBe('2 rows, 3 epochs');
  });
});
