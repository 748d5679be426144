import type { Kernel } from '../kernel.ts';
import type { Deployable } from './deployable.ts';
import type { Behaviour } from './workloads/behaviour.ts';
import { type Pipeline, type PipelineAnswer, type PipelineRequest, startPipeline } from './workloads/pipeline.ts';
import type { Workloads } from './workloads/workloads.ts';

/** What stands behind one variant of a fleet: the containers of one instance, replaced together when one ends by itself. */
export interface VariantHost {
  /** False until it is first healthy, and while a crashed instance is being replaced. */
  readonly isUp: boolean;
  /** Id of the instance that runs, or of the crashed one that is being replaced. */
  readonly instanceId: string;
  /** Names of the containers a request has to choose from; undefined where it needs no choice. */
  readonly choices: readonly string[] | undefined;
  /** Names of the containers that have not been healthy yet, where there are several. */
  silent(): readonly string[];
  /** Set under a statistical workload. */
  readonly behaviour: Behaviour | undefined;
  /** Resolves when it is first healthy; never, if it never is. */
  readonly healthy: Promise<void>;
  /** `down` where no instance is healthy. */
  invoke(request: PipelineRequest): Promise<PipelineAnswer | { readonly kind: 'down' }>;
  /** Waits for the requests in flight, then stops the container. No requests may come after. */
  retire(): Promise<void>;
}

export interface VariantHostSpec {
  readonly endpointName: string;
  readonly variantName: string;
  readonly deployable: Deployable;
  /** One line of a container: its log stream is `<variant>/<instance>`, and its name where there are several. */
  readonly log: (stream: string, line: string) => void;
  /** Called just before an instance begins or ceases to serve, so that traffic counted so far meets what was true until now. */
  readonly beforeChange: () => void;
  /** Called after, with what happened. */
  readonly changed: (what: 'healthy' | 'ended', reason: string) => void;
}

export function startVariantHost(kernel: Kernel, workloads: Workloads, spec: VariantHostSpec): VariantHost {
  let server: Pipeline;
  let instanceId: string;
  let isUp = false;
  let retired = false;
  let inFlight = 0;
  let drained: (() => void) | undefined;
  let firstHealthy: () => void;
  const healthy = new Promise<void>((resolve) => {
    firstHealthy = resolve;
  });

  function start(): void {
    const startedId = `i-0${kernel.random.hex('sagemaker/instance-id', 8)}`;
    instanceId = startedId;
    const stream = `${spec.variantName}/${startedId}`;
    const started = startPipeline(workloads, {
      ...spec.deployable,
      endpointName: spec.endpointName,
      variantName: spec.variantName,
      instanceId: startedId,
      onLine: (line, hostname) => spec.log(hostname === undefined ? stream : `${stream}/${hostname}`, line),
    });
    server = started;
    kernel.background(`${spec.endpointName} ${stream} becomes healthy`, async () => {
      await started.healthy;
      if (retired || server !== started) return;
      spec.beforeChange();
      isUp = true;
      firstHealthy();
      spec.changed('healthy', startedId);
    });
    kernel.background(`${spec.endpointName} ${stream} ends`, async () => {
      const how = await started.ended;
      if (retired) return;
      spec.beforeChange();
      isUp = false;
      spec.changed('ended', how);
      await kernel.clock.sleep(1000 * kernel.random.between('sagemaker/instance-replacement-seconds', 30, 90), 'replace an instance');
      if (!retired) start();
    });
  }
  start();

  return {
    get isUp() {
      return isUp;
    },
    get instanceId() {
      return instanceId;
    },
    choices: spec.deployable.mode === 'Direct' ? spec.deployable.stages.map((stage) => stage.hostname) : undefined,
    silent: () => server.silent(),
    get behaviour() {
      return server.behaviour;
    },
    healthy,
    async invoke(request) {
      if (!isUp) return { kind: 'down' };
      inFlight++;
      try {
        return await server.invoke(request);
      } finally {
        inFlight--;
        if (inFlight === 0) drained?.();
      }
    },
    async retire() {
      if (retired) return;
      retired = true;
      if (inFlight > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve;
        });
      }
      await server.stop();
    },
  };
}
