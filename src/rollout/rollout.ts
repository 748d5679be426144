import type { Head } from '../ledger/chain.ts';
import type { PackagedContainer } from '../ports/packages.ts';
import type { RolloutRequest, SourceCode } from '../triggers/trigger.ts';
import type { MetricsBefore } from './metric-period.ts';
import type { Move } from './move.ts';
import type { Step } from './step.ts';
import type { GateVerdict } from './verdict.ts';

export const phases = [
  'Queued',
  'Building',
  'Training',
  'Registering',
  'Preparing',
  'Progressing',
  'Paused',
  'Promoting',
  'Soaking',
  'RollingBack',
  'Ended',
] as const;
export type Phase = (typeof phases)[number];

/** What a state machine waits for, one wait a rollout of each. */
export const waitNames = ['build', 'image', 'training', 'registration', 'approval', 'endpoint', 'bake', 'rollout'] as const;
export type WaitName = (typeof waitNames)[number];

/**
 * How a rollout ended. `RolledBack`: the endpoint had been touched and is back. `Rejected`: refused before any change.
 * `Failed`: build, train or first creation failed, or it is held and a person was paged.
 */
export const outcomes = ['Succeeded', 'RolledBack', 'Rejected', 'Superseded', 'Failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** How the rollout will end, once what must come before has happened. */
export interface Ending {
  readonly outcome: Outcome;
  /** A code such as `promoted`, `over-threshold`, `canary-unhealthy`. */
  readonly reason: string;
  /** The same in a sentence, with the numbers or AWS's own words. */
  readonly text: string;
  readonly page: boolean;
}

/** What an approval is asked for: the whole rollout, or the step of this index. */
export type ApprovalSubject = 'rollout' | number;

/** An open question to a person. An answer counts only for this subject, of this rollout, digest and revision, and only once. */
export interface Approval {
  readonly for: ApprovalSubject;
  readonly askedAtMs: number;
  readonly expiresAtMs: number;
  readonly onExpiry: 'reject' | 'approve';
}

export interface ActRecord {
  /** ARN of the person; `expiry` where nobody answered, `onInconclusive` where the delivery holds for want of evidence. */
  readonly by: string;
  readonly atMs: number;
  readonly reason?: string;
}

export interface Approved extends ActRecord {
  readonly for: ApprovalSubject;
}

/** A variant as it stood before the rollout changed anything. */
export interface VariantBefore {
  readonly VariantName: string;
  readonly weight: number;
  readonly instanceCount: number;
  readonly images: readonly string[];
}

/** Where the rollout works: the endpoint, the roles' variants, and what stood there before. */
export interface Placement {
  readonly endpointName: string;
  /** Grows with every holder of the endpoint's lock. */
  readonly fence: number;
  /** Unset in a first deployment. */
  readonly before?: {
    readonly configName: string;
    readonly variants: readonly VariantBefore[];
  };
  /** Unset in a first deployment. */
  readonly stable?: string;
  /** Stable's weight before the rollout; the two roles' weights always add up to it. 100 on endpoints we create. */
  readonly stableWeight: number;
  readonly canary: string;
  /** The configuration that holds the canary; unset until it is asked for. */
  readonly configName?: string;
  /** How the endpoint's metrics stood before, where that configuration has them at the delivery's own pace; unset where it left them. */
  readonly metrics?: MetricsBefore;
  /** How many instances the canary was asked for: enough for all the delivery's traffic. */
  readonly canaryInstances?: number;
  /** Set once the canary was proved to be in service. */
  readonly verifiedAtMs?: number;
  /** How often the endpoint's metrics are published, seconds, as read from the configuration in force; unset until then. */
  readonly metricPeriodSeconds?: number;
  /** Set once the alarms the delivery wants for it were made; unset where it wants none. */
  readonly alarmsMadeAtMs?: number;
  /** Set once it answered its smoke test. */
  readonly smokeTestedAtMs?: number;
}

export interface StepRecord extends Step {
  readonly index: number;
  readonly requestedAtMs: number;
  /** Unset until the weights were read back. */
  readonly verifiedAtMs?: number;
  readonly passedAtMs?: number;
  /** The last answers of the gates; empty until asked. */
  readonly verdicts: readonly GateVerdict[];
  /** The newest signal of each alarm those answers knew of, epoch milliseconds by its key: up to then none wakes anybody again. Unset until asked. */
  readonly heard?: Readonly<Record<string, number>>;
}

/** An image the delivery names itself, as it was when the rollout began. */
export interface PinnedImage {
  readonly asNamed: string;
  /** By digest; by tag only where it is AWS's own and its registry did not say. Of an index, once it was looked at, the image that is needed. */
  readonly uri: string;
  /** The index it was picked of; unset where it is none. */
  readonly indexUri?: string;
  /** Set once it was looked at and is fit to be used. */
  readonly checked?: boolean;
}

/** What becomes the canary; grows on the way from what was asked for to a model. */
export interface Candidate {
  /** The source it is built from or trained with; unset where an image or a package was asked for. */
  readonly source?: SourceCode;
  /** URIs by digest, the container that gets the requests first. Unset until they are known. Before there is a model: the candidate's own alone. */
  readonly images?: readonly string[];
  /** The candidate's own image among the model's, pushed or built: what it is trained with anew. Unset before there is a model, and where it has none. */
  readonly ownImage?: string;
  /** What its model is made of; unset until that is decided, and never decided twice. */
  readonly containers?: readonly PackagedContainer[];
  /** Images the delivery names, by where it does: `train`, `serve`, `before[0]`. Unset until they are pinned, and where there are none. */
  readonly named?: Readonly<Record<string, PinnedImage>>;
  readonly trainingJobName?: string;
  readonly modelDataUrl?: string;
  /** How far the training job is, in SageMaker's words. */
  readonly progress?: string;
  readonly metrics?: Readonly<Record<string, number>>;
  /** Set once its figures were found good enough. */
  readonly metricsAccepted?: boolean;
  /** CodeBuild's id of the build. */
  readonly buildId?: string;
  /** The index its own image was picked of; unset where an image itself was pushed or built. */
  readonly indexUri?: string;
  /** What ECR's scan found at and above the delivery's severity, by severity; unset where nothing counted. */
  readonly findings?: Readonly<Record<string, number>>;
  /** When it was first looked at and something was still missing, epoch milliseconds. */
  readonly imageSeenAtMs?: number;
  /** How much news of the image (`keys.image`, `keys.pushes`) was in the inbox when it was last looked at; unset: none. */
  readonly imageNews?: number;
  /** Set once the image was looked at and is fit to be used. */
  readonly imageChecked?: boolean;
  /** The version of the model package group it is registered as, or came from. */
  readonly packageArn?: string;
  /** When we registered it, epoch milliseconds; unset where it was asked for. */
  readonly registeredAtMs?: number;
  /** Set once its approval in the registry was read. */
  readonly packageApproved?: boolean;
  readonly modelName?: string;
}

/** The image that was pushed or built for this candidate; undefined where it has none, or none yet. */
export const ownImageOf = ({ ownImage, containers, images }: Candidate): string | undefined => ownImage ?? (containers ? undefined : images?.[0]);

/** Digest (`sha256:…`) of the image that gets the requests: what an answer of a person is bound to. Undefined until it is known. */
export const imageDigestOf = ({ candidate }: Pick<Rollout, 'candidate'>): string | undefined => candidate.images?.[0]?.split('@')[1];

export interface Rollout {
  readonly contract: 1;
  /** `<delivery>-<key12>-<attempt>`: also the name of its delivery execution. */
  readonly id: string;
  /** Grows with every save; a save over a newer one is refused. */
  readonly version: number;
  /** Grows when the walk continues in a new execution. */
  readonly generation: number;
  readonly delivery: string;
  readonly revision: number;
  readonly attempt: number;
  readonly request: RolloutRequest;
  readonly phase: Phase;
  readonly startedAtMs: number;
  readonly ledger: Head;
  readonly candidate: Candidate;
  /** Since when another rollout has held the endpoint this one wants, epoch milliseconds; unset where it never had to wait. */
  readonly waitingSinceMs?: number;
  /** Since when an alarm that was red before the start has kept it from starting, epoch milliseconds; unset where none has. */
  readonly redSinceMs?: number;
  /** Unset until the endpoint's lock was acquired. */
  readonly placement?: Placement;
  /** What was asked of the endpoint and is not proved yet. */
  readonly move?: Move;
  readonly steps: readonly StepRecord[];
  /** What gates want to know again, by their place in the spec; unset where none does. */
  readonly memories?: Readonly<Record<string, unknown>>;
  readonly soakUntilMs?: number;
  /** What this rollout made and a clean-up may delete once nothing uses it. */
  readonly made: { readonly configs: readonly string[]; readonly models: readonly string[]; readonly alarms?: readonly string[] };
  /** What it took out of service and a clean-up may delete once nothing uses it. */
  readonly replaced: { readonly configs: readonly string[]; readonly models: readonly string[] };
  /** What a person is asked now; unset while nobody is. */
  readonly approval?: Approval;
  /** What was agreed to, by a person or by expiry. */
  readonly approved: readonly Approved[];
  /** Whether somebody could be paged about the hold it is in; means nothing but in phase `Paused`. */
  readonly paged?: boolean;
  /** A person, or the delivery before any traffic, wants it to go no further; unset while nobody does. */
  readonly paused?: ActRecord;
  /** Who let it go on again after the last pause; unset where it never was paused, or is. */
  readonly resumed?: ActRecord;
  /** How long pauses that are over kept it since its canary got traffic, milliseconds; unset: not at all. */
  readonly heldMs?: number;
  /** A person wants the rest of the steps skipped. */
  readonly hurried?: ActRecord;
  /** Signals of people that were heard: each acts once. */
  readonly heardActs: readonly string[];
  /** Keys whose signals reach this rollout's inbox. */
  readonly watching: readonly string[];
  /** Set when the end is decided; the outcome follows when it is done. */
  readonly ending?: Ending;
  readonly outcome?: Outcome;
  readonly endedAtMs?: number;
  /** Set once what the end left behind was cleaned up or named. */
  readonly tidied?: boolean;
  /** Set once everything that follows an end is done: tidied, given back, told. */
  readonly closed?: boolean;
}

/** The step under way or passed last; undefined before the first shift. */
export const currentStep = (rollout: Rollout): StepRecord | undefined => rollout.steps.at(-1);

/**
 * Since when an alarm counts against the step under way: from the moment the step before it was left, so that nothing
 * falls between two steps. Epoch milliseconds.
 */
export function alarmsCountSince(rollout: Rollout): number {
  const step = currentStep(rollout);
  if (!step) return Number.POSITIVE_INFINITY;
  const before = rollout.steps.find((other) => other.index !== step.index && other.passedAtMs !== undefined && other === rollout.steps.at(-2));
  return Math.min(step.requestedAtMs, before?.passedAtMs ?? step.requestedAtMs);
}

/** How long people have kept a rollout where it was since its canary got traffic, milliseconds. */
export function heldMsAt({ steps, paused, heldMs = 0 }: Pick<Rollout, 'steps' | 'paused' | 'heldMs'>, nowMs: number): number {
  const firstMs = steps.find((step) => step.verifiedAtMs !== undefined)?.verifiedAtMs;
  return !paused || firstMs === undefined ? heldMs : heldMs + Math.max(0, nowMs - Math.max(firstMs, paused.atMs));
}

/** The rollout with its newest step replaced. */
export const withStep = (rollout: Rollout, step: StepRecord): Rollout => ({
  ...rollout,
  steps: [...rollout.steps.filter((other) => other.index !== step.index), step],
});

/** The placement, which every caller after `acquire` has. */
export function placementOf(rollout: Rollout): Placement {
  if (!rollout.placement) throw new Error(`Rollout "${rollout.id}" has no endpoint yet`);
  return rollout.placement;
}
