import type { Emulator } from '../../src/emulator/emulator.ts';
import type { TraceKind } from '../../src/emulator/trace.ts';
import type { DeliveryPlan } from './delivery-plan.ts';
import type { Plan } from './plan.ts';

/** One call on the wire, or of one service by another, that had its effect; its answer may have been lost. */
export interface Call {
  readonly atMs: number;
  /** ARN of the caller. */
  readonly caller: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
}

/** One run of a function. */
export interface Invocation {
  readonly requestId: string;
  readonly functionName: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Unset for functions that are told of events. */
  readonly rolloutId: string | undefined;
  readonly startedAtMs: number;
  /** Unset while it runs. */
  endedAtMs?: number;
  /** Unset where it failed or runs. */
  output?: Readonly<Record<string, unknown>>;
}

export interface VariantState {
  readonly name: string;
  readonly weight: number;
  readonly desiredWeight: number;
  readonly instances: number;
  readonly desiredInstances: number;
}

/** What an endpoint is after something about it changed. */
export interface EndpointState {
  readonly atMs: number;
  readonly endpointName: string;
  /** `status`, `weights`, `fleet`, `deleted`, `instance healthy`, `instance ended`. */
  readonly what: string;
  readonly status: string;
  readonly config: string;
  readonly variants: readonly VariantState[];
}

/** How an endpoint stood at a moment, its images included. */
export interface Snapshot {
  readonly config: string;
  readonly variants: readonly (VariantState & { readonly images: string })[];
}

/** A question to a person: for the whole rollout, or a step. */
export interface Question {
  readonly for: 'rollout' | number;
  readonly askedAtMs: number;
  readonly expiresAtMs: number;
  readonly onExpiry: 'reject' | 'approve';
}

/** What an answer has to name besides its question to be one to it. */
export interface About {
  readonly imageDigest: string;
  readonly revision: number;
}

/** What a person said, and the service took or may have taken. */
export interface Said {
  readonly atMs: number;
  readonly rolloutId: string;
  readonly kind: string;
  /** What an answer was for. */
  readonly for?: 'rollout' | number;
}

/** One rollout as the account sees it, from calls, functions and the endpoint; never from the ledger. */
export interface RolloutTruth {
  readonly id: string;
  readonly delivery: DeliveryPlan;
  /** When its function first ran or its record was first written. */
  readonly seenAtMs: number;
  /** Set once the endpoint was handed to it: how the endpoint stood, and who is who. */
  held?: {
    readonly atMs: number;
    /** Unset where there was no endpoint. */
    readonly before: Snapshot | undefined;
    readonly stable: string | undefined;
    readonly stableWeight: number;
    readonly canary: string;
  };
  /** What it changed about the endpoint. */
  readonly mutations: Call[];
  /** Set once its record says so. */
  ended?: { readonly atMs: number; readonly outcome: string; readonly reason: string };
  /** What a person was asked, oldest first. */
  readonly questions: (Question & { readonly about: About })[];
  /** Whether its canary has ever had traffic. */
  movedTraffic: boolean;
}

/** Hears of what happens, in order, right when it does. */
export interface Listener {
  onCall?(call: Call): void;
  onEndpoint?(state: EndpointState): void;
  onInvocation?(invocation: Invocation): void;
  onInvocationEnd?(invocation: Invocation): void;
  onAlarm?(alarmName: string, state: string): void;
  /** A person is asked something. */
  onQuestion?(rollout: RolloutTruth, question: Question, about: About): void;
  onHeld?(rollout: RolloutTruth): void;
  /** The record of a rollout was written with an outcome: the first time, and any time after. */
  onEnded?(rollout: RolloutTruth, outcome: string): void;
}

/** Operations that change an endpoint. */
const mutating: ReadonlySet<string> = new Set(['CreateEndpoint', 'UpdateEndpoint', 'UpdateEndpointWeightsAndCapacities', 'DeleteEndpoint']);

