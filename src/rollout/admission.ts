import { createHash } from 'node:crypto';
import type { Attempt, DeliveryHead } from '../ports/rollouts.ts';
import { type RolloutRequest, wantedText } from '../triggers/trigger.ts';
import type { DeliverySpec } from './spec.ts';

export type Admission =
  /** Nothing to do. */
  | { readonly answer: 'ignore'; readonly reason: 'already-live' | 'older-than-last-attempt' | 'older-than-another'; readonly text: string }
  /** This very image is being rolled out: the same rollout answers. */
  | { readonly answer: 'same'; readonly rolloutId: string }
  /** Another image is being rolled out. */
  | { readonly answer: 'reject'; readonly reason: 'busy'; readonly attempt: number; readonly text: string }
  | { readonly answer: 'start'; readonly attempt: number }
  /** Another image is being rolled out, and this one shall follow it; whatever was queued before is superseded, under `supersede` the open one stopped. */
  | { readonly answer: 'queue'; readonly attempt: number };

/**
 * Whether a request becomes a rollout. One image, one rollout at a time, however often its event is delivered.
 *
 * @param last the last attempt under this very key by this delivery; undefined if there was none
 * @param newest the newest wish for an image, a source or a version that serves, is being rolled out or waits; undefined if there is none
 */
export function admit(
  head: DeliveryHead,
  last: Attempt | undefined,
  request: RolloutRequest,
  concurrency: DeliverySpec['concurrency'],
  newest?: { readonly rolloutId: string; readonly occurredAtMs: number },
): Admission {
  if (last?.open) return { answer: 'same', rolloutId: last.rolloutId };
  if (isLive(head, request)) {
    return {
      answer: 'ignore',
      reason: 'already-live',
      text: `${wantedText(request)} serves already, put there by ${head.liveRolloutId ?? 'an earlier rollout'}`,
    };
  }
  if (last?.endedAtMs !== undefined && request.occurredAtMs <= last.endedAtMs) {
    return {
      answer: 'ignore',
      reason: 'older-than-last-attempt',
      text: `the request of ${new Date(request.occurredAtMs).toISOString()} is older than the end of ${last.rolloutId}: a late or repeated event`,
    };
  }
  // AWS's events tell whole seconds, a person's request more: what is of the same second is not older.
  if (newest && bringsItsOwn(request) && request.occurredAtMs < Math.floor(newest.occurredAtMs / 1000) * 1000) {
    return {
      answer: 'ignore',
      reason: 'older-than-another',
      text: `the request of ${new Date(request.occurredAtMs).toISOString()} is older than that of ${newest.rolloutId}: a late event, and what it asks for would take the place of something newer`,
    };
  }
  const attempt = (last?.attempt ?? 0) + 1;
  // Nothing may be open for a moment while one waits for its turn: it is not overtaken.
  const before = head.openRolloutId ?? head.queuedRolloutId;
  if (before !== undefined) {
    if (concurrency !== 'reject') return { answer: 'queue', attempt };
    return {
      answer: 'reject',
      reason: 'busy',
      attempt,
      text: `${before} of the same delivery is under way; start again when it has ended`,
    };
  }
  return { answer: 'start', attempt };
}

/** Whether a wish is for something of its own, made before: an image, a source, a version. Those have an order; "what serves, trained anew" has none. */
export const bringsItsOwn = ({ kind }: Pick<RolloutRequest, 'kind'>): boolean => kind === 'image' || kind === 'source' || kind === 'package';

/** Whether what is asked for serves already. An image also where it came another way: built from source, or trained anew since. */
export const isLive = (head: Pick<DeliveryHead, 'liveKey' | 'liveDigest'>, request: RolloutRequest): boolean =>
  head.liveKey === request.dedupeKey || (request.kind === 'image' && head.liveDigest === request.imageDigest);

/**
 * `<delivery>-<key12>-<attempt>`: unique, and the name of its execution, so that starting twice is harmless by construction.
 *
 * @param dedupeKey an image's digest or a commit gives its first 12 hexadecimal digits, anything else those of its SHA-256
 */
export function rolloutIdOf(delivery: string, dedupeKey: string, attempt: number): string {
  const [digits] = /^[0-9a-f]{12}(?=[0-9a-f]{8,}$)/.exec(dedupeKey.replace('sha256:', '')) ?? [];
  return `${delivery}-${digits ?? createHash('sha256').update(dedupeKey).digest('hex').slice(0, 12)}-${attempt}`;
}
