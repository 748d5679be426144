import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { gzip, tar } from '../../src/containers/archive.ts';
import { defaultPort, type LocalModel, type ServingEvent, type ServingResult, serveLocally } from '../../src/containers/local-serving.ts';
import { type Engine, processEngine } from '../../src/containers/run.ts';
import type { Wall } from '../../src/containers/wall.ts';
import { writeFileSync } from 'node:fs';
import { type FileSpec, folderOf, program } from './folder.ts';
import { fastWall, impatient, localImage } from './local.ts';

const bindToPort = { Labels: { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' } };

/** A server whose answers are JavaScript: `ping` and `invoke` get the answer object, the request and its body. */
const server = (code: { readonly ping?: string; readonly invoke?: string; readonly more?: string }): FileSpec =>
  program(`#!/usr/bin/env node
    const http = require('node:http');
    ${code.more ?? ''}
    http.createServer((request, answer) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
        const body = Buffer.concat(chunks);
        if (request.url === '/ping') { ${code.ping ?? 'answer.end();'} }
        else { ${code.invoke ?? 'answer.end(body);'} }
      });
    }).listen(Number(process.env.SAGEMAKER_BIND_TO_PORT), () => console.log('listening'));`);

interface Hosted {
  readonly events: ServingEvent[];
  /** Resolves with the address once it is in service. */
  readonly url: Promise<string>;
  readonly ended: Promise<ServingResult>;
  stop(): Promise<ServingResult>;
}

let engine: Engine;
let hosted: Hosted[] = [];
beforeEach(() => {
  engine = processEngine();
});
afterEach(async () => {
  await engine.close();
  for (const one of hosted) await one.stop().catch(() => {});
  hosted = [];
});

function host(
  serve: FileSpec,
  model: Partial<Omit<LocalModel, 'image'>> = {},
  around: { readonly time?: Wall; readonly engine?: Engine; readonly labels?: typeof bindToPort.Labels | Record<string, never> } = {},
): Hosted {
  const events: ServingEvent[] = [];
  const stop = new AbortController();
  let inService: (url: string) => void = () => {};
  const url = new Promise<string>((resolve) => (inService = resolve));
  const ended = serveLocally(
    {
      image: localImage({ 'opt/program/serve': serve }, { Labels: around.labels ?? bindToPort.Labels }),
      environment: {},
      region: 'eu-west-1',
      port: 0,
      startupMs: 480_000,
      ...model,
    },
    {
      engine: around.engine ?? engine,
      folder: folderOf({}),
      stop: stop.signal,
      tell(event) {
        events.push(event);
        if (event.type === 'status' && event.url !== undefined) inService(event.url);
      },
      ...(around.time && { time: around.time }),
    },
  );
  const one: Hosted = {
    events,
    url,
    ended,
    stop() {
      stop.abort();
      return ended;
    },
  };
  hosted.push(one);
  return one;
}

const notices = (events: readonly ServingEvent[]) => events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
const requests = (events: readonly ServingEvent[]) => events.flatMap((event) => (event.type === 'request' ? [event] : []));
const invoke = async (one: Hosted, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(`${await one.url}/invocations`, { method: 'POST', body, headers });

describe('serveLocally()', () => {
  it('unpacks the model, waits for the first 200, passes on only the API’s headers and takes back only those', async () => {
    const archive = join(folderOf({}), 'model.tar.gz');
    writeFileSync(archive, gzip(tar([{ path: 'weights.txt', bytes: new TextEncoder().encode('w1') }])));
    const one = host(
      server({
        invoke: `answer.setHeader('Content-Type', 'text/csv'); answer.setHeader('X-Amzn-SageMaker-Custom-Attributes', 'seen');
          answer.setHeader('X-Secret', 'x'); answer.end(JSON.stringify({ headers: request.headers, body: String(body), flag: process.env.FLAG,
          weights: require('node:fs').readFileSync(process.env.SAGEMAKER_BASE_DIR + '/model/weights.txt', 'utf8') }));`,
      }),
      { modelData: archive, environment: { FLAG: 'on' } },
    );
    const answer = await invoke(one, '1,2', {
      'Content-Type': 'text/csv',
      Accept: 'text/csv',
      'X-Amzn-SageMaker-Custom-Attributes': 'c',
      'X-Amzn-SageMaker-Inference-Id': 'i-1',
      'X-Amzn-SageMaker-Target-Variant': 'edge',
      Authorization: 'secret',
      'X-Custom': 'dropped',
    });
    const seen = (await answer.json()) as { headers: Record<string, string> };

    expect(seen).toMatchObject({ body: '1,2', flag: 'on', weights: 'w1' });
    expect(Object.keys(seen.headers).sort()).toEqual([
      'accept',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-amzn-sagemaker-custom-attributes',
      'x-amzn-sagemaker-inference-id',
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/csv');
    expect(answer.headers.get('x-amzn-sagemaker-custom-attributes')).toBe('seen');
    expect(answer.headers.get('x-secret')).toBeNull();
    expect((await fetch(`${await one.url}/ping`)).status).toBe(200);
    expect((await fetch(`${await one.url}/models`)).status).toBe(404);
    expect((await fetch(`${await one.url}/invocations`)).status).toBe(405);
  });

  it('takes a folder for the model', async () => {
    const one = host(server({ invoke: "answer.end(require('node:fs').readFileSync(process.env.SAGEMAKER_BASE_DIR + '/model/a/b', 'utf8'));" }), {
      modelData: folderOf({ 'a/b': 'deep' }),
    });
    expect(await (await invoke(one, '')).text()).toBe('deep');
  });

  it('passes on what a container answers, and says what a caller of InvokeEndpoint would get', async () => {
    const one = host(server({ invoke: "answer.statusCode = 415; answer.end('text/csv only');" }));
    const answer = await invoke(one, '{}');
    expect([answer.status, await answer.text()]).toEqual([415, 'text/csv only']);
    await vi.waitFor(() => expect(requests(one.events).at(-1)?.text).toContain('ModelError (424)'));
  });

  it('takes 25 MB and not a byte more; above 6 MB it says that this is not safe', async () => {
    const one = host(server({ invoke: 'answer.end(String(body.length));' }));
    expect(await (await invoke(one, new Uint8Array(26_214_400))).text()).toBe('26214400');
    await vi.waitFor(() => expect(requests(one.events).at(-1)?.text).toContain('25.0 MB: the API'));
    const answer = await invoke(one, new Uint8Array(26_214_401));
    expect([answer.status, answer.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationError']);
    expect(await answer.json()).toEqual({ message: 'HTTP content length exceeded 26214400 bytes.' });
  });

  it('refuses custom attributes of more than 1024 characters', async () => {
    const one = host(server({}));
    expect((await invoke(one, '', { 'X-Amzn-SageMaker-Custom-Attributes': 'x'.repeat(1_024) })).status).toBe(200);
    expect((await invoke(one, '', { 'X-Amzn-SageMaker-Custom-Attributes': 'x'.repeat(1_025) })).status).toBe(400);
  });

  it('waits 60 s for an answer; what breaks off is a ModelError as well', async () => {
    const time = fastWall({ 60_000: 600 });
    const one = host(server({ invoke: "if (String(body) === 'hang') return; request.socket.destroy();", ping: 'answer.end();' }), {}, { time });
    const late = await invoke(one, 'hang');
    expect(time.asked).toContain(60_000);
    expect([late.status, late.headers.get('x-amzn-errortype')]).toEqual([424, 'ModelError']);
    expect(await late.json()).toMatchObject({
      message: expect.stringContaining('Received server error (0) from primary') as unknown,
      OriginalStatusCode: 0,
      OriginalMessage: expect.stringContaining('did not answer within 60 s') as unknown,
    });
    const broken = await invoke(one, 'break');
    expect([broken.status, ((await broken.json()) as { OriginalStatusCode: number }).OriginalStatusCode]).toEqual([424, 0]);
  });

  it('answers 503 until the first 200 of /ping', async () => {
    const port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as AddressInfo; // It listens on TCP.
        probe.close(() => resolve(port));
      });
    });
    const one = host(server({ ping: 'answer.statusCode = 503; answer.end();' }), { port });
    await vi.waitFor(() => expect(one.events.some((event) => event.type === 'log')).toBe(true), { timeout: 20_000 });
    const early = await fetch(`http://127.0.0.1:${port}/invocations`, { method: 'POST', body: '' });
    expect([early.status, early.headers.get('x-amzn-errortype')]).toEqual([503, 'ServiceUnavailable']);
  });

  it('is not healthy where /ping takes longer than 2 s, and says so when the start-up window is over', async () => {
    const time = fastWall({ 60_000: 3_000, 2_000: 200 });
    const one = host(server({ ping: 'setTimeout(() => answer.end(), 1000);' }), { startupMs: 60_000 }, { time });
    expect(await one.ended).toEqual({
      status: 'Failed',
      failureReason: 'the container did not pass the ping health check within 60 s: GET /ping: no answer within 2 s',
    });
    expect(time.asked).toEqual(expect.arrayContaining([2_000, 60_000]));
  });

  it.each([
    ['answers /ping with 404', server({ ping: 'answer.statusCode = 404; answer.end();' }), 'GET /ping was answered with 404, expected 200'],
    [
      'listens elsewhere',
      program('#!/usr/bin/env node\nrequire("node:http").createServer((_, answer) => answer.end()).listen(0, "127.0.0.1");\n'),
      /listens on port \d+ and ignores SAGEMAKER_BIND_TO_PORT=\d+/,
    ],
    ['listens nowhere', program('#!/bin/sh\nexec sleep 600\n'), '"serve" runs and listens on no port'],
  ])('names why a container that %s is not healthy, while it waits and at the end', async (_, serve, why) => {
    const one = host(serve, { startupMs: 60_000 }, { time: fastWall({ 60_000: 3_000, 5_000: 500 }) });
    const { failureReason } = await one.ended;
    expect(failureReason).toMatch(why);
    expect(notices(one.events).join('\n')).toMatch(why);
  });

  it('gives an image that does not say which port it reads SageMaker’s own, where that is free', async ({ skip }) => {
    const { listens } = await import('../../src/containers/listening.ts');
    const taken = await listens(8_080);
    skip(taken, 'port 8080 is taken here');
    const one = host(server({ invoke: 'answer.end(process.env.SAGEMAKER_BIND_TO_PORT);' }), {}, { labels: {} });
    expect(await (await invoke(one, '')).text()).toBe('8080');
  });

  it('leaves 8080 to a plain process that has to have it, and takes it otherwise', () => {
    const labelled = localImage({}, bindToPort);
    expect([defaultPort(localImage({}), engine), defaultPort(labelled, engine)]).toEqual([8_081, 8_080]);
    expect(defaultPort(localImage({}), { ...engine, kind: 'docker' })).toBe(8_080);
  });

  it('says of a container that ended by itself how it did', async () => {
    const one = host(program('#!/bin/sh\necho no model >&2\nexit 3\n'));
    expect(await one.ended).toEqual({ status: 'Failed', failureReason: 'serve ended by itself with exit code 3', exitCode: 3 });
    const other = host(program('#!/bin/sh\nexit 0\n'));
    expect(await other.ended).toMatchObject({
      status: 'Failed',
      failureReason: expect.stringContaining('stay in the foreground (CC-49)') as unknown,
    });
    const none = host('#!/bin/sh\n');
    expect(await none.ended).toEqual({ status: 'Failed', failureReason: 'exec: "serve": executable file not found in $PATH' });
  });

  it('says when a container is lost, and when it is healthy again', async () => {
    const one = host(
      server({
        more: 'let sick = false;',
        ping: 'answer.statusCode = sick ? 500 : 200; answer.end();',
        invoke: "sick = String(body) === 'sicken'; answer.end();",
      }),
      {},
      { time: fastWall({ 5_000: 100 }) },
    );
    await invoke(one, 'sicken');
    await vi.waitFor(
      () => expect(notices(one.events).join()).toContain('unhealthy, SageMaker would replace the instance now: GET /ping was answered with 500'),
      {
        timeout: 20_000,
      },
    );
    await invoke(one, 'heal');
    await vi.waitFor(() => expect(notices(one.events)).toContain('healthy again'), { timeout: 20_000 });
  });

  it('asks it to end with SIGTERM, kills it 30 s later, and closes its door', async () => {
    const asked = impatient(engine, 100);
    const one = host(server({ more: "process.on('SIGTERM', () => console.log('asked'));" }), {}, { engine: asked });
    const url = await one.url;
    expect(await one.stop()).toEqual({ status: 'Stopped' });
    expect(asked.graces).toEqual([30_000]);
    expect(one.events).toContainEqual({ type: 'log', host: 'serve', stream: 'stdout', line: 'asked' });
    await expect(fetch(url)).rejects.toThrow();
  });

  it('refuses a port that is taken, and a model that is no archive', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo; // It listens on TCP.
    await expect(host(server({}), { port }).ended).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken`);
    taken.close();
    const bad = join(folderOf({ 'model.tar.gz': 'no archive' }), 'model.tar.gz');
    await expect(host(server({}), { modelData: bad }).ended).rejects.toThrow(
      /model\.tar\.gz: Cannot unpack the archive: it is no gzip; SageMaker would refuse/,
    );
  });

  it('does not end with a caller that leaves in the middle of its request', async () => {
    const one = host(server({}));
    const url = new URL(await one.url);
    const call = httpRequest({ hostname: url.hostname, port: url.port, path: '/invocations', method: 'POST', headers: { 'Content-Length': '1000' } });
    call.on('error', () => {});
    call.write('half');
    await new Promise((resolve) => setTimeout(resolve, 50));
    call.destroy();
    expect(await (await invoke(one, 'whole')).text()).toBe('whole');
  });
});