/** What an invariant may look at: the emulator's own state, and what is known from its trace. */
export interface Truth {
  readonly plan: Plan;
  readonly emulator: Emulator;
  readonly tableName: string;
  readonly topicArn: string;
  readonly rollouts: ReadonlyMap<string, RolloutTruth>;
  /** Runs of functions that have not ended. */
  readonly running: ReadonlySet<Invocation>;
  /** When each alarm last entered ALARM, and whether it is in it. */
  readonly alarms: ReadonlyMap<string, { readonly inAlarm: boolean; readonly enteredAtMs: readonly number[] }>;
  /** How often each image was asked for, `<delivery> <digest>`: by pushes, and by people's attempts that made a rollout or may have. */
  readonly asked: ReadonlyMap<string, number>;
  /** What people said and the service took or may have taken, oldest first. */
  readonly said: readonly Said[];
  nowMs(): number;
  /** The rollout that holds an endpoint and has not ended. */
  holderOf(endpointName: string): RolloutTruth | undefined;
  /** Which rollouts may have made a call: those whose function runs under the caller's role; for a sweep, whoever left a variant to rest. */
  behind(call: Call): readonly RolloutTruth[];
  /** Whether a call is the sweeper's: it is nobody's step. */
  isSweep(call: Call): boolean;
  /** The rollout that ended last of those that changed an endpoint. */
  lastOn(endpointName: string): RolloutTruth | undefined;
  /** Variants without traffic that ended rollouts left on endpoints. */
  resting(): readonly { readonly endpointName: string; readonly variantName: string; readonly rollout: RolloutTruth }[];
  snapshot(endpointName: string): Snapshot | undefined;
  /** Rows of the service's table, as they are. */
  rows(): readonly { readonly pk: string; readonly sk: string; readonly item: Record<string, { S?: string; N?: string }> }[];
}

export interface TruthKeeper {
  readonly truth: Truth;
  readonly listeners: Listener[];
  /** Feeds it what the emulator's trace says. */
  observe(kind: TraceKind, data: Readonly<Record<string, unknown>>): void;
  /** @returns takes it back: the service has said that no rollout came of it */
  ask(delivery: string, digest: string): () => void;
  /** @returns takes it back: the service has refused it */
  say(said: Omit<Said, 'atMs'>): () => void;
}

