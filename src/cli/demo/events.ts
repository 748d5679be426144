import type { Interruption } from './interruption.ts';

/** What the demo tells as it happens: with --output json one of these a line, the summary last. */
export type DemoEvent =
  | { readonly type: 'stage'; readonly text: string }
  | { readonly type: 'chapter'; readonly chapter: number; readonly text: string }
  | { readonly type: 'alarm-made'; readonly alarmName: string; readonly text: string }
  /** The delivery, for the first time or revised. */
  | { readonly type: 'applied'; readonly delivery: string; readonly revision: number; readonly text: string }
  | { readonly type: 'pushed'; readonly tag: string; readonly imageDigest: string }
  /** Its source; the digest is what it will be built to. */
  | { readonly type: 'uploaded'; readonly tag: string; readonly imageDigest: string }
  | { readonly type: 'entry'; readonly rolloutId: string; readonly at: string; readonly kind: string; readonly text: string; readonly by?: string }
  | { readonly type: 'command'; readonly text: string }
  | { readonly type: 'answer'; readonly text: string }
  | {
      readonly type: 'interrupted';
      readonly rolloutId: string;
      /** When the alarm went into ALARM. */
      readonly at: string;
      readonly alarmName: string;
      readonly heardBy: Interruption['heardBy'];
      /** Emulator milliseconds from there to the decision to undo. */
      readonly alarmToUndoMs: number;
      /** Emulator milliseconds from there to when the bake would have looked by itself; below 0 where that look was under way. */
      readonly alarmToLookMs: number;
    }
  | { readonly type: 'weights'; readonly at: string; readonly status: string; readonly weights: Readonly<Record<string, number>> }
  | { readonly type: 'traffic'; readonly sent: number; readonly answered: number; readonly failed: number }
  | { readonly type: 'summary'; readonly rollouts: readonly RolloutSummary[] };

export interface RolloutSummary {
  readonly id: string;
  readonly tag: string;
  readonly imageDigest: string;
  readonly outcome: string;
  readonly reason: string;
  /** Requests the canary served until the rollout ended, from the embedded AWS's own count. */
  readonly canaryRequests: number;
  readonly canaryFailures: number;
  /** Emulator milliseconds from the alarm that ended it to when the last request the canary got was answered; null where no alarm did. */
  readonly alarmToZeroMs: number | null;
  /** The same in wall milliseconds. */
  readonly alarmToZeroWallMs: number | null;
  /** Emulator seconds from its first shift to all of the traffic, without `awaitedSeconds`; null where it never came so far, or began there. */
  readonly rampSeconds: number | null;
  /** The strategy's part of `rampSeconds`, emulator seconds: its bakes and a minute a shift; null as `rampSeconds`. */
  readonly pacedSeconds: number | null;
  /** Emulator seconds in which that waited for a person; null as `rampSeconds`. */
  readonly awaitedSeconds: number | null;
  /** Emulator seconds from the request to the end. */
  readonly durationSeconds: number;
}

export type Tell = (event: DemoEvent) => void;
