import * as z from 'zod/mini';
import { bundleUploaded } from './bundle-uploaded.ts';
import { driftFound } from './drift-found.ts';
import { imagePushed } from './image-pushed.ts';
import { imageScanned } from './image-scanned.ts';
import { modelApproved } from './model-approved.ts';
import { modelRejected } from './model-rejected.ts';
import { schedule } from './schedule.ts';
import { sourceAnnounced } from './source-announced.ts';
import { sourcePushed } from './source-pushed.ts';
import type { Trigger } from './trigger.ts';

/** Every trigger that comes as an event, once. A person's start comes through the API and needs no subscription. */
export const triggers = [
  imagePushed,
  imageScanned,
  sourcePushed,
  bundleUploaded,
  sourceAnnounced,
  schedule,
  driftFound,
  modelApproved,
  modelRejected,
] as const;

export const TriggerSpec = z.discriminatedUnion('type', [
  imagePushed.spec,
  imageScanned.spec,
  sourcePushed.spec,
  bundleUploaded.spec,
  sourceAnnounced.spec,
  schedule.spec,
  driftFound.spec,
  modelApproved.spec,
  modelRejected.spec,
]);
export type TriggerSpec = z.output<typeof TriggerSpec>;

type AnyTrigger = Trigger<string, z.ZodMiniType, z.ZodMiniType>;

/** The triggers an event may belong to, by what its rule looks for. What parses as one's event is one. */
export const triggersOf = ({
  source,
  'detail-type': detailType,
}: {
  readonly source: string;
  readonly 'detail-type': string;
}): readonly AnyTrigger[] =>
  triggers.filter(({ pattern }) => pattern.source.some((each) => each === source) && pattern['detail-type'].some((each) => each === detailType));

/** The trigger a parsed spec names. Its methods take that very spec: the discriminated union has checked it. */
export function triggerOf(spec: TriggerSpec): AnyTrigger {
  const trigger = triggers.find((candidate) => candidate.type === spec.type);
  if (!trigger) throw new Error(`No trigger of type "${spec.type}" is registered`);
  return trigger;
}
