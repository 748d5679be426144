import * as z from 'zod/mini';
import { imagePushed } from './image-pushed.ts';
import type { Trigger } from './trigger.ts';

/** Every trigger that comes as an event, once. A person's start comes through the API and needs no subscription. */
export const triggers = [imagePushed] as const;

export const TriggerSpec = z.discriminatedUnion('type', [imagePushed.spec]);
export type TriggerSpec = z.output<typeof TriggerSpec>;

/** The trigger a parsed spec names. Its methods take that very spec: the discriminated union has checked it. */
export function triggerOf(spec: TriggerSpec): Trigger<string, z.ZodMiniType, z.ZodMiniType> {
  const trigger = triggers.find((candidate) => candidate.type === spec.type);
  if (!trigger) throw new Error(`No trigger of type "${spec.type}" is registered`);
  return trigger;
}
