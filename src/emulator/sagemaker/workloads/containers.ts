import { join } from 'node:path';
import { collected } from '../../../containers/artifacts.ts';
import { type Container, ContainerCannotStart, type Engine } from '../../../containers/container.ts';
import { contract } from '../../../containers/contract.ts';
import { servingEnvironment, trainingEnvironment } from '../../../containers/environment.ts';
import { lostPings, untilHealthy, untilLost } from '../../../containers/health.ts';
import { failureText, makeServingLayout, makeTrainingLayout, paths, wipe } from '../../../containers/layout.ts';
import { type ModelAnswer, modelClient } from '../../../containers/model-client.ts';
import { layModel } from '../../../containers/model-data.ts';
import { freePort } from '../../../containers/ports.ts';
import { unpackImage } from '../../../containers/unpack.ts';
import type { Kernel } from '../../kernel.ts';
import { keepCheckpoints } from './checkpoints.ts';
import { jobNetworks } from './job-networks.ts';
import { completeTrainingTree } from './training-tree.ts';
import type { ModelServer, ServeSpec, TrainingEnd, TrainingRun, TrainSpec, Workloads } from './workloads.ts';

// Everything here is wall time: a container cannot be hurried by another clock.

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Workloads that are the images' own `train` and `serve`, run by an engine: one container a variant, one a training job.
 * For the real and the scaled clock: a virtual one does not wait for processes.
 *
 * @param options.leastStartupWallMs the least a container gets to become healthy, wall milliseconds
 * @throws TypeError under a virtual clock
 */
