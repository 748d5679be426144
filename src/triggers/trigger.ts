import type * as z from 'zod/mini';

/** Where a candidate's source lies, and which state of it is meant. */
export interface SourceCode {
  readonly type: 's3' | 'codecommit';
  /** `s3://bucket/key` of a bundle (`.zip` or `.tar.gz`), or the name of a CodeCommit repository. */
  readonly location: string;
  /** The object's VersionId, or the commit. Unset in a bucket without versions: then the key has to be a new one each time. */
  readonly version?: string;
  /** The commit a bundle was made of, where who put it there says so. */
  readonly commit?: string;
}

/** What is to be brought into service. */
export type Wanted =
  /** An image of this account's registry. Repository and digest (`sha256:…`): pinned on sight, so a tag that moves later changes nothing. */
  | {
      readonly kind: 'image';
      readonly repository: string;
      readonly imageDigest: string;
      /** The tag it came with; unset for an untagged push. */
      readonly imageTag?: string;
    }
  /** Source code: an image is built of it, or a training script is run from it. */
  | { readonly kind: 'source'; readonly source: SourceCode }
  /** A version of a model package group. */
  | { readonly kind: 'package'; readonly packageArn: string }
  /** What was approved before this version of a model package group, where this one serves. */
  | { readonly kind: 'instead'; readonly packageArn: string }
  /** What serves, trained anew. */
  | { readonly kind: 'retrain'; readonly because: string }
  /** What an earlier rollout brought into service, as it was then: nothing is built or trained. */
  | { readonly kind: 'again'; readonly rolloutId: string };

/** What a trigger asks for: a rollout of this. */
export type RolloutRequest = Wanted & {
  readonly trigger: string;
  /** When it happened, epoch milliseconds: an event older than the last attempt's end starts no new attempt. */
  readonly occurredAtMs: number;
  /** What dedupes it within a delivery: an image's digest, a source's version, a package's ARN, a schedule's due time. */
  readonly dedupeKey: string;
  /** ARN of the person who asked; unset for events. */
  readonly askedBy?: string;
};

/** What is wanted, for people. */
export function wantedText(wanted: Wanted): string {
  switch (wanted.kind) {
    case 'image':
      return `${wanted.repository}${wanted.imageTag === undefined ? '' : `:${wanted.imageTag}`}@${wanted.imageDigest}`;
    case 'source':
      return `${wanted.source.location}${wanted.source.version === undefined ? '' : ` at ${wanted.source.version}`}`;
    case 'package':
      return wanted.packageArn;
    case 'instead':
      return `what was approved before ${wanted.packageArn}`;
    case 'retrain':
      return `what serves, trained anew: ${wanted.because}`;
    case 'again':
      return `what ${wanted.rolloutId} brought into service`;
  }
}

/** One source of rollouts. */
export interface Trigger<Type extends string, Schema extends z.ZodMiniType, Event extends z.ZodMiniType> {
  readonly type: Type;
  readonly spec: Schema;
  /** The EventBridge rule's pattern in serverless.yml; of a rule with a schedule, what its events look like. */
  readonly pattern: {
    readonly source: readonly string[];
    readonly 'detail-type': readonly string[];
    readonly detail?: Readonly<Record<string, unknown>>;
  };
  /** The rule's schedule expression, where a clock asks; unset where an event does. */
  readonly schedule?: string;
  readonly event: Event;
  /** Which deliveries an event concerns: those whose spec yields the same subject. */
  subjectOf(event: z.output<Event>): string;
  subjectsOf(spec: z.output<Schema>): readonly string[];
  /** Other names of an event's subject, where a spec may say "our own" of a thing: `{bucket}`, for one. */
  aliasesOf?(event: z.output<Event>, own: { readonly bucket: string }): readonly string[];
  /** Whether a delivery of that subject wants this event (tags, for one). Text: it may be meant and nothing can come of it, and why. */
  accepts(spec: z.output<Schema>, event: z.output<Event>): boolean | string;
  toRequest(event: z.output<Event>, spec: z.output<Schema>): RolloutRequest;
}

export const defineTrigger = <Type extends string, Schema extends z.ZodMiniType, Event extends z.ZodMiniType>(
  trigger: Trigger<Type, Schema, Event>,
): Trigger<Type, Schema, Event> => trigger;
