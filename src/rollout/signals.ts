import * as z from 'zod/mini';
import type { Signal } from '../ports/rollouts.ts';
import { keys } from './keys.ts';

/** The events of AWS's that rollouts wait for, as EventBridge delivers them. */
export const SignalEvent = z.discriminatedUnion('detail-type', [
  z.object({
    id: z.string(),
    'detail-type': z.literal('SageMaker Training Job State Change'),
    time: z.string(),
    detail: z.object({ TrainingJobName: z.string(), TrainingJobStatus: z.string() }),
  }),
  z.object({
    id: z.string(),
    'detail-type': z.literal('CodeBuild Build State Change'),
    time: z.string(),
    // An ARN here, unlike the API's `<project>:<uuid>`.
    detail: z.object({ 'build-id': z.string(), 'build-status': z.string() }),
  }),
  z.object({
    id: z.string(),
    'detail-type': z.literal('ECR Image Scan'),
    time: z.string(),
    detail: z.object({ 'scan-status': z.string(), 'image-digest': z.string() }),
  }),
  z.object({
    id: z.string(),
    'detail-type': z.literal('ECR Image Action'),
    time: z.string(),
    // A push under any other tag is an image's own: no news of another one.
    detail: z.object({ 'repository-name': z.string(), 'image-digest': z.string(), 'image-tag': z.optional(z.string().check(z.regex(/^sha256-/))) }),
  }),
  z.object({
    id: z.string(),
    'detail-type': z.literal('SageMaker Model Package State Change'),
    time: z.string(),
    detail: z.object({ ModelPackageArn: z.string(), ModelApprovalStatus: z.optional(z.string()) }),
  }),
  z.object({
    id: z.string(),
    'detail-type': z.literal('SageMaker Endpoint State Change'),
    time: z.string(),
    // Upper snake case here (`IN_SERVICE`), unlike the API.
    detail: z.object({ EndpointName: z.string(), EndpointStatus: z.string(), EndpointConfigName: z.optional(z.string()) }),
  }),
  z.object({
    id: z.string(),
    'detail-type': z.literal('CloudWatch Alarm State Change'),
    time: z.string(),
    detail: z.object({ alarmName: z.string(), state: z.object({ value: z.string(), reason: z.optional(z.string()), timestamp: z.string() }) }),
  }),
  // Not AWS's own: how another system answers for a person. Its `by` is what that system says; EventBridge carries no caller.
  z.object({
    id: z.string(),
    'detail-type': z.literal('Sluice Approval'),
    time: z.string(),
    source: z.string(),
    account: z.string(),
    detail: z.object({
      rolloutId: z.string().check(z.maxLength(100)),
      answer: z.enum(['approve', 'reject']),
      for: z.union([z.literal('rollout'), z.int().check(z.minimum(0))]),
      imageDigest: z.string().check(z.maxLength(100)),
      revision: z.int(),
      by: z.optional(z.string().check(z.maxLength(256))),
      reason: z.optional(z.string().check(z.maxLength(1024))),
    }),
  }),
]);
export type SignalEvent = z.output<typeof SignalEvent>;

/** What an event says, under the key a rollout waits with. Its id follows from what happened, so a repeated event is the same signal. */
export function toSignal(event: SignalEvent): Signal & { readonly rolloutId?: string } {
  switch (event['detail-type']) {
    case 'SageMaker Training Job State Change': {
      const { TrainingJobName, TrainingJobStatus } = event.detail;
      return {
        id: `training-${TrainingJobStatus}`,
        key: keys.trainingJob(TrainingJobName),
        atMs: Date.parse(event.time),
        state: TrainingJobStatus,
        text: `training job ${TrainingJobName} is ${TrainingJobStatus}`,
      };
    }
    case 'CodeBuild Build State Change': {
      const { 'build-id': arn, 'build-status': status } = event.detail;
      const id = arn.slice(arn.indexOf(':build/') + ':build/'.length);
      return { id: `build-${status}`, key: keys.build(id), atMs: Date.parse(event.time), state: status, text: `build ${id} is ${status}` };
    }
    case 'ECR Image Scan': {
      const { 'scan-status': status, 'image-digest': digest } = event.detail;
      return {
        id: `scan-${status}-${event.time}`,
        key: keys.image(digest),
        atMs: Date.parse(event.time),
        state: status,
        text: `the scan of ${digest} is ${status}`,
      };
    }
    case 'ECR Image Action': {
      const { 'repository-name': repository, 'image-digest': pushed, 'image-tag': tag } = event.detail;
      // Cosign's tag is made of the digest of what it signs; a referrer has none, and only its manifest says whose it is.
      const about = /^sha256-([0-9a-f]{64})(?:\.|$)/.exec(tag ?? '')?.[1];
      return {
        id: `pushed-${pushed}-${tag ?? ''}`,
        key: about === undefined ? keys.pushes(repository) : keys.image(`sha256:${about}`),
        atMs: Date.parse(event.time),
        text: `${tag ?? pushed} was pushed to ${repository}`,
      };
    }
    case 'SageMaker Model Package State Change': {
      const { ModelPackageArn: arn, ModelApprovalStatus: status = 'unknown' } = event.detail;
      const atMs = Date.parse(event.time);
      if (status === 'Rejected') return rejectedSignal(arn, event.time, atMs);
      const text = `${arn} is ${status} in the model registry`;
      return { id: `package-${status}-${event.time}`, key: keys.package(arn), atMs, state: status, text };
    }
    case 'SageMaker Endpoint State Change': {
      const { EndpointName, EndpointStatus, EndpointConfigName } = event.detail;
      return {
        id: `endpoint-${EndpointStatus}-${EndpointConfigName ?? ''}`,
        key: keys.endpoint(EndpointName),
        atMs: Date.parse(event.time),
        state: EndpointStatus,
        text: `endpoint ${EndpointName} is ${EndpointStatus}`,
      };
    }
    case 'CloudWatch Alarm State Change': {
      const { alarmName, state } = event.detail;
      // AWS writes the zone as +0000, which Date.parse takes for ISO only with a colon.
      const atMs = Date.parse(state.timestamp.replace(/\+0000$/, 'Z'));
      return {
        id: `alarm-${alarmName}-${state.value}`,
        key: keys.alarm(alarmName),
        atMs,
        state: state.value,
        text: state.reason ?? `alarm ${alarmName} is ${state.value}`,
      };
    }
    case 'Sluice Approval': {
      const { rolloutId, answer, by, reason, ...answers } = event.detail;
      const who = `${by ?? 'somebody'} through ${event.source} of account ${event.account}`;
      const act = {
        kind: answer,
        by: who,
        answers: { for: answers.for, imageDigest: answers.imageDigest, revision: answers.revision },
        ...(reason !== undefined && { reason }),
      };
      return { id: `answer-${event.id}`, key: keys.acts(rolloutId), atMs: Date.parse(event.time), text: `${answer} by ${who}`, act, rolloutId };
    }
  }
}

/**
 * A version that is being rolled out and is rejected in the model registry: the rollout stops, as if a person had aborted it here.
 *
 * @param occasion tells this rejection from another of the same version
 * @param comment what who answered wrote beside it, which events do not tell
 */
export function rejectedSignal(arn: string, occasion: string, atMs: number, comment?: string): Signal {
  const text = `${arn} is Rejected in the model registry${comment === undefined ? '' : `: ${comment}`}`;
  const act = { kind: 'abort', by: 'model registry', reason: text } as const;
  return { id: `package-Rejected-${occasion}`, key: keys.package(arn), atMs, state: 'Rejected', text, act };
}
