import type { InvokeEndpointCommandOutput } from '@aws-sdk/client-sagemaker-runtime';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bindToPortLabel } from '../../../src/containers/image.ts';
import { processEngine } from '../../../src/containers/process-engine.ts';
import { scaledClock } from '../../../src/emulator/clock.ts';
import type { Kernel } from '../../../src/emulator/kernel.ts';
import { containerWorkloads } from '../../../src/emulator/sagemaker/workloads/containers.ts';
import { testKernel } from '../kernel.ts';
import { refusal, roleArn, type World, world } from './fixture.ts';
import { packedImage } from './image.ts';

/** Answers with its name, its port, what it was sent as, and what it was sent; `fail` is answered 418, `die` ends the process. */
const stage = (name: string) => `#!/usr/bin/env node
const http = require('node:http');
const port = Number(process.env.SAGEMAKER_BIND_TO_PORT);
const base = process.env.SAGEMAKER_BASE_DIR;
const fs = require('node:fs');
const server = http.createServer((request, response) => {
  if (request.url === '/ping') return response.end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    if (text === 'die in ${name}') process.exit(3);
    response.statusCode = text === 'fail in ${name}' ? 418 : 200;
    response.setHeader('content-type', 'text/${name}');
    const { 'content-type': type, accept } = request.headers;
    const files = fs.readdirSync(base + '/model', { recursive: true }).sort().join(' ');
    response.end(text.includes(' in ') ? text : JSON.stringify({ name: '${name}', port, type, accept, files, text }));
  });
});
server.listen(port, '127.0.0.1', () => console.log('${name} serves'));
process.on('SIGTERM', () => process.exit(0));
`;

const worlds: { readonly world: World<Kernel>; readonly crashes: unknown[] }[] = [];

afterEach(async () => {
  for (const { world: used, crashes } of worlds.splice(0)) {
    used.kernel.clock.stop();
    await used.sageMaker.close();
    expect(crashes).toEqual([]);
  }
});

/** An endpoint in service whose one variant runs the containers `first` and `second`. */
async function pipeline(mode: 'Serial' | 'Direct', data: Record<string, unknown> = {}) {
  const base = testKernel();
  const kernel: Kernel = { ...base, dataFolder: base.dataFolder, clock: scaledClock(600) };
  const w = world(kernel, { workloads: containerWorkloads(kernel, processEngine()) });
  worlds.push({ world: w, crashes: base.crashes });
  w.objects.set('models/churn/weights/a.txt', new Uint8Array([1]));
  w.objects.set('models/churn/b.txt', new Uint8Array([2]));
  const [first, second] = ['first', 'second'].map((name) => ({
    ContainerHostname: name,
    Image: w.packed(name, packedImage({ serve: stage(name) }), { [bindToPortLabel]: 'true' }),
  }));
  await w.call('CreateModel', {
    ModelName: 'churn',
    ExecutionRoleArn: roleArn,
    Containers: [first, { ...second, ...data }],
    InferenceExecutionConfig: { Mode: mode },
  });
  await w.call('CreateEndpointConfig', {
    EndpointConfigName: 'config',
    ProductionVariants: [{ VariantName: 'stable', ModelName: 'churn', InstanceType: 'ml.m5.large', InitialInstanceCount: 1 }],
  });
  await w.call('CreateEndpoint', { EndpointName: 'churn', EndpointConfigName: 'config' });
  await vi.waitFor(async () => expect((await w.describe('churn')).EndpointStatus).toBe('InService'), { timeout: 60_000, interval: 50 });
  const ask = async (text: string, more: Record<string, unknown> = {}) => {
    const { Body, ContentType } = await w.call<InvokeEndpointCommandOutput>('InvokeEndpoint', {
      EndpointName: 'churn',
      Body: new TextEncoder().encode(text),
      ContentType: 'text/csv',
      Accept: 'text/plain',
      ...more,
    });
    return { ContentType, echo: JSON.parse(new TextDecoder().decode(Body)) as Record<string, unknown> & { readonly text: string } };
  };
  return { w, ask };
}

describe('containers in series', () => {
  test('pass one’s answer on as the next one’s request, with its content type, each on a port of its own', async () => {
    const { w, ask } = await pipeline('Serial', {
      ModelDataSource: { S3DataSource: { S3Uri: 's3://models/churn/', S3DataType: 'S3Prefix', CompressionType: 'None' } },
    });
    const { ContentType, echo } = await ask('1,2');
    const before = JSON.parse(echo.text) as Record<string, unknown>;

    expect(ContentType).toBe('text/second');
    expect(echo).toMatchObject({ name: 'second', type: 'text/first', accept: 'text/plain', files: 'b.txt weights weights/a.txt' });
    expect(before).toMatchObject({ name: 'first', type: 'text/csv', text: '1,2', files: '' });
    expect(before['accept']).toBeUndefined();
    expect(before['port']).not.toBe(echo['port']);
    expect(w.logs.filter((line) => line.endsWith('serves')).map((line) => line.replace(/i-0\w+/, 'i'))).toEqual(
      expect.arrayContaining([
        '/aws/sagemaker/Endpoints/churn stable/i/first first serves',
        '/aws/sagemaker/Endpoints/churn stable/i/second second serves',
      ]),
    );
  });

  test('end at the first that fails, by its name', async () => {
    const { ask } = await pipeline('Serial');

    expect(await refusal(ask('fail in first'))).toMatch(/^ModelError: Received client error \(418\) from first with message/);
    expect(await refusal(ask('fail in second'))).toMatch(/^ModelError: Received client error \(418\) from second with message/);
  });

  test('are replaced together when one of them crashes', async () => {
    const { w, ask } = await pipeline('Serial');
    const portsOf = (echo: { readonly text: string }) =>
      [JSON.parse(echo.text) as { port: number }, echo].map((one) => (one as { port: number }).port);
    const ports = portsOf((await ask('1')).echo);

    expect(await refusal(ask('die in second'))).toMatch(/^ModelError: Received server error \(0\) from second/);
    await vi.waitFor(async () => expect(await refusal(ask('1'))).toMatch(/^ServiceUnavailable: /), { timeout: 5_000, interval: 5 });
    await vi.waitFor(async () => expect(await refusal(ask('1'))).toBe('accepted'), { timeout: 20_000 });
    const after = portsOf((await ask('1')).echo);
    expect(after.filter((port) => ports.includes(port))).toEqual([]);
    expect((await w.describe('churn')).EndpointStatus).toBe('InService');
  });
});

describe('containers called directly', () => {
  test('answer for themselves, and only by name', async () => {
    const { ask } = await pipeline('Direct');

    expect((await ask('1', { TargetContainerHostname: 'second' })).echo).toMatchObject({ name: 'second', text: '1', type: 'text/csv' });
    expect((await ask('1', { TargetContainerHostname: 'first' })).echo).toMatchObject({ name: 'first', text: '1' });
    expect(await refusal(ask('1'))).toMatch(/^ValidationError: Endpoint churn is invoked directly/);
    expect(await refusal(ask('1', { TargetContainerHostname: 'third' }))).toMatch(/^ValidationError: Container third not found/);
  });
});
