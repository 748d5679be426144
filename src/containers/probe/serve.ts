import { join } from 'node:path';
import { setTimeout as wallSleep } from 'node:timers/promises';
import type { Ended, Exchange, ServingLimits, ServingSeen } from '../checks/serving/seen.ts';
import { firstIsSlow } from '../checks/serving/loads-before-pings.ts';
import type { Container, Engine } from '../container.ts';
import { servingEnvironment } from '../environment.ts';
import { type ImageConfig, readsBindToPort } from '../image.ts';
import { makeServingLayout, paths, wipe } from '../layout.ts';
import { listeningPorts } from '../listening.ts';
import { freePort } from '../ports.ts';
import { ask } from './http.ts';
import { logTail } from './log.ts';
import { childrenOf } from './processes.ts';
import { questions, type SampleRequest } from './questions.ts';
import { changes, snapshot } from './snapshot.ts';

// Everything here is wall time: a container cannot be hurried.

/** SageMaker's own limits. */
export const servingLimits: ServingLimits = {
  startupMs: 480_000,
  pingMs: 2_000,
  invocationMs: 60_000,
  stopMs: 30_000,
  acceptMs: 250,
  settleMs: 5_000,
};

/** An image that is about to be probed. */
export interface ProbedImage {
  readonly rootFolder: string;
  /** Docker's id of it. Unset: `rootFolder` is the image. */
  readonly dockerImage?: string;
  readonly config: ImageConfig;
  readonly imageUri: string;
}

export interface ServingProbe {
  readonly image: ProbedImage;
  /** Puts the model into the folder that will be `/opt/ml/model`. */
  readonly layModel: (folder: string) => void;
  readonly environment: Readonly<Record<string, string>>;
  readonly request: SampleRequest;
  readonly limits: ServingLimits;
  /** A new folder for each start; the probe removes it. */
  readonly newFolder: () => string;
}

const region = 'us-east-1';
/** Between two looks at a container that is starting. */
const pollMs = 50;
/** Where an image listens that was told nothing else. */
const defaultPort = 8080;
/** Where a container is told to listen the second time: inside it no other port is taken. */
const otherPort = 8097;

interface Running {
  readonly container: Container;
  readonly baseFolder: string;
  readonly port: number;
  readonly beganAt: number;
  readonly log: ReturnType<typeof logTail>;
  /** Set once it ended by itself or was stopped. */
  readonly state: { ended?: Ended };
}

async function start(engine: Engine, probe: ServingProbe, more: Readonly<Record<string, string>> = {}): Promise<Running> {
  const baseFolder = probe.newFolder();
  makeServingLayout(baseFolder);
  probe.layModel(join(baseFolder, paths.model));
  const port = await freePort();
  const log = logTail();
  const beganAt = performance.now();
  const container = await engine.start({
    ...probe.image,
    command: 'serve',
    baseFolder,
    environment: servingEnvironment({ region, environment: { ...probe.environment, ...more } }),
    port,
    onLine: (line) => log.onLine(line),
    name: 'serve',
  });
  const state: Running['state'] = {};
  void container.exited.then(({ exitCode, signal }) => {
    state.ended = { exitCode, signal, afterMs: performance.now() - beganAt };
  });
  return { container, baseFolder, port, beganAt, log, state };
}

interface Readiness {
  readonly url: string;
  readonly answersOn?: number;
  readonly listensOn?: readonly number[];
  readonly whyUnreachable?: string;
  readonly pingsBefore: readonly Exchange[];
  readonly readyMs?: number;
  readonly firstPing?: Exchange;
}

const ping = (url: string, limits: ServingLimits): Promise<Exchange> =>
  // Longer than SageMaker waits, so that one that is too slow shows how slow.
  ask(url, { method: 'GET', path: '/ping', withinMs: 3 * limits.pingMs });

/** Pings until the first 200, the end of the window, or an answer that has settled on something else. */
async function waitUntilReady({ container, port, beganAt, state }: Running, limits: ServingLimits): Promise<Readiness> {
  let url = container.url ?? `http://127.0.0.1:${port}`;
  const before = new Map<string, Exchange>();
  let wrongSince: number | undefined;
  const elapsed = () => performance.now() - beganAt;
  while (state.ended === undefined && elapsed() < limits.startupMs) {
    const answer = await ping(url, limits);
    if (answer.status === 200) {
      return { url, answersOn: Number(new URL(url).port), pingsBefore: [...before.values()], readyMs: elapsed(), firstPing: answer };
    }
    if (answer.status !== 0 || answer.connectMs > 0) before.set(String(answer.status || answer.error), answer);
    const listening = answer.connectMs === 0 && container.group !== undefined ? listeningPorts(container.group) : undefined;
    // Told another port, it may still be one that knows its default alone.
    if (listening?.includes(defaultPort)) url = `http://127.0.0.1:${defaultPort}`;
    // 502 and 503 are the words of who is not ready yet; another answer, or another port, is what it will stay.
    const settled =
      (answer.status !== 0 && answer.status < 500) ||
      (listening !== undefined && listening.length > 0 && !listening.includes(defaultPort) && !listening.includes(port));
    wrongSince = settled ? (wrongSince ?? performance.now()) : undefined;
    if (wrongSince !== undefined && performance.now() - wrongSince > limits.settleMs) break;
    await wallSleep(pollMs);
  }
  const answered = before.size > 0;
  const listensOn = container.group === undefined ? undefined : listeningPorts(container.group);
  const why = answered ? undefined : await container.whyUnreachable();
  return {
    url,
    ...(answered ? { answersOn: Number(new URL(url).port) } : {}),
    ...(listensOn === undefined ? {} : { listensOn }),
    ...(why === undefined ? {} : { whyUnreachable: why }),
    pingsBefore: [...before.values()],
  };
}

