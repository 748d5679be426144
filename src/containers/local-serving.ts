import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BadArchive } from './archive.ts';
import { type Container, ContainerCannotStart, type Engine } from './container.ts';
import { contract } from './contract.ts';
import { servingEnvironment } from './environment.ts';
import { untilHealthy, untilLost } from './health.ts';
import { bindToPortLabel } from './image.ts';
import { copyInto, makeServingLayout, paths } from './layout.ts';
import { listens } from './listening.ts';
import type { LocalImage } from './local-image.ts';
import { type ModelClient, modelClient } from './model-client.ts';
import { layModel } from './model-data.ts';
import { freePort } from './ports.ts';
import { type ProxiedRequest, servingProxy } from './serving-proxy.ts';
import { type Exit, exitCodeOf, explainExit } from './training-end.ts';
import { type Wall, wall } from './wall.ts';

/** A model hosted on this machine; its limits were checked (request-limits.ts). */
export interface LocalModel {
  readonly image: LocalImage;
  /** `model.tar.gz`, another file, or a folder. Unset: the model is inside the image. */
  readonly modelData?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly region: string;
  /** Where callers find it, on 127.0.0.1; 0 picks a free one. */
  readonly port: number;
  /** From the start to the first 200. */
  readonly startupMs: number;
}