/** What is read of a rollout's row. */
interface RolloutRow {
  readonly outcome?: string;
  readonly ending?: { readonly reason?: string };
  readonly approval?: Question;
  readonly revision: number;
  readonly request: { readonly imageDigest: string };
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const record = (value: unknown) => (typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {});

/**
 * Keeps what can be known of a world while it runs.
 *
 * @param functionsOf names of the functions that run with a role, by the role's ARN
 */
export function keepTruth(
  plan: Plan,
  emulator: () => Emulator,
  place: () => { readonly tableName: string; readonly topicArn: string; readonly functionsOf: ReadonlyMap<string, readonly string[]> },
): TruthKeeper {
  const rollouts = new Map<string, RolloutTruth>();
  const running = new Map<string, Invocation>();
  const runningSet = new Set<Invocation>();
  const alarms = new Map<string, { inAlarm: boolean; enteredAtMs: number[] }>();
  const asked = new Map<string, number>();
  const said: Said[] = [];
  const listeners: Listener[] = [];
  const nowMs = () => emulator().clock.now();

  function rolloutOf(id: string): RolloutTruth | undefined {
    const known = rollouts.get(id);
    if (known) return known;
    const delivery = plan.deliveries.find(({ name }) => id.startsWith(`${name}-`));
    if (!delivery) return undefined;
    const made: RolloutTruth = { id, delivery, seenAtMs: nowMs(), mutations: [], questions: [], movedTraffic: false };
    rollouts.set(id, made);
    return made;
  }

  function snapshot(endpointName: string): Snapshot | undefined {
    const endpoint = emulator()
      .services.sagemaker.endpoints()
      .find(({ name }) => name === endpointName);
    return (
      endpoint && {
        config: endpoint.fleet.config.name,
        variants: endpoint.fleet.variants.map((variant) => ({
          name: variant.name,
          weight: variant.currentWeight,
          desiredWeight: variant.desiredWeight,
          instances: variant.currentInstances,
          desiredInstances: variant.desiredInstances,
          images: variant.deployedImages.map((image) => image.ResolvedImage?.split('@')[1] ?? '').join(),
        })),
      }
    );
  }

  const holderOf = (endpointName: string) =>
    [...rollouts.values()].find((rollout) => rollout.held && !rollout.ended && rollout.delivery.endpointName === endpointName);

  const lastOn = (endpointName: string): RolloutTruth | undefined =>
    [...rollouts.values()]
      .filter(({ held, ended, mutations, delivery }) => held && ended && mutations.length > 0 && delivery.endpointName === endpointName)
      .toSorted((a, b) => (a.ended?.atMs ?? 0) - (b.ended?.atMs ?? 0))
      .at(-1);

  /** Who left a variant without traffic: the rollout whose canary it was and that was undone, or the one that took its place. */
  function leaverOf(endpointName: string, variantName: string, modelName: string | undefined): RolloutTruth | undefined {
    const own = modelName === undefined ? undefined : rollouts.get(modelName);
    // A first variant serves whatever became of its rollout: it is no canary that was undone.
    if (own?.held?.before && own.ended && own.ended.outcome !== 'Succeeded') return own;
    const successors = [...rollouts.values()].filter(
      ({ held, ended, delivery }) => delivery.endpointName === endpointName && ended?.outcome === 'Succeeded' && held?.stable === variantName,
    );
    return successors.toSorted((one, other) => (one.ended?.atMs ?? 0) - (other.ended?.atMs ?? 0)).at(-1);
  }

  const resting = () =>
    emulator()
      .services.sagemaker.endpoints()
      .flatMap(({ name: endpointName, fleet }) =>
        fleet.variants.flatMap(({ name: variantName, currentWeight, desiredWeight, config }) => {
          const rollout = currentWeight === 0 && desiredWeight === 0 ? leaverOf(endpointName, variantName, config.ModelName) : undefined;
          return rollout ? [{ endpointName, variantName, rollout }] : [];
        }),
      );

  const isSweep = (call: Call) => (place().functionsOf.get(call.caller) ?? []).includes('sluice-sweep');

  function behind(call: Call): readonly RolloutTruth[] {
    const functions = place().functionsOf.get(call.caller) ?? [];
    const endpointName = text(call.input['EndpointName']);
    if (isSweep(call)) {
      const asked = emulator()
        .services.sagemaker.configs()
        .find(({ name }) => name === call.input['EndpointConfigName']);
      const kept = asked?.input.ProductionVariants?.map(({ VariantName }) => VariantName) ?? [];
      return resting().flatMap((one) => (one.endpointName === endpointName && !kept.includes(one.variantName) ? [one.rollout] : []));
    }
    const ids = new Set([...runningSet].filter((run) => functions.includes(run.functionName)).map((run) => run.rolloutId));
    return [...rollouts.values()].filter((rollout) => ids.has(rollout.id) && rollout.delivery.endpointName === endpointName);
  }

  /** The endpoint was handed to a rollout: remember how it stood. */
  function hold(rollout: RolloutTruth): void {
    if (rollout.held) return;
    const { delivery } = rollout;
    const before = snapshot(delivery.endpointName);
    const own = before?.variants.find((variant) => variant.name.startsWith(`${delivery.name}-`) && variant.desiredWeight > 0);
    const stable = before && (own?.name ?? delivery.foreign?.stable);
    rollout.held = {
      atMs: nowMs(),
      before,
      stable,
      stableWeight: before?.variants.find((variant) => variant.name === stable)?.desiredWeight ?? 0,
      canary: stable === `${delivery.name}-a` ? `${delivery.name}-b` : `${delivery.name}-a`,
    };
    for (const listener of listeners) listener.onHeld?.(rollout);
  }

  /** A rollout's record is a row; that it ended is in it. */
  function readRecords(call: Call): void {
    const items = call.input['TransactItems'];
    if (!Array.isArray(items)) return;
    for (const item of items) {
      const put = record(record(record(item)['Put'])['Item']);
      const pk = text(record(put['pk'])['S']);
      if (!pk.startsWith('ROLLOUT#') || text(record(put['sk'])['S']) !== 'STATE') continue;
      const rollout = rolloutOf(pk.slice('ROLLOUT#'.length));
      const data = text(record(put['data'])['S']);
      if (!rollout || !/"(outcome|approval)":/.test(data)) continue;
      const { outcome, ending, approval, revision, request } = JSON.parse(data) as RolloutRow;
      if (approval && !rollout.questions.some(({ askedAtMs }) => askedAtMs === approval.askedAtMs)) {
        const about = { imageDigest: request.imageDigest, revision };
        rollout.questions.push({ ...approval, about });
        for (const listener of listeners) listener.onQuestion?.(rollout, approval, about);
      }
      if (outcome === undefined) continue;
      rollout.ended ??= { atMs: nowMs(), outcome, reason: ending?.reason ?? '' };
      for (const listener of listeners) listener.onEnded?.(rollout, outcome);
    }
  }

  function onWire(data: Readonly<Record<string, unknown>>): void {
    if (data['error'] !== undefined || data['operation'] === undefined) return;
    const call: Call = {
      atMs: nowMs(),
      caller: text(data['caller']),
      operation: text(data['operation']),
      input: record(data['input']),
      output: data['output'],
    };
    if (call.operation === 'TransactWriteItems') readRecords(call);
    if (mutating.has(call.operation)) for (const rollout of behind(call)) rollout.mutations.push(call);
    if (call.operation === 'SetAlarmState') onAlarm(text(call.input['AlarmName']), text(call.input['StateValue']));
    for (const listener of listeners) listener.onCall?.(call);
  }

  /**
   * An approval by event counts from when EventBridge routes it: one that is lost was given by nobody, a late one not before
   * it is there, and a second one says what the first said. It counts for the question it names, if that is still open at its time.
   */
  function onEvent({ event, lost }: Readonly<Record<string, unknown>>): void {
    const { 'detail-type': type, time, detail } = record(event);
    const { rolloutId, answer, for: subject, imageDigest, revision } = record(detail);
    if (lost === true || type !== 'Sluice Approval' || answer !== 'approve') return;
    const question = rollouts
      .get(text(rolloutId))
      ?.questions.find(
        (one) =>
          one.for === subject && one.about.imageDigest === imageDigest && one.about.revision === revision && Date.parse(text(time)) < one.expiresAtMs,
      );
    if (question) said.push({ atMs: nowMs(), rolloutId: text(rolloutId), kind: answer, for: question.for });
  }

  function onAlarm(name: string, state: string): void {
    const known = alarms.get(name) ?? { inAlarm: false, enteredAtMs: [] };
    alarms.set(name, known);
    if ((state === 'ALARM') === known.inAlarm) return;
    known.inAlarm = state === 'ALARM';
    if (known.inAlarm) known.enteredAtMs.push(nowMs());
    for (const listener of listeners) listener.onAlarm?.(name, state);
  }

  function onLambda(data: Readonly<Record<string, unknown>>): void {
    const requestId = text(data['requestId']);
    if (data['phase'] === 'start') {
      const input = record(data['input']);
      const rolloutId = typeof input['rolloutId'] === 'string' ? input['rolloutId'] : undefined;
      const invocation: Invocation = { requestId, functionName: text(data['function']), input, rolloutId, startedAtMs: nowMs() };
      running.set(requestId, invocation);
      runningSet.add(invocation);
      if (rolloutId !== undefined) rolloutOf(rolloutId);
      for (const listener of listeners) listener.onInvocation?.(invocation);
      return;
    }
    const invocation = data['phase'] === 'end' ? running.get(requestId) : undefined;
    if (!invocation) return;
    running.delete(requestId);
    runningSet.delete(invocation);
    invocation.endedAtMs = nowMs();
    if (data['error'] === undefined) invocation.output = record(data['output']);
    const rollout = invocation.rolloutId === undefined ? undefined : rollouts.get(invocation.rolloutId);
    if (rollout && invocation.functionName === 'sluice-acquire-endpoint' && invocation.output?.['answer'] === 'acquired') hold(rollout);
    for (const listener of listeners) listener.onInvocationEnd?.(invocation);
  }

  function onEndpoint(data: Readonly<Record<string, unknown>>): void {
    const state: EndpointState = {
      atMs: nowMs(),
      endpointName: text(data['endpoint']),
      what: text(data['what']),
      status: text(data['status']),
      config: text(data['config']),
      variants: data['variants'] as readonly VariantState[], // As endpoint-status.ts writes them.
    };
    const holder = holderOf(state.endpointName);
    const served = ['InService', 'Updating', 'RollingBack', 'SystemUpdating'].includes(state.status);
    if (holder?.held && served && state.variants.some((variant) => variant.name === holder.held?.canary && variant.weight > 0))
      holder.movedTraffic = true;
    for (const listener of listeners) listener.onEndpoint?.(state);
  }

  return {
    listeners,
    observe(kind, data) {
      if (kind === 'wire') onWire(data);
      else if (kind === 'lambda') onLambda(data);
      else if (kind === 'endpoint') onEndpoint(data);
      else if (kind === 'event') onEvent(data);
      else if (kind === 'alarm') onAlarm(text(data['alarm']), text(data['after']));
    },
    say(one) {
      const kept = { ...one, atMs: nowMs() };
      said.push(kept);
      return () => void said.splice(said.indexOf(kept), 1);
    },
    ask(delivery, digest) {
      const count = (more: number) => void asked.set(`${delivery} ${digest}`, (asked.get(`${delivery} ${digest}`) ?? 0) + more);
      count(1);
      return () => count(-1);
    },
    truth: {
      plan,
      get emulator() {
        return emulator();
      },
      get tableName() {
        return place().tableName;
      },
      get topicArn() {
        return place().topicArn;
      },
      rollouts,
      running: runningSet,
      alarms,
      asked,
      said,
      nowMs,
      holderOf,
      behind,
      isSweep,
      lastOn,
      resting,
      snapshot,
      rows: () =>
        emulator()
          .services.dynamodb.tables.items(place().tableName)
          .map((item) => ({ pk: text(item['pk']?.S), sk: text(item['sk']?.S), item: item as Record<string, { S?: string; N?: string }> })), // Every attribute we read is text or a number.
    },
  };
}
