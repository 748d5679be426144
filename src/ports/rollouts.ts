import type { Draft, Entry } from '../ledger/entry.ts';
import type { Act } from '../rollout/acts.ts';
import type { MetricsBefore } from '../rollout/metric-period.ts';
import type { Rollout, WaitName } from '../rollout/rollout.ts';
import type { DeliverySource } from '../rollout/spec.ts';
import type { RolloutRequest } from '../triggers/trigger.ts';

/** A delivery as it stands: its newest revision and what is live or under way. */
export interface DeliveryHead {
  readonly name: string;
  readonly version: number;
  /** The newest revision, 1, 2, 3 …. */
  readonly revision: number;
  readonly endpointName: string;
  /** Endpoints of earlier revisions, which may still hold what a rollout left there. Unset while there are none. */
  readonly formerEndpoints?: readonly string[];
  /** Admitted and waiting for the open one to end; at most one a delivery. */
  readonly queuedRolloutId?: string;
  /** The rollout under way; at most one a delivery. */
  readonly openRolloutId?: string;
  /** Rollouts that have ended, or lost their place in the queue, and whose end is still being written, tidied and told. Unset while there are none. */
  readonly closing?: readonly string[];
  /** Key of the request that serves, and digest of its image; unset until a rollout succeeded. */
  readonly liveKey?: string;
  readonly liveDigest?: string;
  readonly liveRolloutId?: string;
}

/** The last attempt at what has one key, by one delivery. */
export interface Attempt {
  readonly attempt: number;
  readonly rolloutId: string;
  readonly open: boolean;
  readonly endedAtMs?: number;
}

/** What the controller remembers of an endpoint between rollouts; written under its lock only. */
export interface EndpointRecord {
  readonly delivery: string;
  readonly stable: string;
  /** The leftover variant at weight 0, which the next rollout replaces; by the rollout that left it there. */
  readonly resting?: { readonly variantName: string; readonly modelName: string; readonly sinceMs: number; readonly rolloutId: string };
  /** How the endpoint's metrics stood before a rollout, until a configuration has them so again; unset where none changed them. */
  readonly metrics?: MetricsBefore;
  /** Set while the resting variant is on its way out: the configuration without it, whether we made that, and the one it was in. */
  readonly retiring?: {
    readonly configName: string;
    readonly ours: boolean;
    readonly previousConfigName: string;
    readonly requestedAtMs: number;
  };
  /** Configurations and models we made that are in service: ours to delete once replaced. */
  readonly configs: readonly string[];
  readonly models: readonly string[];
}

/** A signal as it lies in a rollout's inbox, whether anybody was awake or not. */
export interface Signal {
  /** Dedupes redeliveries: the same happening has the same id. */
  readonly id: string;
  readonly key: string;
  readonly atMs: number;
  /** For alarms: the state entered. */
  readonly state?: string;
  readonly text: string;
  /** Set for a person's act. */
  readonly act?: Act;
}

export interface Wait {
  readonly name: WaitName;
  readonly token: string;
  readonly keys: readonly string[];
}

export interface Rollouts {
  find(rolloutId: string): Promise<Rollout | undefined>;
  /** Newest first. */
  list(filter: { readonly delivery?: string; readonly limit: number }): Promise<readonly Rollout[]>;
  ledger(rolloutId: string): Promise<readonly Entry[]>;
  /**
   * Saves state and the entries that explain it in one transaction. Throws `StaleRollout` over a newer version.
   *
   * @param heard signals the rollout has taken in: they leave the inbox with it
   */
  save(rollout: Rollout, drafts: readonly Draft[], nowMs: number, heard?: readonly Signal[]): Promise<Rollout>;
  /** Saves the end: state, entries, the delivery's head and the attempt, in one transaction. The rollout is then closing. */
  end(rollout: Rollout, drafts: readonly Draft[], nowMs: number): Promise<Rollout>;
  /** Saves that everything which follows the end is done: state and the delivery's head, in one transaction. Closing twice closes once. */
  close(rollout: Rollout, nowMs: number): Promise<void>;
  /** Admits a rollout: state, entries, head and attempt in one conditional write. False where somebody was faster: decide anew. */
  admit(rollout: Rollout, head: DeliveryHead, drafts: readonly Draft[], nowMs: number): Promise<boolean>;
  /** Admits a rollout behind the open one: state, entries, head and attempt in one conditional write; what it takes the place of is closing. False where the head moved: decide anew. */
  queue(rollout: Rollout, head: DeliveryHead, drafts: readonly Draft[], nowMs: number): Promise<boolean>;
  /** Makes the queued rollout of a delivery the open one, if none is open. Its id; undefined where there is none, or somebody was faster. */
  takeFromQueue(delivery: string): Promise<string | undefined>;
  /** Records a rollout that was refused at the door. False where it is recorded already. */
  reject(rollout: Rollout, drafts: readonly Draft[], nowMs: number): Promise<boolean>;