/** What happens while a model is hosted; the words of a status are `EndpointStatus`. */
export type ServingEvent =
  | { readonly type: 'status'; readonly status: 'Creating' | 'InService' | 'Deleting' | 'Failed'; readonly text: string; readonly url?: string }
  | { readonly type: 'log'; readonly host: string; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | ({ readonly type: 'request' } & ProxiedRequest)
  | { readonly type: 'notice'; readonly text: string };

export interface ServingResult {
  /** `Failed`: it never became healthy, or ended by itself. */
  readonly status: 'Stopped' | 'Failed';
  /** Set where it failed. */
  readonly failureReason?: string;
  /** How the container ended, as a shell counts it; unset where none was started. */
  readonly exitCode?: number;
}

/** What a hosting container listens on at SageMaker. */
const servePort = 8_080;
const host = 'serve';

/**
 * Hosts a model on this machine under SageMaker's contract until `stop`, or until its container ends.
 *
 * @param around.folder exists; takes the container's tree
 * @param around.stop a person's wish to stop: SIGTERM, SIGKILL 30 s later
 * @throws Error if the port is taken, or the model cannot be read
 */
export async function serveLocally(
  model: LocalModel,
  around: {
    readonly engine: Engine;
    readonly folder: string;
    readonly tell: (event: ServingEvent) => void;
    readonly stop: AbortSignal;
    readonly time?: Wall;
  },
): Promise<ServingResult> {
  const { engine, tell, stop, time = wall } = around;
  const enter = (status: 'Creating' | 'InService' | 'Deleting' | 'Failed', text: string, url?: string) =>
    tell({ type: 'status', status, text, ...(url !== undefined && { url }) });
  const baseFolder = join(around.folder, host);
  let healthy: ModelClient | undefined;
  const proxy = await servingProxy({ port: model.port, model: () => healthy, tell: (request) => tell({ type: 'request', ...request }) });
  /** Aborted once it is to stop, its container ended, or its time to start is over. */
  const over = new AbortController();
  let client: ModelClient | undefined;
  let container: Container | undefined;
  let timer: { cancel(): void } | undefined;
  const onStop = () => over.abort();
  stop.addEventListener('abort', onStop, { once: true });
  try {
    makeServingLayout(baseFolder);
    if (model.modelData !== undefined) layModelData(model.modelData, join(baseFolder, paths.model));
    if (stop.aborted) return { status: 'Stopped' };
    enter('Creating', `${model.image.imageUri} as ${engine.kind === 'docker' ? 'a Docker container' : 'plain processes'}`);
    const { port, notice } = await portFor(model.image, engine);
    if (notice !== undefined) tell({ type: 'notice', text: notice });
    const started = await engine.start({
      ...model.image,
      command: 'serve',
      baseFolder,
      environment: servingEnvironment(model),
      port,
      onLine: (line, stream) => tell({ type: 'log', host, stream, line }),
      name: host,
    });
    container = started;
    let exit: Exit | undefined;
    void started.exited.then((how) => {
      exit = how;
      over.abort();
    });
    client = modelClient(started.url ?? `http://127.0.0.1:${port}`, time);
    const asked = client;
    const seen = { why: '', late: false };
    timer = time.after(model.startupMs, () => {
      seen.late = true;
      over.abort();
    });
    const watched = {
      async ping() {
        const ping = await asked.ping();
        if (!ping.healthy) seen.why = ping.why;
        return ping;
      },
      whyUnreachable: () => started.whyUnreachable(),
    };
    const cameUp = await untilHealthy(watched, over.signal, (text) => tell({ type: 'notice', text: `not healthy yet: ${text}` }), time);
    timer.cancel();
    if (cameUp) {
      healthy = asked;
      enter('InService', `${proxy.url}/invocations`, proxy.url);
      await watchHealth();
    } else if (seen.late && exit === undefined) {
      const why = (await started.whyUnreachable()) ?? seen.why;
      return failed(`the container did not pass the ping health check within ${model.startupMs / 1000} s: ${why}`);
    }
    if (stop.aborted) return { status: 'Stopped' };
    const how = exit ?? (await started.exited);
    return {
      ...failed(`serve ended by itself with ${explainExit(how, 'serve')}${how.exitCode === 0 ? '; it has to stay in the foreground (CC-49)' : ''}`),
      exitCode: exitCodeOf(how),
    };

    /** SageMaker would replace an instance that is lost; here there is none to replace it by, and a person who looks. */
    async function watchHealth(): Promise<void> {
      while (!over.signal.aborted) {
        const why = await untilLost(watched, over.signal, time);
        if (why === undefined) return;
        tell({ type: 'notice', text: `unhealthy, SageMaker would replace the instance now: ${(await started.whyUnreachable()) ?? why}` });
        if (await untilHealthy(watched, over.signal, () => {}, time)) tell({ type: 'notice', text: 'healthy again' });
      }
    }
  } catch (error) {
    if (!(error instanceof ContainerCannotStart)) throw error;
    return failed(error.message);
  } finally {
    timer?.cancel();
    stop.removeEventListener('abort', onStop);
    over.abort();
    healthy = undefined;
    if (container && stop.aborted) enter('Deleting', `SIGTERM, SIGKILL ${contract.servingGraceMs / 1000} s later`);
    await container?.stop(contract.servingGraceMs);
    client?.close();
    await proxy.close();
  }

  function failed(failureReason: string): ServingResult {
    enter('Failed', failureReason);
    return { status: 'Failed', failureReason };
  }
}

function layModelData(source: string, folder: string): void {
  if (statSync(source).isDirectory() || !/\.(tar\.gz|tgz)$/.test(source)) return copyInto(folder, source);
  try {
    layModel({ kind: 'archive', bytes: readFileSync(source) }, folder);
  } catch (cause) {
    if (!(cause instanceof BadArchive)) throw cause;
    throw new BadArchive(`${source}: ${cause.message}; SageMaker would refuse it as well`, { cause });
  }
}

/** Whether the container has to have 8080 on this very machine: a plain process, of an image that does not say that it reads its port. */
const wantsServePort = (image: LocalImage, engine: Engine): boolean => engine.kind === 'process' && image.config.Labels[bindToPortLabel] !== 'true';

/** Where callers find a model whose user named no port: SageMaker's own, unless the container itself has to have that. */
export const defaultPort = (image: LocalImage, engine: Engine): number => (wantsServePort(image, engine) ? servePort + 1 : servePort);

/**
 * Where the container listens. Without a private network it gets a port of its own; an image that does not say that it reads which one it
 * gets 8080, as long as nobody else has it.
 */
async function portFor(image: LocalImage, engine: Engine): Promise<{ readonly port: number; readonly notice?: string }> {
  if (!wantsServePort(image, engine)) return { port: await freePort() };
  if (!(await listens(servePort))) return { port: servePort };
  const port = await freePort();
  return {
    port,
    notice: `the image does not say that it reads SAGEMAKER_BIND_TO_PORT, and port ${servePort} is taken, so it has to: it gets ${port}; leave ${servePort} free (such as by another --port) for one that does not`,
  };
}
