import { request } from 'node:http';
import { connect } from 'node:net';
import { DescribeEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WireRequest } from '../../src/emulator/front.ts';
import { bodyLimitBytes, type Server, startServer } from '../../src/emulator/server.ts';
import { administratorKeys, region, testFront } from './front-fixture.ts';

let server: Server;
let seen: WireRequest[];

beforeEach(async () => {
  seen = [];
  server = await startServer(
    {
      async handle(wire) {
        seen.push(wire);
        return {
          status: 200,
          headers: { 'content-type': 'text/plain', ...(wire.method === 'HEAD' && { 'content-length': '12345' }) },
          body: wire.body,
        };
      },
    },
    0,
  );
});
afterEach(() => server.close());

test('startServer() listens on the loopback interface and hands on path, query, headers and body', async () => {
  const answer = await fetch(`${server.url}/a%20b/c%2Fd?x=1%262&location&y=a%2Bb`, {
    method: 'POST',
    headers: { 'X-Amz-Target': 'S.Op' },
    body: 'text',
  });
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(seen[0]).toMatchObject({ method: 'POST', path: '/a%20b/c%2Fd', query: { x: '1&2', location: '', y: 'a+b' } });
  expect(seen[0]?.headers['x-amz-target']).toBe('S.Op');
  expect(await answer.text()).toBe('text');
});

test('an answer has no Date, which a client would take for its clock', async () => {
  expect((await fetch(server.url)).headers.get('date')).toBeNull();
});

test('a HEAD tells the length of what it does not send', async () => {
  const answer = await fetch(server.url, { method: 'HEAD' });
  expect(answer.headers.get('content-length')).toBe('12345');
  expect(await answer.text()).toBe('');
});

test('a body over the limit is 413, announced or not', async () => {
  const status = (headers: Record<string, string>, chunks: number) =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(server.url, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      if (chunks === 0) sent.flushHeaders();
      for (let i = 0; i < chunks; i++) sent.write(Buffer.alloc(1024 * 1024));
      if (chunks > 0) sent.end();
    });
  expect(await status({ 'content-length': String(bodyLimitBytes + 1) }, 0)).toBe(413);
  expect(await status({ 'transfer-encoding': 'chunked' }, 31)).toBe(413);
  expect(seen).toEqual([]);
});

test('close() ends connections that are open, and gives the port back', async () => {
  const { port } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await server.close();
  await ended;
  const again = await startServer({ handle: () => Promise.reject(new Error('never')) }, Number(port));
  await again.close();
});

test('many requests at once are all answered, each with its own answer', async () => {
  const aws = testFront();
  aws.serve('sagemaker', { DescribeEndpoint: (input) => ({ EndpointName: (input as { EndpointName: string }).EndpointName }) });
  const real = await startServer(aws.front, 0);
  const client = new SageMakerClient({ region, credentials: administratorKeys, endpoint: real.url });
  const names = Array.from({ length: 300 }, (_, index) => `e-${index}`);
  const answers = await Promise.all(names.map((EndpointName) => client.send(new DescribeEndpointCommand({ EndpointName }))));
  await real.close();
  expect(answers.map((answer) => answer.EndpointName)).toEqual(names);
});
