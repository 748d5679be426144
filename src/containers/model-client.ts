import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { contract } from './contract.ts';
import { type Wall, wall } from './wall.ts';

/** Headers of InvokeEndpoint that reach a container; every other header of the caller's is dropped. */
export const passedOn = {
  contentType: 'Content-Type',
  accept: 'Accept',
  customAttributes: 'X-Amzn-SageMaker-Custom-Attributes',
  inferenceId: 'X-Amzn-SageMaker-Inference-Id',
  sessionId: 'X-Amzn-SageMaker-Session-Id',
  targetModel: 'X-Amzn-SageMaker-Target-Model',
  enableExplanations: 'X-Amzn-SageMaker-Enable-Explanations',
} as const;

/** Headers of a container's answer that reach the caller, besides `Content-Type`. */
export const passedBack = {
  customAttributes: 'X-Amzn-SageMaker-Custom-Attributes',
  newSessionId: 'X-Amzn-SageMaker-New-Session-Id',
  closedSessionId: 'X-Amzn-SageMaker-Closed-Session-Id',
} as const;

/** One request of a caller's; a header that is unset was not sent. */
export type ModelRequest = { readonly body: Uint8Array } & { readonly [Header in keyof typeof passedOn]?: string | undefined };

/** What a container made of one request; latencies are its own, microseconds. */
export type ModelAnswer =
  | ({
      readonly kind: 'answered';
      readonly status: number;
      readonly contentType: string;
      readonly body: Uint8Array;
      readonly latencyUs: number;
    } & { readonly [Header in keyof typeof passedBack]?: string | undefined })
  | { readonly kind: 'timed-out'; readonly latencyUs: number }
  | { readonly kind: 'broken'; readonly reason: string; readonly latencyUs: number };

/** What a container made of one ping: only a 200 in time is healthy. */
export type Ping = { readonly healthy: true } | { readonly healthy: false; readonly why: string };

interface Exchange {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Uint8Array;
}

/** An exchange that came to nothing within its time. */
class NoAnswer extends Error {
  override name = 'NoAnswer';
  readonly isTimeOut: boolean;

  constructor(message: string, isTimeOut: boolean) {
    super(message);
    this.isTimeOut = isTimeOut;
  }
}

/** HTTP to one container, over connections that are kept. */
export interface ModelClient {
  /** Waits 60 s for an answer. */
  invoke(request: ModelRequest): Promise<ModelAnswer>;
  /** Waits 2 s for an answer. */
  ping(): Promise<Ping>;
  close(): void;
}

/** A header that came once or several times; the first counts. */
const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** @param url `http://127.0.0.1:<port>` */
export function modelClient(url: string, time: Wall = wall): ModelClient {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true });

  function exchange(
    method: 'GET' | 'POST',
    path: string,
    headers: Record<string, string | number>,
    body: Uint8Array | undefined,
    withinMs: number,
  ): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      const call = httpRequest({ agent, hostname, port, method, path, headers });
      const timer = time.after(withinMs, () => call.destroy(new NoAnswer(`no answer within ${withinMs / 1000} s`, true)));
      const fail = (error: Error & { code?: string }) => {
        timer.cancel();
        // A kept connection the container closed just as we took it: nothing was read from it, so the request is made again.
        if (call.reusedSocket && error.code === 'ECONNRESET') exchange(method, path, headers, body, withinMs).then(resolve, reject);
        else reject(error instanceof NoAnswer ? error : new NoAnswer(error.message, false));
      };
      call.once('error', fail);
      call.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', fail);
        response.once('end', () => {
          timer.cancel();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      call.end(body);
    });
  }

  return {
    async invoke(request) {
      const headers: Record<string, string | number> = { 'Content-Length': request.body.length, 'User-Agent': 'AHC/2.0' };
      for (const [field, header] of Object.entries(passedOn)) {
        const value = request[field as keyof typeof passedOn]; // A key of the very table.
        if (value !== undefined) headers[header] = value;
      }
      const beganAt = performance.now();
      const latencyUs = () => Math.max(1, Math.round(1000 * (performance.now() - beganAt)));
      try {
        const answer = await exchange('POST', '/invocations', headers, request.body, contract.invocationMs);
        const back = (header: string) => first(answer.headers[header.toLowerCase()]);
        return {
          kind: 'answered',
          status: answer.status,
          contentType: answer.headers['content-type'] ?? 'application/octet-stream',
          customAttributes: back(passedBack.customAttributes),
          newSessionId: back(passedBack.newSessionId),
          closedSessionId: back(passedBack.closedSessionId),
          body: answer.body,
          latencyUs: latencyUs(),
        };
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return error.isTimeOut ? { kind: 'timed-out', latencyUs: latencyUs() } : { kind: 'broken', reason: error.message, latencyUs: latencyUs() };
      }
    },
    async ping() {
      try {
        const { status } = await exchange('GET', '/ping', { 'User-Agent': 'AHC/2.0' }, undefined, contract.pingMs);
        return status === 200 ? { healthy: true } : { healthy: false, why: `GET /ping was answered with ${status}, expected 200` };
      } catch (error) {
        return { healthy: false, why: `GET /ping: ${error instanceof Error ? error.message : String(error)}` };
      }
    },
    close: () => agent.destroy(),
  };
}
