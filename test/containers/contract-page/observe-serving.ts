import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../../src/containers/container.ts';
import { type ServingEvent, type ServingResult, serveLocally } from '../../../src/containers/local-serving.ts';
import { freePort } from '../../../src/containers/ports.ts';
import type { Wall } from '../../../src/containers/wall.ts';
import { folderOf } from '../folder.ts';
import { impatient, localImage } from '../local.ts';
import { serveProbe } from './probe.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The probe as a hosted model. */
export interface Hosted {
  /** Asks the proxy, in service or not; headers exactly these. */
  ask(method: string, path: string, body?: string | Uint8Array, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  readonly inService: Promise<void>;
  readonly ended: Promise<ServingResult>;
  stop(): Promise<ServingResult>;
  readonly statuses: () => readonly string[];
  /** Milliseconds between SIGTERM and SIGKILL, as asked for. */
  readonly graces: readonly number[];
}

export async function hostProbe(engine: Engine, environment: Readonly<Record<string, string>>, startupMs: number, time: Wall): Promise<Hosted> {
  const events: ServingEvent[] = [];
  const stop = new AbortController();
  const asked = impatient(engine, 100);
  const port = await freePort();
  let healthy = () => {};
  const inService = new Promise<void>((resolve) => (healthy = resolve));
  const ended = serveLocally(
    {
      image: localImage({ 'opt/program/serve': serveProbe }, { Labels: { 'com.amazonaws.sagemaker.capabilities.accept-bind-to-port': 'true' } }),
      modelData: folderOf({ weights: 'w' }),
      environment,
      region: 'eu-west-1',
      port,
      startupMs,
    },
    {
      engine: asked,
      folder: folderOf({}),
      stop: stop.signal,
      time,
      tell(event) {
        events.push(event);
        if (event.type === 'status' && event.status === 'InService') healthy();
      },
    },
  );
  await waitForDoor(port);
  return {
    inService,
    ended,
    stop() {
      stop.abort();
      return ended;
    },
    statuses: () => events.flatMap((event) => (event.type === 'status' ? [event.status] : [])),
    graces: asked.graces,
    ask: (method, path, body, headers) => ask(port, method, path, body, headers),
  };
}

/** The proxy listens before the container does. */
async function waitForDoor(port: number): Promise<void> {
  for (;;) {
    const open = await ask(port, 'GET', '/').then(
      () => true,
      () => false,
    );
    if (open) return;
    await sleep(10);
  }
}

const ask = (
  port: number,
  method: string,
  path: string,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = httpRequest(
      { hostname: '127.0.0.1', port, method, path, headers: { ...headers, 'Content-Length': String(Buffer.byteLength(body)) } },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() }))
          .on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(body);
  });
