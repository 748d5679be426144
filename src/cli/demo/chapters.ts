import type { DeliverySource } from '../../rollout/spec.ts';

/** One version of the model on its way: what is pushed, and how the story says it ends. */
export interface Chapter {
  readonly tag: string;
  /** What somebody changed in the image: folders laid over it. */
  readonly changes: readonly string[];
  readonly text: string;
  /** What the delivery says from here on, applied before the push; unset where it stays as it is. */
  readonly revise?: (source: DeliverySource) => DeliverySource;
  /** Why the person who is asked says yes; unset where the story comes to no question. */
  readonly approval?: string;
  /** The version of an earlier chapter that this one has to be faster than, from the first shift to all of the traffic; unset where no pace is told. */
  readonly fasterThan?: string;
  /** More than one reason where chance decides which of a gate's words for it comes first. */
  readonly expected: { readonly outcome: string; readonly reasons: readonly string[] };
}

/** What gate error-rate says of a canary that fails too often, by whichever of its two tests is first: next to stable, or to what stable has ever done. */
export const harmFound = ['worse-than-stable', 'worse-than-history'] as const;
