/** What is recorded: one kind a decision or observation that explains a change of the rollout. */
export const entryKinds = [
  'requested',
  'rejected',
  'queued',
  'started',
  'images-pinned',
  'build-asked',
  'built',
  'image-checked',
  'training-asked',
  'trained',
  'metrics-judged',
  'registered',
  'model-created',
  'endpoint-busy',
  'alarm-red',
  'endpoint-acquired',
  'refused',
  'plan',
  'canary-asked',
  'canary-verified',
  'alarms-made',
  'smoke-tested',
  'shift-decided',
  'shift-verified',
  'gates-evaluated',
  'approval-asked',
  'act-heard',
  'act-refused',
  'recovered',
  'signal-received',
  'paused',
  'promoted',
  'undo-decided',
  'undo-verified',
  'rest-asked',
  'retire-asked',
  'retired',
  'continued',
  'cleaned-up',
  'paged',
  'ended',
] as const;
export type EntryKind = (typeof entryKinds)[number];

/** An entry before it has its place in the chain. `evidence` is JSON. */
export interface Draft {
  readonly kind: EntryKind;
  /** A sentence for people. */
  readonly text: string;
  readonly evidence?: Readonly<Record<string, unknown>>;
  /** ARN of the person whose act this records; unset for the controller's own. */
  readonly by?: string;
}

/** One link of a rollout's chain. */
export interface Entry extends Draft {
  /** 1, 2, 3 … without gaps. */
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256, hex, of the canonical JSON of all other fields. */
  readonly hash: string;
}
