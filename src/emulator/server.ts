import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Front } from './front.ts';
import type { WireRequest } from './wire/message.ts';

export interface Server {
  /** `http://127.0.0.1:4566`, without slash at the end: what `AWS_ENDPOINT_URL` takes. */
  readonly url: string;
  /** Stops listening and ends every connection, busy ones too. */
  close(): Promise<void>;
}

/** A request's body may be this long, in bytes; more is answered 413. */
export const bodyLimitBytes = 30 * 1024 * 1024;

/** Idle connections stay open for longer than SDK clients keep them, so that none is closed under a request. Wall time. */
const keepAliveMs = 65_000;

class BodyTooLong extends Error {
  override name = 'BodyTooLong';
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array> {
  if (Number(incoming.headers['content-length'] ?? 0) > bodyLimitBytes) throw new BodyTooLong();
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyLimitBytes) throw new BodyTooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toWire(incoming: IncomingMessage, body: Uint8Array): WireRequest {
  const target = incoming.url ?? '/';
  const at = target.indexOf('?');
  const query: Record<string, string> = {};
  if (at >= 0) {
    for (const pair of target.slice(at + 1).split('&')) {
      if (pair === '') continue;
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      query[decode(name)] = equals < 0 ? '' : decode(pair.slice(equals + 1));
    }
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { method: incoming.method ?? 'GET', path: at < 0 ? target : target.slice(0, at), query, headers, body };
}

/** Percent-encoding that isn't well-formed stays as it is: the signature then tells. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

async function answer(front: Pick<Front, 'handle'>, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  // The SDK would take our Date for the clock it should sign with, and emulator time isn't wall time.
  outgoing.sendDate = false;
  let body: Uint8Array;
  try {
    body = await readBody(incoming);
  } catch (error) {
    if (!(error instanceof BodyTooLong)) return void outgoing.destroy();
    outgoing.writeHead(413, { 'content-type': 'application/json', 'x-amzn-errortype': 'RequestEntityTooLargeException', connection: 'close' });
    outgoing.end(JSON.stringify({ message: `Request must be smaller than ${bodyLimitBytes} bytes` }), () => incoming.destroy());
    return;
  }
  const { status, headers, body: content } = await front.handle(toWire(incoming, body));
  outgoing.writeHead(status, { 'content-length': String(content.length), ...headers });
  outgoing.end(incoming.method === 'HEAD' ? undefined : content);
}

/**
 * Serves the embedded AWS over HTTP on the loopback interface.
 *
 * @param port 0 takes a free one
 * @throws Error when the port is taken
 */
export async function startServer(front: Pick<Front, 'handle'>, port: number): Promise<Server> {
  const server = createServer({ keepAlive: true, keepAliveTimeout: keepAliveMs }, (incoming, outgoing) => {
    answer(front, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo; // listening on TCP, so never a pipe's name and never null
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
