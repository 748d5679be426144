import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { ModelAnswer, ModelRequest } from './workloads.ts';

// Both limits are wall time whatever the clock: compute is not scaled.

/** AWS gives a container 60 s to answer an invocation. */
const invocationMs = 60_000;
/** And 2 s to answer a ping. */
const pingMs = 2_000;

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
  invoke(request: ModelRequest): Promise<ModelAnswer>;
  /** True at a 200 within 2 s. */
  ping(): Promise<boolean>;
  close(): void;
}

/** @param url `http://127.0.0.1:<port>` */
export function modelClient(url: string): ModelClient {
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
      const timer = setTimeout(() => call.destroy(new NoAnswer(`no answer within ${withinMs / 1000} s`, true)), withinMs);
      const fail = (error: Error & { code?: string }) => {
        clearTimeout(timer);
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
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      call.end(body);
    });
  }

  return {
    async invoke(request) {
      // Only what the API names reaches the container; every other header of the caller's is dropped.
      const headers: Record<string, string | number> = { 'Content-Length': request.body.length, 'User-Agent': 'AHC/2.0' };
      if (request.contentType !== undefined) headers['Content-Type'] = request.contentType;
      if (request.accept !== undefined) headers['Accept'] = request.accept;
      if (request.customAttributes !== undefined) headers['X-Amzn-SageMaker-Custom-Attributes'] = request.customAttributes;
      if (request.inferenceId !== undefined) headers['X-Amzn-SageMaker-Inference-Id'] = request.inferenceId;
      const beganAt = performance.now();
      const latencyUs = () => Math.max(1, Math.round(1000 * (performance.now() - beganAt)));
      try {
        const answer = await exchange('POST', '/invocations', headers, request.body, invocationMs);
        const attributes = answer.headers['x-amzn-sagemaker-custom-attributes'];
        return {
          kind: 'answered',
          status: answer.status,
          contentType: answer.headers['content-type'] ?? 'application/octet-stream',
          customAttributes: Array.isArray(attributes) ? attributes[0] : attributes,
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
        return (await exchange('GET', '/ping', { 'User-Agent': 'AHC/2.0' }, undefined, pingMs)).status === 200;
      } catch {
        return false;
      }
    },
    close: () => agent.destroy(),
  };
}
