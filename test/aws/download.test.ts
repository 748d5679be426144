import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { download } from '../../src/aws/download.ts';
import { rejection } from '../emulator/front-fixture.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(() => Promise.all(open.splice(0).map((close) => close())));

/** An address that answers as the test says. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // It listens on a port.
}

describe('download()', () => {
  test('reads the whole answer, in pieces as it comes, at path and query as they were signed', async () => {
    const asked: string[] = [];
    const text = '{"os":"linux","author":"Zoë"}';
    const bytes = Buffer.from(text);
    const address = await answering((request, answer) => {
      asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
      // In the middle of a letter of two bytes.
      const cut = bytes.indexOf(0xc3) + 1;
      answer.write(bytes.subarray(0, cut), () => answer.end(bytes.subarray(cut)));
    });
    expect(await download(`${address}/a/b%20c?X-Amz-Signature=d%2Fe`)).toBe(text);
    expect(asked).toEqual(['GET /a/b%20c?X-Amz-Signature=d%2Fe']);
  });

  test.each([403, 404, 307, 500, 204])('has no answer with status %i, and tells it without the signed address', async (status) => {
    const address = await answering((_, answer) => void answer.writeHead(status).end());
    const error = await rejection(download(`${address}/x?X-Amz-Signature=secret`));
    expect(error).toMatchObject({ name: 'Unavailable', message: `Cannot read from "${new URL(address).host}": status ${status}` });
    expect(error.message).not.toContain('secret');
  });

  test('reads no more than a configuration can be', async () => {
    const address = await answering((_, answer) => {
      const block = Buffer.alloc(1 << 20);
      for (let sent = 0; sent < 9; sent++) answer.write(block);
      answer.end();
    });
    expect(await rejection(download(address))).toMatchObject({
      name: 'Unavailable',
      message: expect.stringContaining('more than 8388608 bytes') as string,
    });
  });

  test('takes no half of an answer for the whole', async () => {
    const address = await answering((_, answer) => {
      answer.writeHead(200, { 'content-length': '100' });
      answer.write('{"os":', () => answer.destroy());
    });
    expect(await rejection(download(address))).toMatchObject({ name: 'Unavailable' });
  });

  test('a connection that is refused is the world’s failure, not ours', async () => {
    const address = await answering(() => {});
    await Promise.all(open.splice(0).map((close) => close()));
    expect(await rejection(download(address))).toMatchObject({ name: 'Unavailable', message: expect.stringContaining('ECONNREFUSED') as string });
  });
});
