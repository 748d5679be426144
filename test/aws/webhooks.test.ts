import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signedWebhooks } from '../../src/aws/webhooks.ts';
import { rejection } from '../emulator/front-fixture.ts';
import { refuse, scriptedAws } from './client.ts';

let aws: ReturnType<typeof scriptedAws>;
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
let heard: { headers: IncomingMessage['headers']; method: string | undefined; url: string | undefined; body: string }[];

beforeEach(async () => {
  aws = scriptedAws();
  heard = [];
  answer = (_request, response) => response.end('{"result":"successful","reason":"fine"}');
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      heard.push({ headers: request.headers, method: request.method, url: request.url, body });
      answer(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const withSecret = () =>
  aws.serve('ssm', { GetParameter: () => ({ Parameter: { Name: '/sluice/webhooks/judge', Type: 'SecureString', Value: 'shared secret' } }) });
const here = (path = '/judge?x=1') => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const ask = (options: { url?: string; addresses?: 'refused' | 'allowed'; timeoutMs?: number; body?: string } = {}) =>
  signedWebhooks(options.addresses ?? 'allowed', new SSMClient(aws.options)).ask(
    options.url ?? here(),
    'judge',
    options.body ?? '{"contract":1,"é":1}',
    {
      timeoutMs: options.timeoutMs ?? 60_000,
      mostBytes: 100,
    },
  );

describe('ask()', () => {
  test('posts the question, signed with the secret of that name', async () => {
    withSecret();
    expect(await ask()).toEqual({ kind: 'answered', text: '{"result":"successful","reason":"fine"}' });
    const signature = createHmac('sha256', 'shared secret').update('{"contract":1,"é":1}', 'utf8').digest('hex');
    expect(heard).toMatchObject([
      {
        method: 'POST',
        url: '/judge?x=1',
        body: '{"contract":1,"é":1}',
        headers: { 'content-type': 'application/json', 'x-sluice-signature': `sha256=${signature}` },
      },
    ]);
    expect(aws.asked('GetParameter')).toMatchObject([{ Name: '/sluice/webhooks/judge', WithDecryption: true }]);
  });

  test('signs as RFC 4231 has it', async () => {
    aws.serve('ssm', { GetParameter: () => ({ Parameter: { Value: 'Jefe' } }) });
    await ask({ body: 'what do ya want for nothing?' });
    expect(heard[0]?.headers['x-sluice-signature']).toBe('sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  test('follows no redirect', async () => {
    withSecret();
    answer = (_request, response) => response.writeHead(302, { location: here('/elsewhere') }).end();
    expect(await ask()).toEqual({ kind: 'failed', text: 'status 302: ' });
    expect(heard).toHaveLength(1);
  });

  test('takes no answer that is too long, whatever it says of its length', async () => {
    withSecret();
    answer = (_request, response) => {
      for (let part = 0; part < 50; part++) response.write('x'.repeat(50));
      response.end();
    };
    expect(await ask()).toEqual({ kind: 'too-large' });
  });

  test('waits no longer than it may, also for the rest of an answer', async () => {
    withSecret();
    answer = (_request, response) => response.writeHead(200).write('{"result":');
    expect(await ask({ timeoutMs: 50 })).toEqual({ kind: 'timed-out' });
  });

  test('waits no longer than it may for the secret either', async () => {
    aws.serve('ssm', { GetParameter: () => new Promise(() => {}) });
    expect(await ask({ timeoutMs: 50 })).toEqual({ kind: 'timed-out' });
    expect(heard).toEqual([]);
  });

  test('makes a connection of its own for each question', async () => {
    withSecret();
    const sockets = new Set<number | undefined>();
    answer = (request, response) => {
      sockets.add(request.socket.remotePort);
      response.end('{}');
    };
    await ask();
    await ask();
    expect(sockets.size).toBe(2);
    expect(heard.map(({ headers }) => headers.connection)).toEqual(['close', 'close']);
  });

  test('says what failed', async () => {
    withSecret();
    answer = (_request, response) => response.writeHead(500).end('out of order');
    expect(await ask()).toEqual({ kind: 'failed', text: 'status 500: out of order' });
    answer = (request) => request.socket.destroy();
    expect(await ask()).toMatchObject({ kind: 'failed' });
  });

  test.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::ffff:10.0.0.1]/',
    'https://2130706433/',
    'https://localhost/',
  ])('asks nothing of %s unless private addresses are allowed', async (url) => {
    withSecret();
    expect(await ask({ url, addresses: 'refused' })).toMatchObject({ kind: 'address-refused' });
  });

  test('asks this machine nothing over http either', async () => {
    withSecret();
    expect(await ask({ addresses: 'refused' })).toMatchObject({ kind: 'address-refused' });
    expect(heard).toEqual([]);
  });

  test('throws where the secret can’t be read', async () => {
    aws.serve('ssm', { GetParameter: refuse('ParameterNotFound', 'Parameter /sluice/webhooks/judge not found.') });
    const error = await rejection(ask());
    expect([error.name, error.message.slice(0, 48)]).toEqual(['Refused', 'Cannot read secret "/sluice/webhooks/judge": Par']);
    expect(heard).toEqual([]);
  });
});
