import { createHash, createHmac } from 'node:crypto';
import { AddPermissionCommand, CreateFunctionCommand, CreateFunctionUrlConfigCommand, GetFunctionUrlConfigCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { scaledClock } from '../../../src/emulator/clock.ts';
import { anyLogs, type LambdaCloud, lambdaCloud, zipFiles } from './cloud.ts';

let cloud: LambdaCloud;
beforeEach(async () => {
  cloud = await lambdaCloud({ clock: scaledClock(60, Date.parse('2026-11-22T12:00:00Z')), http: true });
});
afterEach(() => cloud.stop());

const region = 'eu-west-1';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Signs by the book (AWS, "Signature Version 4"), and fetches. */
async function signedFetch(
  address: string,
  keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  request: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const url = new URL(address);
  const { method = 'GET', body = '' } = request;
  const date = '20261122T120000Z';
  const headers: Record<string, string> = {
    ...request.headers,
    host: url.host,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': date,
    ...(keys.sessionToken && { 'x-amz-security-token': keys.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams].map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).sort();
  // Every service but S3 has its path encoded once more.
  const path = url.pathname.split('/').map(encodeURIComponent).join('/');
  const canonical = [method, path, query.join('&'), ...names.map((name) => `${name}:${headers[name]}`), '', names.join(';'), sha256(body)].join('\n');
  const scope = `20261122/${region}/lambda/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = ['20261122', region, 'lambda', 'aws4_request'].reduce<string | Buffer>((at, part) => hmac(at, part), `AWS4${keys.secretAccessKey}`);
  const signature = hmac(key, toSign).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const { host: _host, ...sent } = headers;
  return await fetch(address, { method, headers: { ...sent, authorization }, ...(body !== '' && { body }) });
}

async function withUrl(source: string, authType: 'AWS_IAM' | 'NONE' = 'AWS_IAM'): Promise<string> {
  await cloud.client.send(
    new CreateFunctionCommand({
      FunctionName: 'api',
      Handler: 'functions/index.handler',
      Runtime: 'nodejs24.x',
      Role: cloud.role('api-role'),
      Code: { ZipFile: zipFiles({ 'functions/index.js': source }) },
    }),
  );
  const created = await cloud.client.send(new CreateFunctionUrlConfigCommand({ FunctionName: 'api', AuthType: authType }));
  const got = await cloud.client.send(new GetFunctionUrlConfigCommand({ FunctionName: 'api' }));
  expect(got.FunctionUrl).toBe(created.FunctionUrl);
  expect(created.FunctionUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/lambda-url\/[0-9a-f]{32}\/$/);
  return created.FunctionUrl ?? '';
}
const admin = { accessKeyId: 'test', secretAccessKey: 'test' };

it('a function URL hands the function payload 2.0 with who called', async () => {
  const url = await withUrl('exports.handler = async (event) => event;');
  const body = '{"a":1}';
  const answer = await signedFetch(`${url}rollouts/r%201?limit=2&x=y`, admin, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/json');
  const event = (await answer.json()) as Record<string, unknown> & { requestContext: { time: string; timeEpoch: number } };
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/rollouts/r 1',
    rawQueryString: 'limit=2&x=y',
    queryStringParameters: { limit: '2', x: 'y' },
    headers: { 'content-type': 'application/json' },
    body,
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      authorizer: { iam: { accessKey: 'test', accountId: '000000000000', userArn: 'arn:aws:iam::000000000000:user/administrator' } },
      http: { method: 'POST', path: '/rollouts/r 1', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
    },
  });
  expect(event.requestContext.time).toMatch(/^22\/Nov\/2026:1\d:\d\d:\d\d \+0000$/);
  expect(event.requestContext.timeEpoch).toBeGreaterThan(Date.parse('2026-11-22T12:00:00Z'));
});

it('a function URL answers with status, headers and body, base 64 decoded', async () => {
  const url = await withUrl(
    "exports.handler = async () => ({ statusCode: 201, headers: { 'X-Thing': 'yes', 'content-type': 'text/plain' }, body: Buffer.from('hello').toString('base64'), isBase64Encoded: true });",
  );
  const answer = await signedFetch(url, admin);
  expect([answer.status, answer.headers.get('x-thing'), answer.headers.get('content-type'), await answer.text()]).toEqual([
    201,
    'yes',
    'text/plain',
    'hello',
  ]);
});

it('a function URL answers 502 when the function fails', async () => {
  const url = await withUrl("exports.handler = async () => { throw new Error('secret'); };");
  const answer = await signedFetch(url, admin);
  expect(answer.status).toBe(502);
  expect(await answer.text()).not.toContain('secret');
});

it('a function URL with AWS_IAM wants both permissions and a right signature', async () => {
  const url = await withUrl('exports.handler = async (event) => event.requestContext.authorizer.iam.userArn;');
  const function1 = 'arn:aws:lambda:eu-west-1:000000000000:function:api';
  const keysOf = (name: string, actions: string[]) =>
    cloud.identities.accessKeyFor(cloud.role(name, [anyLogs, { Effect: 'Allow', Action: actions, Resource: function1 }]));
  expect((await fetch(url)).status).toBe(403);
  expect((await signedFetch(url, { ...admin, secretAccessKey: 'guess' })).status).toBe(403);
  expect((await signedFetch(url, keysOf('half', ['lambda:InvokeFunctionUrl']))).status).toBe(403);
  const answer = await signedFetch(url, keysOf('whole', ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']));
  expect([answer.status, await answer.text()]).toEqual([200, 'arn:aws:sts::000000000000:assumed-role/whole/local']);
});

it('a function URL with NONE is open once its policy says so', async () => {
  const url = await withUrl('exports.handler = async (event) => event.requestContext.accountId;', 'NONE');
  expect((await fetch(url)).status).toBe(403);
  await cloud.client.send(
    new AddPermissionCommand({
      FunctionName: 'api',
      StatementId: 'open',
      Action: 'lambda:InvokeFunctionUrl',
      Principal: '*',
      FunctionUrlAuthType: 'NONE',
    }),
  );
  const answer = await fetch(url);
  expect([answer.status, await answer.text()]).toEqual([200, 'anonymous']);
});
