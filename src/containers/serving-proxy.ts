import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { contract } from './contract.ts';
import { type ModelAnswer, type ModelClient, type ModelRequest, passedBack, passedOn } from './model-client.ts';

/** One request as it went, for a person who watches. */
export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  /** What the caller got. */
  readonly status: number;
  readonly milliseconds: number;
  /** What is worth a word: why it failed, what SageMaker's caller would get. Unset: nothing is. */
  readonly text?: string;
}

/** Stands before a container as SageMaker does: its limits, its headers, its errors. */
export interface ServingProxy {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  close(): Promise<void>;
}

/** An answer of the platform's own, in the shape of its API. */
interface Refusal {
  readonly status: number;
  /** The error's name, as `x-amzn-errortype` carries it. */
  readonly code: 'ValidationError' | 'ModelError' | 'ServiceUnavailable';
  readonly message: string;
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Longest values of the headers, characters. */
const headerLimits: Readonly<Record<string, number>> = { customAttributes: 1_024, inferenceId: 64, contentType: 1_024, accept: 1_024 };

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`;

/**
 * Listens on 127.0.0.1 for `POST /invocations` and `GET /ping`.
 *
 * @param options.port 0 picks a free one
 * @param options.model the container, once it is healthy
 * @throws Error if the port is taken
 */
export async function servingProxy(options: {
  readonly port: number;
  readonly model: () => ModelClient | undefined;
  readonly tell: (request: ProxiedRequest) => void;
}): Promise<ServingProxy> {
  const server = createServer((request, response) => {
    const beganAt = performance.now();
    const { method = '', url = '' } = request;
    const [path = ''] = url.split('?');
    const done = (status: number, text?: string) =>
      options.tell({ method, path, status, milliseconds: Math.round(performance.now() - beganAt), ...(text !== undefined && { text }) });
    void (async () => {
      const model = options.model();
      if (path !== '/invocations' && path !== '/ping') {
        request.resume();
        plain(response, 404, `SageMaker asks a container for POST /invocations and GET /ping, not for ${method} ${path}\n`);
        done(404);
      } else if (method !== (path === '/ping' ? 'GET' : 'POST')) {
        request.resume();
        plain(response, 405, `SageMaker uses ${path === '/ping' ? 'GET' : 'POST'} ${path}\n`);
        done(405);
      } else if (!model) {
        request.resume();
        done(503, refuse(response, { status: 503, code: 'ServiceUnavailable', message: 'The container has not passed its first ping yet' }));
      } else if (path === '/ping') {
        const ping = await model.ping();
        plain(response, ping.healthy ? 200 : 503, ping.healthy ? '' : `${ping.why}\n`);
        done(ping.healthy ? 200 : 503, ping.healthy ? undefined : ping.why);
      } else await invoke(request, response, model, done);
    })().catch((error: unknown) => {
      // The caller left in the middle of its own request.
      response.destroy();
      done(0, error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === 'EADDRINUSE' ? new Error(`Port ${options.port} of 127.0.0.1 is taken: choose another, or 0 for a free one`, { cause }) : cause,
      ),
    );
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo; // It listens on TCP.
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function invoke(
  request: IncomingMessage,
  response: ServerResponse,
  model: ModelClient,
  done: (status: number, text?: string) => void,
): Promise<void> {
  const headers: Partial<Record<keyof typeof passedOn, string>> = {};
  for (const [field, header] of Object.entries(passedOn)) {
    const value = request.headers[header.toLowerCase()];
    const most = headerLimits[field];
    if (typeof value !== 'string') continue;
    if (most !== undefined && value.length > most) {
      request.resume();
      return done(
        400,
        refuse(response, { status: 400, code: 'ValidationError', message: `${header} has ${value.length} characters, ${most} at most` }),
      );
    }
    headers[field as keyof typeof passedOn] = value; // A key of the very table.
  }
  const body = await bodyOf(request);
  if (!body) {
    return done(
      400,
      refuse(response, { status: 400, code: 'ValidationError', message: `HTTP content length exceeded ${contract.bodyBytes} bytes.` }),
    );
  }
  const answer = await model.invoke({ ...headers, body } satisfies ModelRequest);
  const warning =
    body.length > contract.safeBodyBytes ? `${megabytes(body.length)}: the API's own model says 6 MB, some regions may refuse it` : undefined;
  if (answer.kind !== 'answered') return done(424, refuse(response, modelError(answer)));
  const back: Record<string, string | number> = { 'Content-Type': answer.contentType, 'Content-Length': answer.body.length };
  for (const [field, header] of Object.entries(passedBack)) {
    const value = answer[field as keyof typeof passedBack]; // A key of the very table.
    if (value !== undefined) back[header] = value;
  }
  // The name of the SDK's only variant.
  response.writeHead(answer.status, { ...back, 'x-Amzn-Invoked-Production-Variant': 'AllTraffic' });
  response.end(answer.body);
  done(answer.status, answer.status >= 200 && answer.status < 300 ? warning : 'a caller of InvokeEndpoint gets ModelError (424)');
}

/** The whole body, or undefined where it is larger than SageMaker takes. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // The rest is read and dropped: who is cut off in the middle of sending does not hear the answer.
    if (bytes <= contract.bodyBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes > contract.bodyBytes ? undefined : Buffer.concat(chunks);
}

function modelError(answer: Exclude<ModelAnswer, { kind: 'answered' }>): Refusal {
  const message =
    answer.kind === 'timed-out'
      ? `Your invocation timed out while waiting for a response from container primary: it did not answer within ${contract.invocationMs / 1000} s`
      : answer.reason;
  return {
    status: 424,
    code: 'ModelError',
    message: `Received server error (0) from primary with message "${message}"`,
    more: { OriginalStatusCode: 0, OriginalMessage: message },
  };
}

function refuse(response: ServerResponse, { status, code, message, more }: Refusal): string {
  response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-errortype': code });
  response.end(JSON.stringify({ message, ...more }));
  return `${code}: ${message}`;
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(text);
}
