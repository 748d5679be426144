import { Readable } from 'node:stream';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { virtualClock } from '../../src/emulator/clock.ts';
import type { WireRequest } from '../../src/emulator/front.ts';
import { createStsService } from '../../src/emulator/sts/service.ts';
import { inProcess } from '../../src/emulator/transport.ts';
import { account, administratorKeys, region, testFront } from './front-fixture.ts';

const echo = () => {
  const seen: WireRequest[] = [];
  const handler = inProcess({
    async handle(request) {
      seen.push(request);
      return { status: 200, headers: {}, body: request.body };
    },
  });
  return { seen, handler };
};
const plain = { method: 'POST', hostname: 'sts.amazonaws.com', path: '/', headers: {} };

test.each<[string, unknown]>([
  ['text', 'héllo'],
  ['bytes', Buffer.from('héllo')],
  ['a Readable', Readable.from([Buffer.from('hé'), Buffer.from('llo')])],
  ['a web stream', new Blob(['héllo']).stream()],
])('inProcess() takes a body of %s', async (_kind, body) => {
  const { seen, handler } = echo();
  await handler.handle({ ...plain, body });
  expect(Buffer.from(seen[0]?.body ?? []).toString()).toBe('héllo');
});

test('inProcess() copies a body, so that what a service keeps does not change under it', async () => {
  const { seen, handler } = echo();
  const body = Buffer.from('before');
  await handler.handle({ ...plain, body });
  body.write('after!');
  expect(Buffer.from(seen[0]?.body ?? []).toString()).toBe('before');
});

test('inProcess() hands on lower-case headers, the host and the query', async () => {
  const { seen, handler } = echo();
  await handler.handle({ ...plain, port: 99, headers: { 'X-A': '1' }, query: { a: 'b', c: null, d: ['e'] } });
  expect(seen[0]).toMatchObject({ headers: { 'x-a': '1', host: 'sts.amazonaws.com:99' }, query: { a: 'b', c: '', d: 'e' } });
});

test('inProcess() ends at once when the caller has given up', async () => {
  await expect(echo().handler.handle(plain, { abortSignal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
});

test('a client in process is answered before the virtual clock may move', async () => {
  const aws = testFront();
  aws.front.register(createStsService({ account }).service);
  const client = new STSClient({ region, credentials: administratorKeys, requestHandler: inProcess(aws.front) });
  const command = new GetCallerIdentityCommand({});
  await client.send(command); // the first call of any client resolves its configuration
  const clock = virtualClock(0);
  let answered = false;
  void client.send(command).then(() => {
    answered = true;
  });
  await clock.settle();
  expect(answered).toBe(true);
});