/**
 * Starts an image with `serve`, asks it what SageMaker would ask and what trips images, and stops it. It starts again where the first
 * start showed processes of its own, one of which is killed, and in a container under another port.
 *
 * @throws ContainerCannotStart where the engine finds nothing to start
 */
export async function probeServing(engine: Engine, probe: ServingProbe): Promise<ServingSeen> {
  const { limits } = probe;
  const running = await start(engine, probe);
  const { container, baseFolder, port, log, state } = running;
  const modelFolder = join(baseFolder, paths.model);
  try {
    const before = await snapshot(modelFolder);
    const { firstPing, url, ...readiness } = await waitUntilReady(running, limits);
    const answers = firstPing
      ? await questions({ url, limits, request: probe.request, isLocal: container.group !== undefined, hasEnded: () => state.ended !== undefined })
      : undefined;
    const children = container.group === undefined ? undefined : childrenOf(container.group);
    // What it did until here it did by itself.
    const ended = state.ended;
    const stopAskedAt = performance.now();
    await container.stop(limits.stopMs);
    const { exitCode, signal } = await container.exited;
    const stopped = { ms: performance.now() - stopAskedAt, exitCode, signal };
    const changedModel = changes(before, await snapshot(modelFolder));
    const killed = firstPing && ended === undefined && (children?.length ?? 0) > 0 ? await killApp(engine, probe) : undefined;
    const firstPingAgain =
      firstPing && ended === undefined && firstIsSlow(firstPing, answers?.pings ?? []) ? (await readinessAgain(engine, probe)).firstPing : undefined;
    const claimsBindToPort = readsBindToPort(probe.image.config);
    const onOtherPort =
      firstPing && ended === undefined && claimsBindToPort && engine.kind === 'docker'
        ? (await readinessAgain(engine, probe, { SAGEMAKER_BIND_TO_PORT: String(otherPort) })).readyMs !== undefined
        : undefined;
    return {
      where: 'serve',
      engine: engine.kind,
      limits,
      claimsBindToPort,
      ...(onOtherPort === undefined ? {} : { answersOnOtherPort: onOtherPort }),
      port,
      contentType: probe.request.contentType,
      ...readiness,
      ...(firstPingAgain && { firstPingAgain }),
      pings: firstPing ? [firstPing, ...(answers?.pings ?? [])] : [],
      ...(answers?.seen ?? { bodies: [], busyPings: [], connectsMs: [] }),
      ...(ended === undefined ? { stopped } : { ended }),
      ...(killed === undefined ? { appKeptBecause: reasonToKeep(children, firstPing) } : { appKilled: killed }),
      changedModel,
      log: log.lines(),
    };
  } finally {
    await container.stop(0);
    wipe(baseFolder);
  }
}

function reasonToKeep(children: readonly unknown[] | undefined, ready: Exchange | undefined): string {
  if (!ready) return 'serve never answered GET /ping with 200';
  return children === undefined ? 'the processes inside the container are not seen from here' : 'serve is one process';
}

/** How another start gets ready. */
async function readinessAgain(engine: Engine, probe: ServingProbe, more: Readonly<Record<string, string>> = {}): Promise<Readiness> {
  const running = await start(engine, probe, more);
  try {
    return await waitUntilReady(running, probe.limits);
  } finally {
    await running.container.stop(0);
    wipe(running.baseFolder);
  }
}

/** Kills the app behind `serve`, not the proxy in front of it, and sees what `serve` makes of it. */
async function killApp(engine: Engine, probe: ServingProbe): Promise<ServingSeen['appKilled']> {
  const running = await start(engine, probe);
  const { container, baseFolder, state } = running;
  try {
    const { url, firstPing } = await waitUntilReady(running, probe.limits);
    const children = container.group === undefined ? [] : (childrenOf(container.group) ?? []);
    const app = children.find(({ command }) => !command.includes('nginx')) ?? children[0];
    if (!firstPing || !app) return undefined;
    process.kill(app.pid, 'SIGKILL');
    const giveUpAt = performance.now() + probe.limits.settleMs;
    let answersAgain = false;
    while (state.ended === undefined && !answersAgain && performance.now() < giveUpAt) {
      // A proxy may answer from what it still holds: the app is asked.
      await wallSleep(pollMs);
      const isBack = (childrenOf(container.group ?? 0) ?? []).some(({ pid, command }) => pid !== app.pid && command === app.command);
      answersAgain = isBack && (await ping(url, probe.limits)).status === 200;
    }
    // A server that does without the process it lost has lost nothing.
    if (state.ended === undefined && !answersAgain) answersAgain = (await ping(url, probe.limits)).status === 200;
    return { command: app.command, ended: state.ended !== undefined, answersAgain };
  } finally {
    await container.stop(0);
    wipe(baseFolder);
  }
}