  /** Makes signals under these keys reach the rollout's inbox. */
  watch(rolloutId: string, keys: readonly string[]): Promise<void>;
  unwatch(rolloutId: string, keys: readonly string[]): Promise<void>;
  watchersOf(key: string): Promise<readonly string[]>;
  /** Writes into the inbox; a signal that lies there already is fine. */
  post(rolloutId: string, signal: Signal): Promise<void>;
  inbox(rolloutId: string): Promise<readonly Signal[]>;
  park(rolloutId: string, wait: Wait): Promise<void>;
  /** Removes a wait that is over; one parked anew under its name since then stays. */
  unpark(rolloutId: string, wait: Pick<Wait, 'name' | 'token'>): Promise<void>;
  waits(rolloutId: string): Promise<readonly Wait[]>;
}

export interface Deliveries {
  head(name: string): Promise<DeliveryHead | undefined>;
  /** A revision as written. Throws `NotFound`. */
  revision(name: string, revision: number): Promise<DeliverySource>;
  /** Writes the next revision and its subscriptions; an unchanged spec keeps its number. */
  apply(
    source: DeliverySource,
    subjects: readonly string[],
    by: string,
    nowMs: number,
  ): Promise<{ readonly revision: number; readonly changed: boolean }>;
  list(): Promise<readonly DeliveryHead[]>;
  /** Names of the deliveries subscribed to a trigger's subject. */
  subscribers(subject: string): Promise<readonly string[]>;
  lastAttempt(name: string, dedupeKey: string): Promise<Attempt | undefined>;
}

/** One writer an endpoint. SageMaker checks no fence, so a lease outlives any function that could still act under it. */
export interface Locks {
  /** Takes a free lock, or answers who holds it. Taking what one holds already keeps the fence. */
  acquire(
    endpointName: string,
    rolloutId: string,
    nowMs: number,
  ): Promise<{ readonly fence: number } | { readonly holder: string; readonly leaseUntilMs: number }>;
  /** The rollout that holds the endpoint; undefined while it is free. */
  holder(endpointName: string): Promise<{ readonly holder: string; readonly leaseUntilMs: number } | undefined>;
  /** Renews the lease in the invocation that is about to change the endpoint. Throws `LockLost`. */
  renew(endpointName: string, rolloutId: string, fence: number, nowMs: number): Promise<void>;
  /** Takes the lock from a holder that can't act any more. Undefined where it is no longer as it was read. */
  takeOver(
    endpointName: string,
    rolloutId: string,
    from: { readonly holder: string; readonly leaseUntilMs: number },
    nowMs: number,
  ): Promise<{ readonly fence: number } | undefined>;
  release(endpointName: string, rolloutId: string, fence: number): Promise<void>;
  /** Gives back what an ended rollout still holds, under whatever fence: its own record of the fence may be what was lost. */
  releaseHeldBy(endpointName: string, rolloutId: string): Promise<void>;
  record(endpointName: string): Promise<EndpointRecord | undefined>;
  /** Throws `LockLost` where somebody else holds the endpoint. */
  saveRecord(endpointName: string, rolloutId: string, fence: number, record: EndpointRecord): Promise<void>;
}

export type { RolloutRequest };
