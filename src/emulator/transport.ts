import { Readable } from 'node:stream';
import { notEmulated } from './aws-error.ts';
import type { Front } from './front.ts';
import { noBytes } from './wire/message.ts';

/** What an SDK v3 client hands its `requestHandler`: the parts we read. */
export interface SdkRequest {
  readonly method: string;
  readonly hostname: string;
  readonly port?: number;
  /** Without query, percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | Readable;
}

/** A `requestHandler` for any SDK v3 client. (A type alias: the SDK's `requestHandler` takes any record, which no interface is.) */
export type InProcessHandler = {
  handle(request: SdkRequest, options?: { readonly abortSignal?: AbortSignal }): Promise<{ response: SdkResponse }>;
  /** The SDK asks both of a handler whose configuration it may update; there is nothing to configure. */
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
};

async function bytesOfBody(body: unknown): Promise<Uint8Array> {
  if (body === undefined || body === null) return noBytes;
  if (typeof body === 'string') return Buffer.from(body);
  // JSON protocols send a Uint8Array of their own kind, which warns when taken for text: only its bytes are looked at.
  // Copied, as a network would: what a service keeps must not change under it.
  if (body instanceof Uint8Array) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    const chunks: Uint8Array[] = [];
    // A Readable or a web stream: both yield text or bytes.
    for await (const chunk of body as AsyncIterable<string | Uint8Array>) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }
  throw notEmulated(`a request body of type ${typeof body}`);
}

function queryOf(query: SdkRequest['query']): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === null) single[name] = '';
    else if (typeof value === 'string') single[name] = value;
    else if (value.length === 1) single[name] = value[0] ?? '';
    else if (value.length > 1) throw notEmulated(`a query parameter given ${value.length} times ("${name}")`);
  }
  return single;
}

/**
 * Takes the place of the network for SDK v3 clients: `new SageMakerClient({ requestHandler: inProcess(front), ... })`.
 *
 * Nothing but microtasks lies between the call and its answer, so it is safe under the virtual clock.
 */
export function inProcess(front: Pick<Front, 'handle'>): InProcessHandler {
  return {
    async handle(request, options) {
      if (options?.abortSignal?.aborted) throw Object.assign(new Error('Request aborted'), { name: 'AbortError' });
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
      headers['host'] ??= request.port === undefined ? request.hostname : `${request.hostname}:${request.port}`;
      const answer = await front.handle({
        method: request.method,
        path: request.path,
        query: queryOf(request.query),
        headers,
        body: await bytesOfBody(request.body),
      });
      // S3's client wraps the body of an object as a stream and takes nothing else; every other client takes bytes.
      const streams = (headers['authorization'] ?? '').includes('/s3/aws4_request');
      const body = streams ? Readable.from(answer.body.length === 0 ? [] : [answer.body]) : answer.body;
      return { response: { statusCode: answer.status, headers: { ...answer.headers }, body } };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}
