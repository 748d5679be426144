import type { ModelAnswer } from '../../../containers/model-client.ts';
import type { Kernel } from '../../kernel.ts';
import { type Behaviour, behaviourOf } from './behaviour.ts';
import { latencyAt } from './latency.ts';
import type { ResolvedImage, TrainingEnd, TrainSpec, Workloads } from './workloads.ts';

/** A promise each: one for all would keep alive every world that ever waited for it. */
const never = () => new Promise<never>(() => {});
const utf8 = new TextEncoder();

const checkpointName = (host: string) => `${host}.json`;

/** Seconds a host has trained before, as its checkpoint says; 0 without one. */
function trainedBefore(spec: Pick<TrainSpec, 'checkpoints' | 'cluster'>): number {
  const file = spec.checkpoints?.files.find(({ path }) => path === checkpointName(spec.cluster.host));
  if (!file) return 0;
  const { trainedSeconds } = JSON.parse(new TextDecoder().decode(file.bytes)) as { trainedSeconds: number }; // Its own writing.
  return trainedSeconds;
}

/**
 * Models of containers instead of containers, for the virtual clock: what an image does is read from its labels
 * (behaviour.ts), what is left open is drawn from the seed. Nothing here touches process, file or network.
 */
export function statisticalWorkloads(kernel: Kernel): Workloads {
  const { clock, random } = kernel;
  const behaviours = new Map<string, Behaviour>();
  function behaviour(image: ResolvedImage): Behaviour {
    let known = behaviours.get(image.digest);
    if (!known) {
      known = behaviourOf(random, image);
      behaviours.set(image.digest, known);
    }
    return known;
  }

  return {
    leastStartupWallMs: 0,
    serve(spec) {
      const model = behaviour(spec.image);
      let stopped = false;
      spec.onLine(`Starting serve of ${spec.imageUri}`);
      const healthy = model.healthy ? Promise.resolve() : never();
      const { failsAfterSeconds } = model;
      const ended =
        failsAfterSeconds === undefined || !model.healthy
          ? never()
          : clock
              .sleep(1000 * failsAfterSeconds, 'a container that ends by itself')
              .then(() => (stopped ? never() : `ended ${failsAfterSeconds} s after it became healthy`));
      return {
        healthy,
        ended,
        behaviour: model,
        async invoke(): Promise<ModelAnswer> {
          // One draw decides both what is answered and how fast.
          const u = random.uniform(`sagemaker/answer/${spec.endpointName}/${spec.variantName}`);
          const status = u < model.errorRate ? 500 : u < model.errorRate + model.errorRate4xx ? 400 : 200;
          return {
            kind: 'answered',
            status,
            contentType: status === 200 ? 'application/json' : 'text/plain',
            body: utf8.encode(status === 200 ? model.answer : 'The model failed'),
            latencyUs: latencyAt(1000 * model.latencyMs, model.latencySigma, (u * 7919) % 1),
          };
        },
        async stop() {
          stopped = true;
        },
      };
    },
    train(spec) {
      const model = behaviour(spec.image);
      let over = false;
      let finish: (end: TrainingEnd) => void = () => {};
      const ended = new Promise<TrainingEnd>((resolve) => {
        finish = resolve;
      });
      spec.onLine(`Starting train of ${spec.imageUri}`);
      const modelFiles = [
        { path: 'model.json', bytes: utf8.encode(JSON.stringify({ image: spec.image.digest, hyperparameters: spec.hyperparameters })) },
      ];
      const beganAtMs = clock.now();
      const before = trainedBefore(spec);
      /** Leaves word of how long it has trained in all, for the attempt after an interruption. */
      const checkpoint = () => {
        const seconds = before + (clock.now() - beganAtMs) / 1000;
        spec.checkpoints?.keep([{ path: checkpointName(spec.cluster.host), bytes: utf8.encode(JSON.stringify({ trainedSeconds: seconds })) }]);
      };
      const timer = clock.after(1000 * Math.max(0, model.trainSeconds - before), `train of ${spec.jobName}`, () => {
        over = true;
        checkpoint();
        const good = model.trainExitCode === 0;
        const metrics = Object.fromEntries(
          spec.metricNames.map((name) => [name, model.metrics[name] ?? random.between(`sagemaker/training-metric/${name}`, 0.85, 0.95)]),
        );
        for (const [name, value] of Object.entries(metrics)) spec.onLine(`${name}=${value}`);
        if (!good) spec.onLine(model.failureText || `train exits ${model.trainExitCode}`);
        finish({
          exitCode: model.trainExitCode,
          failureText: model.failureText,
          modelFiles: good ? modelFiles : [],
          outputFiles: [],
          metrics,
        });
      });
      return {
        ended,
        async stop() {
          if (over) return;
          over = true;
          timer.cancel();
          checkpoint();
          finish({ exitCode: undefined, signal: 'SIGTERM', failureText: '', modelFiles: [], outputFiles: [] });
        },
      };
    },
    async close() {},
  };
}
