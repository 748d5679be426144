import type { EndpointDescription, EndpointStatus } from '../ports/endpoints.ts';
import { type DesiredWeight, sameWeight } from './weights.ts';

/** What was asked of an endpoint. `InService` also follows a silent return to the old state, so each is proved by reading back. */
export type Move =
  | { readonly kind: 'create'; readonly configName: string; readonly requestedAtMs: number }
  | { readonly kind: 'update'; readonly configName: string; readonly previousConfigName: string; readonly requestedAtMs: number }
  | { readonly kind: 'weights'; readonly configName: string; readonly weights: readonly DesiredWeight[]; readonly requestedAtMs: number }
  | {
      readonly kind: 'capacity';
      readonly configName: string;
      readonly variantName: string;
      readonly instanceCount: number;
      readonly requestedAtMs: number;
    };

export type Proof =
  | { readonly answer: 'pending'; readonly text: string }
  | { readonly answer: 'done' }
  /** SageMaker went back to the old configuration; its words if it gave any. */
  | { readonly answer: 'reverted'; readonly text: string }
  /** The endpoint is dead or gone. */
  | { readonly answer: 'failed'; readonly text: string }
  /** The endpoint rests in a state nobody here asked for. */
  | { readonly answer: 'mismatch'; readonly text: string };

/** Reads are eventually consistent: right after a call the old state may still be read, for this long, milliseconds. */
const settleMs = 90_000;

/** Whether an endpoint in this status waits for nobody. A status AWS has added since is no rest we know. */
export const isAtRest = (status: EndpointStatus): boolean =>
  status === 'InService' || status === 'OutOfService' || status === 'Failed' || status === 'UpdateRollbackFailed';

/** Compares what an endpoint is with what was asked of it. */
export function prove(move: Move, endpoint: EndpointDescription | undefined, nowMs: number): Proof {
  if (!endpoint) {
    return move.kind === 'create' && nowMs - move.requestedAtMs < settleMs
      ? { answer: 'pending', text: 'the endpoint is not visible yet' }
      : { answer: 'failed', text: 'the endpoint does not exist' };
  }
  switch (endpoint.EndpointStatus) {
    case 'Creating':
    case 'Updating':
    case 'SystemUpdating':
    case 'RollingBack':
      return { answer: 'pending', text: `EndpointStatus is "${endpoint.EndpointStatus}"` };
    case 'Failed':
    case 'UpdateRollbackFailed':
    case 'OutOfService':
    case 'Deleting':
      return { answer: 'failed', text: endpoint.FailureReason ?? `EndpointStatus is "${endpoint.EndpointStatus}"` };
    case 'InService':
      break;
    default:
      // A status AWS has added since: not a rest we know.
      return { answer: 'pending', text: `EndpointStatus is "${String(endpoint.EndpointStatus)}"` };
  }
  const young = nowMs - move.requestedAtMs < settleMs;
  if (endpoint.EndpointConfigName !== move.configName) {
    // A FailureReason may be an older update's: it stays. Only one written after the call is about this move.
    const answered = endpoint.FailureReason !== undefined && endpoint.LastModifiedTimeMs > move.requestedAtMs;
    if (young && !answered) return { answer: 'pending', text: `still on ${endpoint.EndpointConfigName}` };
    if (move.kind === 'update' && endpoint.EndpointConfigName === move.previousConfigName) {
      return {
        answer: 'reverted',
        text: endpoint.FailureReason ?? `the endpoint returned to ${endpoint.EndpointConfigName} without giving a reason`,
      };
    }
    return { answer: 'mismatch', text: `EndpointConfigName is "${endpoint.EndpointConfigName}", expected "${move.configName}"` };
  }
  const wrong = differencesOf(move, endpoint);
  if (wrong.length === 0) return { answer: 'done' };
  return young ? { answer: 'pending', text: wrong.join('; ') } : { answer: 'mismatch', text: wrong.join('; ') };
}

/** Whether a move need not be asked again: it is under way or done. A repeated call would be refused or do nothing. */
export function isUnderWay(move: Move, endpoint: EndpointDescription): boolean {
  if (move.kind === 'update' || move.kind === 'create')
    return endpoint.PendingConfigName === move.configName || endpoint.EndpointConfigName === move.configName;
  return endpoint.EndpointConfigName === move.configName && desiredDifferencesOf(move, endpoint).length === 0;
}

function differencesOf(move: Move, endpoint: EndpointDescription): string[] {
  const wrong = desiredDifferencesOf(move, endpoint);
  for (const variant of endpoint.ProductionVariants) {
    if (!sameWeight(variant.CurrentWeight, variant.DesiredWeight)) {
      wrong.push(`variant ${variant.VariantName} has weight ${variant.CurrentWeight}, desired ${variant.DesiredWeight}`);
    }
    if (variant.CurrentInstanceCount !== variant.DesiredInstanceCount) {
      wrong.push(`variant ${variant.VariantName} has ${variant.CurrentInstanceCount} instances, desired ${variant.DesiredInstanceCount}`);
    }
  }
  return wrong;
}

function desiredDifferencesOf(move: Move, endpoint: EndpointDescription): string[] {
  const wrong: string[] = [];
  const live = (name: string) => endpoint.ProductionVariants.find((variant) => variant.VariantName === name);
  if (move.kind === 'weights') {
    for (const want of move.weights) {
      const variant = live(want.VariantName);
      if (!variant) wrong.push(`variant ${want.VariantName} is gone`);
      else if (!sameWeight(variant.DesiredWeight, want.DesiredWeight)) {
        wrong.push(`variant ${want.VariantName} has weight ${variant.DesiredWeight}, asked for ${want.DesiredWeight}`);
      }
    }
  }
  if (move.kind === 'capacity') {
    const variant = live(move.variantName);
    if (!variant) wrong.push(`variant ${move.variantName} is gone`);
    else if (variant.DesiredInstanceCount !== move.instanceCount) {
      wrong.push(`variant ${move.variantName} has ${variant.DesiredInstanceCount} instances, asked for ${move.instanceCount}`);
    }
  }
  return wrong;
}