export function containerWorkloads(kernel: Kernel, engine: Engine, { leastStartupWallMs = 15_000 } = {}): Workloads {
  if (kernel.clock.kind === 'virtual') throw new TypeError('Cannot run containers under a virtual clock: use statisticalWorkloads');
  const images = join(kernel.dataFolder, 'images');
  const trees = join(kernel.dataFolder, 'containers');
  const closing = new AbortController();
  /** What the servers that still run leave behind. */
  const leftovers = new Set<() => void>();
  const networks = jobNetworks(engine);

  function serve(spec: ServeSpec): ModelServer {
    const baseFolder = join(trees, `${spec.endpointName}-${spec.variantName}-${spec.instanceId}`);
    /** Aborted once it ended by itself or was stopped, or everything was. */
    const over = new AbortController();
    const isOver = () => over.signal.aborted || closing.signal.aborted;
    let container: Container | undefined;
    let client: ReturnType<typeof modelClient> | undefined;
    let markHealthy = () => {};
    let markEnded: (how: string) => void = () => {};
    const healthy = new Promise<void>((resolve) => {
      markHealthy = resolve;
    });
    const ended = new Promise<string>((resolve) => {
      markEnded = resolve;
    });

    function cleanUp(): void {
      leftovers.delete(cleanUp);
      client?.close();
      wipe(baseFolder);
    }
    leftovers.add(cleanUp);

    /** It ended, or has to: unless we asked for that, whoever waits is told first, so that no further request comes here. */
    async function end(how: string): Promise<void> {
      if (isOver()) return;
      over.abort();
      spec.onLine(how);
      markEnded(how);
      await container?.stop(contract.servingGraceMs);
      cleanUp();
    }

    async function watch(running: Container, model: NonNullable<typeof client>): Promise<void> {
      const watched = { ping: () => model.ping(), whyUnreachable: () => running.whyUnreachable() };
      const overAtAll = AbortSignal.any([over.signal, closing.signal]);
      if (!(await untilHealthy(watched, overAtAll, (why) => spec.onLine(why)))) return;
      markHealthy();
      const why = await untilLost(watched, overAtAll);
      if (why !== undefined) await end(`${lostPings} pings in a row were not answered with 200: the instance is replaced`);
    }

    const booting = (async () => {
      try {
        const rootFolder = unpackImage(spec.image.digest, spec.image.layerFiles, images);
        makeServingLayout(baseFolder);
        layModel(spec.modelData, join(baseFolder, paths.model));
        const port = await freePort();
        if (isOver()) return;
        const started = await engine.start({
          rootFolder,
          config: spec.image.config,
          command: 'serve',
          baseFolder,
          environment: servingEnvironment({ region: kernel.region, environment: spec.environment }),
          port,
          onLine: (line) => spec.onLine(line),
          name: `${spec.endpointName}/${spec.variantName}/${spec.instanceId}`,
          imageUri: spec.imageUri,
        });
        container = started;
        client = modelClient(started.url ?? `http://127.0.0.1:${port}`);
        kernel.background(`exit of ${spec.instanceId}`, async () => {
          const { exitCode, signal } = await started.exited;
          await end(`serve ended with ${exitCode === null ? `signal ${signal}` : `exit code ${exitCode}`}`);
        });
        const model = client;
        kernel.background(`pings of ${spec.instanceId}`, () => watch(started, model));
      } catch (error) {
        // An archive that cannot be unpacked, or a program that isn't there: the instance never comes up, and its log says why.
        await end(wordsOf(error));
      }
    })();

    return {
      healthy,
      ended,
      async invoke(request): Promise<ModelAnswer> {
        return client ? client.invoke(request) : { kind: 'broken', reason: 'the container has not started', latencyUs: 1 };
      },
      async stop() {
        over.abort();
        await booting;
        await container?.stop(contract.servingGraceMs);
        cleanUp();
      },
    };
  }

  function train(spec: TrainSpec): TrainingRun {
    const { host, groups } = spec.cluster;
    const hosts = groups.flatMap((group) => group.hosts);
    const baseFolder = join(trees, `${spec.jobName}-${host}`);
    let stopping = false;
    let container: Container | undefined;
    let endCheckpoints = () => {};

    const ended = (async (): Promise<TrainingEnd> => {
      const failed = (exitCode: number, error: unknown): TrainingEnd => {
        spec.onLine(wordsOf(error));
        return { exitCode, failureText: wordsOf(error), modelFiles: [], outputFiles: [] };
      };
      try {
        const network = await networks.join(spec.jobName, hosts);
        if (network?.unresolved !== undefined) spec.onLine(network.unresolved);
        const rootFolder = unpackImage(spec.image.digest, spec.image.layerFiles, images);
        makeTrainingLayout(baseFolder, {
          hyperParameters: spec.hyperparameters,
          channels: spec.channels.map(({ name, contentType, files }) => ({ name, files, ...(contentType !== undefined && { contentType }) })),
          instanceType: spec.instanceType,
          hosts,
          currentHost: host,
          ...(network && { networkInterface: network.interfaceName }),
        });
        completeTrainingTree(baseFolder, spec);
        endCheckpoints = keepCheckpoints(baseFolder, spec.checkpoints, spec.onLine);
        const started = await engine.start({
          rootFolder,
          config: spec.image.config,
          command: 'train',
          instead: spec.command,
          baseFolder,
          ...(network && { member: { network, hostName: host } }),
          environment: trainingEnvironment({ jobName: spec.jobName, jobArn: spec.jobArn, region: kernel.region, environment: spec.environment }),
          onLine: (line) => spec.onLine(line),
          name: hosts.length > 1 ? `${spec.jobName}/${host}` : spec.jobName,
          imageUri: spec.imageUri,
        });
        container = started;
        if (stopping) await started.stop(contract.trainingGraceMs);
        const { exitCode, signal } = await started.exited;
        endCheckpoints();
        return {
          exitCode: exitCode ?? undefined,
          ...(signal !== null && { signal }),
          failureText: failureText(baseFolder) ?? '',
          modelFiles: collected(join(baseFolder, paths.model)),
          outputFiles: collected(join(baseFolder, paths.outputData)),
        };
      } catch (error) {
        // 127 is what a shell says of a program that isn't there, 1 is the rest: an archive that cannot be unpacked or made.
        return failed(error instanceof ContainerCannotStart ? 127 : 1, error);
      } finally {
        endCheckpoints();
        wipe(baseFolder);
        if (hosts.length > 1) await networks.leave(spec.jobName);
      }
    })();

    return {
      ended,
      async stop() {
        stopping = true;
        await container?.stop(contract.trainingGraceMs);
        await ended;
      },
    };
  }

  return {
    leastStartupWallMs,
    serve,
    train,
    async close() {
      closing.abort();
      await engine.close();
      for (const cleanUp of leftovers) cleanUp();
    },
  };
}
