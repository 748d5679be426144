import type { InvokeEndpointCommandInput, InvokeEndpointCommandOutput } from '@aws-sdk/client-sagemaker-runtime';
import { AwsError, notEmulated } from '../aws-error.ts';
import { arnOf } from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { instanceIdsOf } from '../sagemaker/instances.ts';
import { hasInstanceMetrics, type Outcomes } from '../sagemaker/metrics.ts';
import type { Endpoint, FleetVariant, SageMaker } from '../sagemaker/state.ts';
import type { VariantHost } from '../sagemaker/variant-host.ts';
import { modelError, onlyContainer, timedOutText, validationError } from './errors.ts';
import { variantFor } from './routing.ts';

/** Bytes of a request, as the service model states it. */
const maxBody = 6_291_456;

const noLatency: ReadonlyMap<number, number> = new Map();

/** Bytes from the wire; another service of the emulator may hand over text. */
function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array();
}

/** An endpoint that serves somebody. Until it first does, AWS knows none. */
function servingEndpoint(state: SageMaker, name: string): Endpoint {
  const endpoint = state.endpoints.get(name.toLowerCase());
  if (!endpoint?.fleet.serving) throw validationError(`Endpoint ${name} of account ${state.kernel.account} not found.`);
  return endpoint;
}

function refuseWhatIsNotHosted(endpoint: Endpoint, input: InvokeEndpointCommandInput): void {
  if (input.TargetModel !== undefined) {
    throw validationError(`Endpoint ${endpoint.name} is not a multi-model endpoint and does not support target model header.`);
  }
  if (input.InferenceComponentName !== undefined) throw notEmulated('inference components (InvokeEndpoint with InferenceComponentName)');
  if (input.SessionId !== undefined) throw notEmulated('stateful sessions (InvokeEndpoint with SessionId)');
  if (input.EnableExplanations !== undefined) throw notEmulated('explanations (InvokeEndpoint with EnableExplanations)');
  if (endpoint.fleet.config.input.AsyncInferenceConfig) throw notEmulated(`asynchronous inference (endpoint "${endpoint.name}")`);
}

/** Who answers a variant that is described but has no instances here. */
function refuseUnhosted(variant: FleetVariant): never {
  if (variant.config.ServerlessConfig) throw notEmulated(`hosting serverless variants (variant "${variant.name}")`);
  if (variant.config.ModelName === undefined) throw notEmulated(`hosting inference components (variant "${variant.name}")`);
  throw notEmulated(`hosting multi-model containers (variant "${variant.name}")`);
}

/** Whether a request names its container as the model wants it: all of a `Direct` model's do, no other's. AWS documents no text. */
function refuseWrongContainer(endpoint: Endpoint, host: VariantHost, named: string | undefined): void {
  const { choices } = host;
  if (named === undefined && choices) {
    throw validationError(
      `Endpoint ${endpoint.name} is invoked directly: name one of its containers (${choices.join(', ')}) as target container hostname.`,
    );
  }
  if (named !== undefined && !choices) {
    throw validationError(
      `Endpoint ${endpoint.name} is not a multi-container endpoint with direct invocation and does not support target container hostname header.`,
    );
  }
  if (named !== undefined && !choices?.includes(named)) throw validationError(`Container ${named} not found for endpoint ${endpoint.name}.`);
}

/** The instance a request went to, where anybody wants to know: drawn, since one process stands for all of them. */
function instanceFor(state: SageMaker, endpoint: Endpoint, variant: FleetVariant): string | undefined {
  if (!hasInstanceMetrics(endpoint.fleet.config)) return undefined;
  const ids = instanceIdsOf(state.kernel, variant);
  return ids[Math.floor(state.kernel.random.uniform(`sagemaker/route/${endpoint.name}/${variant.name}`) * ids.length)];
}

