import type * as z from 'zod/mini';

/** What a trigger asks for: a rollout of this image. */
export interface RolloutRequest {
  readonly trigger: string;
  /** Repository name and digest (`sha256:…`): pinned on sight, so a tag that moves later changes nothing. */
  readonly repository: string;
  readonly imageDigest: string;
  /** The tag it came with; unset for an untagged push. */
  readonly imageTag?: string;
  /** When it happened, epoch milliseconds: an event older than the last attempt's end starts no new attempt. */
  readonly occurredAtMs: number;
  /** What dedupes it within a delivery: the image's digest. */
  readonly dedupeKey: string;
  /** What an earlier rollout trained for this image: an undo does not train again. */
  readonly modelDataUrl?: string;
  /** ARN of the person who asked; unset for events. */
  readonly askedBy?: string;
}

/** One source of rollouts. */
export interface Trigger<Type extends string, Schema extends z.ZodMiniType, Event extends z.ZodMiniType> {
  readonly type: Type;
  readonly spec: Schema;
  /** The EventBridge rule's pattern in serverless.yml. */
  readonly pattern: Readonly<Record<string, unknown>>;
  readonly event: Event;
  /** Which deliveries an event concerns: those whose spec yields the same subject. */
  subjectOf(event: z.output<Event>): string;
  subjectsOf(spec: z.output<Schema>): readonly string[];
  /** Whether a delivery of that subject wants this event (tags, for one). */
  accepts(spec: z.output<Schema>, event: z.output<Event>): boolean;
  toRequest(event: z.output<Event>): RolloutRequest;
}

export const defineTrigger = <Type extends string, Schema extends z.ZodMiniType, Event extends z.ZodMiniType>(
  trigger: Trigger<Type, Schema, Event>,
): Trigger<Type, Schema, Event> => trigger;
