import type { ModelAnswer, ModelRequest } from '../../../containers/model-client.ts';
import type { Behaviour } from './behaviour.ts';
import type { ModelServer, ServeSpec, Workloads } from './workloads.ts';

/** Bytes that pass from one container of a pipeline to the next. */
const maxBetween = 5 * 1024 * 1024;

/** One container of a variant, and what it is called. */
export interface StageSpec extends Pick<ServeSpec, 'image' | 'imageUri' | 'environment' | 'modelData'> {
  readonly hostname: string;
}

export interface PipelineSpec extends Pick<ServeSpec, 'endpointName' | 'variantName' | 'instanceId'> {
  /** In order, at least one. */
  readonly stages: readonly StageSpec[];
  /** `Serial`: the answer of one is the request of the next. `Direct`: a request names its container. */
  readonly mode: 'Serial' | 'Direct';
  /** One line of a container; `hostname` is undefined where it is the only one. */
  readonly onLine: (line: string, hostname: string | undefined) => void;
}

/** A request of a caller's. */
export interface PipelineRequest extends ModelRequest {
  /** The one of several containers that shall answer; undefined where they answer in turn, or there is but one. */
  readonly container?: string | undefined;
}

/** What came of it; `from` names the container, where there are several. */
export type PipelineAnswer = ModelAnswer & { readonly from?: string };

/** What stands behind one instance of a variant: all its containers. */
export interface Pipeline extends Omit<ModelServer, 'invoke'> {
  invoke(request: PipelineRequest): Promise<PipelineAnswer>;
  /** Names of the containers that have not been healthy yet; empty where there is but one. */
  silent(): readonly string[];
}

/** What traffic that is only counted meets behind a chain: the first failure ends it, and times add up. */
function chained(behaviours: readonly Behaviour[]): Behaviour {
  return behaviours.reduce((before, next) => {
    const passes = 1 - before.errorRate - before.errorRate4xx;
    return {
      ...next,
      healthy: before.healthy && next.healthy,
      errorRate: before.errorRate + passes * next.errorRate,
      errorRate4xx: before.errorRate4xx + passes * next.errorRate4xx,
      latencyMs: before.latencyMs + next.latencyMs,
      latencySigma: Math.max(before.latencySigma, next.latencySigma),
    };
  });
}

/** Runs a variant's containers as one server. A container that ends takes the others along: AWS replaces the instance. */
export function startPipeline(workloads: Workloads, spec: PipelineSpec): Pipeline {
  const { stages: stageSpecs, mode, onLine, ...where } = spec;
  const alone = stageSpecs.length === 1;
  const stages = stageSpecs.map(({ hostname, environment, ...stage }) => {
    const server = workloads.serve({
      ...where,
      ...stage,
      // An engine whose containers share the machine's ports overrides this with the one it gives.
      environment: alone ? environment : { ...environment, SAGEMAKER_BIND_TO_PORT: '8080' },
      instanceId: alone ? where.instanceId : `${where.instanceId}-${hostname}`,
      onLine: (line) => onLine(line, alone ? undefined : hostname),
    });
    const made = { hostname, server, isHealthy: false };
    return made;
  });
  const first = stages[0];
  if (!first) throw new RangeError(`Variant "${spec.variantName}" of endpoint "${spec.endpointName}" has no container to start`);
  if (alone) return { ...first.server, silent: () => [] };

  const behaviours = stages.flatMap(({ server }) => server.behaviour ?? []);
  const stopAll = () => Promise.all(stages.map(({ server }) => server.stop()));

  async function inTurn(request: ModelRequest): Promise<PipelineAnswer> {
    let latencyUs = 0;
    let body = request.body;
    let contentType = request.contentType;
    let last: PipelineAnswer | undefined;
    for (const [index, { hostname, server }] of stages.entries()) {
      const isLast = index === stages.length - 1;
      // What the caller accepts is the last one's business; those before answer in their own default type.
      const answer = await server.invoke({ ...request, body, contentType, accept: isLast ? request.accept : undefined });
      latencyUs += answer.latencyUs;
      last = { ...answer, latencyUs, from: hostname };
      if (answer.kind !== 'answered' || answer.status < 200 || answer.status >= 300) return last;
      ({ body, contentType } = answer);
      if (!isLast && body.length > maxBetween) {
        return {
          kind: 'broken',
          reason: `its answer of ${body.length} bytes is longer than the ${maxBetween} that pass between containers`,
          latencyUs,
          from: hostname,
        };
      }
    }
    // There is at least one stage, so there is a last answer.
    return last!;
  }

  return {
    healthy: Promise.all(
      stages.map(async (stage) => {
        await stage.server.healthy;
        stage.isHealthy = true;
      }),
    ).then(() => {}),
    ended: Promise.race(stages.map(({ hostname, server }) => server.ended.then((how) => `${hostname}: ${how}`))).then((how) => {
      // Whoever waits is told at once, so that no further request comes here.
      void stopAll();
      return how;
    }),
    ...(behaviours.length === stages.length && { behaviour: mode === 'Serial' ? chained(behaviours) : behaviours[0]! }), // As many as stages, so at least one.
    async invoke(request) {
      if (mode === 'Serial') return inTurn(request);
      const stage = stages.find(({ hostname }) => hostname === request.container);
      if (!stage) return { kind: 'broken', reason: `there is no container "${request.container}"`, latencyUs: 1 };
      return { ...(await stage.server.invoke(request)), from: stage.hostname };
    },
    silent: () => stages.filter((stage) => !stage.isHealthy).map((stage) => stage.hostname),
    async stop() {
      await stopAll();
    },
  };
}