export const invokeEndpoint = defineOperation<
  SageMaker,
  InvokeEndpointCommandInput,
  Omit<InvokeEndpointCommandOutput, '$metadata' | 'Body'> & { Body: Uint8Array }
>({
  name: 'InvokeEndpoint',
  access: (input, state) => [
    { action: 'sagemaker:InvokeEndpoint', resource: arnOf(state.kernel, 'sagemaker', `endpoint/${(input.EndpointName ?? '').toLowerCase()}`) },
  ],
  limits: {
    EndpointName: { max: 63, pattern: /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/ },
    ContentType: { max: 1024 },
    Accept: { max: 1024 },
    CustomAttributes: { max: 1024 },
    TargetVariant: { max: 63, pattern: /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/ },
    InferenceId: { min: 1, max: 64 },
  },
  async run(input, state) {
    const { clock } = state.kernel;
    const body = bytesOf(input.Body);
    if (body.length > maxBody) throw validationError(`HTTP content length exceeded ${maxBody} bytes.`);
    const endpoint = servingEndpoint(state, input.EndpointName ?? '');
    refuseWhatIsNotHosted(endpoint, input);
    const { fleet } = endpoint;
    const variant = variantFor(state, endpoint, input.TargetVariant);
    const { host } = variant;
    if (!host) refuseUnhosted(variant);
    refuseWrongContainer(endpoint, host, input.TargetContainerHostname);

    const instanceId = instanceFor(state, endpoint, variant);
    // Compute is not scaled: a request's own time is wall time, whatever the clock.
    const beganAt = performance.now();
    const answer = await host.invoke({
      body,
      contentType: input.ContentType,
      accept: input.Accept,
      customAttributes: input.CustomAttributes,
      inferenceId: input.InferenceId,
      container: input.TargetContainerHostname,
    });
    const wallUs = Math.round(1000 * (performance.now() - beganAt));
    const count = (outcome: Partial<Outcomes>, latencyUs?: number) =>
      state.metrics.record(
        endpoint,
        fleet,
        variant,
        {
          requests: 1,
          clientErrors: 0,
          serverErrors: 0,
          broken: 0,
          modelLatencyUs: latencyUs === undefined ? noLatency : new Map([[latencyUs, 1]]),
          // What the emulator adds to the container's own time; a model of a container takes none, so it has no overhead to measure.
          overheadLatencyUs: latencyUs === undefined || host.behaviour ? noLatency : new Map([[Math.max(1, wallUs - latencyUs), 1]]),
          ...outcome,
        },
        clock.now(),
        instanceId,
      );

    const from = 'from' in answer ? (answer.from ?? onlyContainer) : onlyContainer;
    switch (answer.kind) {
      case 'down':
        count({ serverErrors: 1 });
        throw new AwsError('ServiceUnavailable', 'The service is unavailable. Try your call again.', { status: 503 });
      case 'timed-out':
        count({ broken: 1 }, answer.latencyUs);
        throw modelError(state, endpoint, { status: 0, message: timedOutText(from), from, says: timedOutText(from) });
      case 'broken':
        count({ broken: 1 }, answer.latencyUs);
        throw modelError(state, endpoint, { status: 0, message: answer.reason, from });
      case 'answered':
        break;
    }
    if (answer.status >= 200 && answer.status < 300) {
      count({}, answer.latencyUs);
      return {
        Body: answer.body,
        ContentType: answer.contentType,
        InvokedProductionVariant: variant.name,
        ...(answer.customAttributes !== undefined && { CustomAttributes: answer.customAttributes }),
      };
    }
    const isClients = answer.status >= 400 && answer.status < 500;
    const isServers = answer.status >= 500;
    count({ clientErrors: isClients ? 1 : 0, serverErrors: isServers ? 1 : 0, broken: isClients || isServers ? 0 : 1 }, answer.latencyUs);
    throw modelError(state, endpoint, { status: answer.status, message: new TextDecoder().decode(answer.body), from });
  },
});
