import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Exchange } from '../checks/serving/seen.ts';

export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** How long to wait for the whole answer, wall milliseconds. */
  readonly withinMs: number;
}

/** What SageMaker's own client was seen to send: a name that is none of the container's, and no cookies. */
const platformHeaders = { Host: 'model.aws.local:8080', 'User-Agent': 'AHC/2.0' };

const header = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** One request over a connection of its own, as SageMaker would make it. Never rejects: what goes wrong is the answer. */
export const ask = (url: string, { method, path, headers = {}, body, withinMs }: Ask): Promise<Exchange> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const beganAt = performance.now();
    let connectMs = 0;
    let answer: IncomingMessage | undefined;
    const chunks: Buffer[] = [];
    const took = () => performance.now() - beganAt;
    const call = httpRequest({
      agent: false,
      hostname,
      port,
      method,
      path,
      headers: { ...platformHeaders, ...(body ? { 'Content-Length': body.length } : {}), ...headers },
    });
    const finish = (error?: string) => {
      clearTimeout(timer);
      call.destroy();
      const [contentType, location] = [header(answer?.headers['content-type']), header(answer?.headers.location)];
      resolve({
        status: error === undefined ? (answer?.statusCode ?? 0) : 0,
        ...(error === undefined ? {} : { error }),
        ...(contentType === undefined ? {} : { contentType }),
        ...(location === undefined ? {} : { location }),
        ms: took(),
        connectMs,
        text: Buffer.concat(chunks).toString('utf8').slice(0, 1_000),
      });
    };
    const timer = setTimeout(() => finish(`no answer within ${withinMs} ms`), withinMs);
    call.once('socket', (socket) => socket.once('connect', () => (connectMs = took())));
    // A server that refuses a body answers and closes: then writing fails, and the answer is what counts.
    call.on('error', (error) => setImmediate(() => (answer ? undefined : finish(error.message))));
    call.once('response', (response) => {
      answer = response;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', (error) => finish(error.message));
      response.once('end', () => finish());
    });
    call.end(body);
  });

/** What a connection came to, and how long it took, wall milliseconds. */
export const tryConnection = (
  host: string,
  port: number,
  withinMs: number,
): Promise<{ readonly ms: number; readonly outcome: 'accepted' | 'refused' | 'silence' }> =>
  new Promise((resolve) => {
    const beganAt = performance.now();
    const socket = connect({ host, port });
    const end = (outcome: 'accepted' | 'refused' | 'silence') => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ms: performance.now() - beganAt, outcome });
    };
    const timer = setTimeout(() => end('silence'), withinMs);
    socket.once('connect', () => end('accepted'));
    socket.once('error', () => end('refused'));
  });
