import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import type { WireAnswer, WireRequest } from '../../wire/message.ts';
import type { Freezer } from './thaw.ts';

/** Brings a request to the emulator and its answer back. A rejection is a broken connection. */
export type Transport = (request: WireRequest) => Promise<WireAnswer>;

/** A socket that is always connected. */
class Socket extends EventEmitter {
  readonly connecting = false;
  readonly remoteAddress = '127.0.0.1';
  destroyed = false;
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  destroy(): this {
    this.destroyed = true;
    return this;
  }
}

class IncomingMessage extends Readable {
  readonly statusCode: number;
  readonly statusMessage = '';
  readonly httpVersion = '1.1';
  readonly headers: Record<string, string>;
  readonly rawHeaders: string[];
  readonly socket: Socket;
  complete = true;

  constructor(answer: WireAnswer, socket: Socket) {
    super({ read() {} });
    this.statusCode = answer.status;
    this.headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]));
    this.rawHeaders = Object.entries(answer.headers).flat();
    this.socket = socket;
    if (answer.body.byteLength > 0) this.push(Buffer.from(answer.body));
    this.push(null);
  }
  setTimeout(): this {
    return this;
  }
}

interface RequestOptions {
  readonly method?: string;
  readonly path?: string;
  readonly pathname?: string;
  readonly search?: string;
  readonly host?: string | null;
  readonly hostname?: string | null;
  readonly port?: number | string | null;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** What `http.request` returns: enough of Node's for an SDK's HTTP handler. */
class ClientRequest extends Writable {
  readonly socket = new Socket();
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly #headers = new Map<string, string>();
  readonly #chunks: Uint8Array[] = [];
  readonly #send: (request: ClientRequest, body: Uint8Array) => void;
  aborted = false;
  reusedSocket = false;

  constructor(options: RequestOptions, send: (request: ClientRequest, body: Uint8Array) => void) {
    super({ autoDestroy: false, emitClose: false });
    this.#send = send;
    this.method = (options.method ?? 'GET').toUpperCase();
    this.path = options.path ?? `${options.pathname ?? '/'}${options.search ?? ''}`;
    const name = options.hostname ?? options.host ?? 'localhost';
    this.host = options.port === undefined || options.port === null || options.port === '' ? name : `${name}:${options.port}`;
    for (const [key, value] of Object.entries(options.headers ?? {})) if (value !== undefined) this.setHeader(key, value);
    if (!this.#headers.has('host')) this.setHeader('host', this.host);
    queueMicrotask(() => {
      this.emit('socket', this.socket);
      // `Expect: 100-continue` is answered by every server an SDK meets.
      if (this.#headers.get('expect') === '100-continue') this.emit('continue');
    });
  }
  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, done: () => void): void {
    this.#chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk);
    done();
  }
  override _final(done: () => void): void {
    done();
    this.#send(this, Buffer.concat(this.#chunks));
  }
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.aborted = true;
    done(error);
    this.emit('close');
  }
  get headers(): Record<string, string> {
    return Object.fromEntries(this.#headers);
  }
  setHeader(name: string, value: unknown): this {
    this.#headers.set(name.toLowerCase(), Array.isArray(value) ? value.map(String).join(', ') : String(value));
    return this;
  }
  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase());
  }
  removeHeader(name: string): void {
    this.#headers.delete(name.toLowerCase());
  }
  flushHeaders(): void {}
  setTimeout(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setSocketKeepAlive(): this {
    return this;
  }
  abort(): void {
    this.destroy();
  }
}

class Agent {
  readonly options: Readonly<Record<string, unknown>>;
  readonly sockets = {};
  readonly requests = {};
  readonly freeSockets = {};
  readonly keepAlive: unknown;
  readonly keepAliveMsecs: unknown;
  readonly maxSockets: unknown;

  constructor(options: Readonly<Record<string, unknown>> = {}) {
    this.options = options;
    this.keepAlive = options['keepAlive'] ?? false;
    this.keepAliveMsecs = options['keepAliveMsecs'] ?? 1000;
    this.maxSockets = options['maxSockets'] ?? Number.POSITIVE_INFINITY;
  }
  destroy(): void {}
}

/** The HTTP client of one environment. */
export interface SandboxHttp {
  /** Requests sent and not yet answered. */
  readonly inFlight: () => number;
  /** `http` and `https`: both reach the emulator, whatever the host. */
  readonly module: Readonly<Record<string, unknown>>;
}

/** @param transport asked for each request; what it does must happen in microtasks, or wait for the emulator's clock */
export function sandboxHttp(transport: Transport, freezer: Freezer): SandboxHttp {
  let inFlight = 0;
  const send = (request: ClientRequest, body: Uint8Array) => {
    if (freezer.ended || request.aborted) return;
    inFlight++;
    const settled = (then: () => void) => {
      inFlight--;
      freezer.run(() => {
        if (!request.aborted) then();
      });
    };
    const at = request.path.indexOf('?');
    const path = at < 0 ? request.path : request.path.slice(0, at);
    const query = at < 0 ? {} : Object.fromEntries(new URLSearchParams(request.path.slice(at + 1)));
    transport({ method: request.method, path, query, headers: request.headers, body }).then(
      (answer) =>
        settled(() => {
          const response = new IncomingMessage(answer, request.socket);
          response.once('close', () => request.emit('close'));
          request.emit('response', response);
        }),
      (error: unknown) =>
        settled(() => {
          request.emit('error', error);
          request.emit('close');
        }),
    );
  };
  const request = (...parameters: unknown[]): ClientRequest => {
    const rest = [...parameters];
    let options: RequestOptions = {};
    if (typeof rest[0] === 'string' || rest[0] instanceof URL) {
      const url = new URL(rest.shift() as string | URL);
      options = { hostname: url.hostname, port: url.port, path: `${url.pathname}${url.search}` };
    }
    if (typeof rest[0] === 'object' && rest[0] !== null) options = { ...options, ...(rest.shift() as RequestOptions) };
    const made = new ClientRequest(options, send);
    if (typeof rest[0] === 'function') made.once('response', rest[0] as (response: unknown) => void);
    return made;
  };
  const get = (...parameters: unknown[]) => {
    const made = request(...parameters);
    made.end();
    return made;
  };
  return {
    inFlight: () => inFlight,
    module: {
      request,
      get,
      Agent,
      globalAgent: new Agent(),
      ClientRequest,
      IncomingMessage,
      METHODS: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'],
    },
  };
}
