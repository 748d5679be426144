import type { PutCompositeAlarmInput, PutMetricAlarmInput, StateValue } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../aws-error.ts';
import { arnOf, type Kernel } from '../kernel.ts';
import { type AlarmRecord, type AlarmState, actionsOf, type CompositeAlarmRecord, type MetricAlarmRecord, type Watch } from './alarm.ts';
import { configurationChangeEvent, fullConfiguration, stateChangeEvent } from './alarm-event.ts';
import { AlarmHistory } from './alarm-history.ts';
import { lambdaPayload, snsMessage } from './alarm-message.ts';
import { type AlarmRule, childrenOf } from './alarm-rule.ts';

const minuteMs = 60_000;

/** Told of what the book does, so that evaluations follow. */
export interface AlarmWatcher {
  configured(alarm: AlarmRecord, isNew: boolean): void;
  transitioned(alarm: AlarmRecord): void;
  deleted(alarm: AlarmRecord): void;
}

/** Every alarm with its state: what changes an alarm goes through here, and is told to history, event bus and actions. */
export class AlarmBook {
  readonly history = new AlarmHistory();
  readonly #alarms = new Map<string, AlarmRecord>();
  readonly #kernel: Kernel;
  #watcher: AlarmWatcher | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  watchedBy(watcher: AlarmWatcher): void {
    this.#watcher = watcher;
  }

  /** @param nameOrArn as in an AlarmRule */
  get(nameOrArn: string): AlarmRecord | undefined {
    return this.#alarms.get(nameOrArn.startsWith('arn:') ? nameOrArn.split(':').slice(6).join(':') : nameOrArn);
  }

  /** By name. */
  list(): AlarmRecord[] {
    return [...this.#alarms.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The composite alarms whose rule names this alarm. */
  parentsOf(alarm: AlarmRecord): CompositeAlarmRecord[] {
    return this.list()
      .filter((other) => other.kind === 'composite')
      .filter((other) => childrenOf(other.rule).some((child) => this.get(child) === alarm));
  }

  arnOf(name: string): string {
    return arnOf(this.#kernel, 'cloudwatch', `alarm:${name}`);
  }

  #fresh(name: string, input: PutMetricAlarmInput | PutCompositeAlarmInput) {
    const nowMs = this.#kernel.clock.now();
    return {
      name,
      arn: this.arnOf(name),
      configuredAtMs: nowMs,
      actionsEnabled: input.ActionsEnabled ?? true,
      state: {
        value: 'INSUFFICIENT_DATA' as const,
        reason: 'Unchecked: Initial alarm creation',
        reasonData: undefined,
        updatedAtMs: nowMs,
        transitionedAtMs: nowMs,
      },
      tags: (input.Tags ?? []).map(({ Key, Value }) => ({ Key: Key ?? '', Value: Value ?? '' })),
    };
  }

  putMetric(name: string, input: PutMetricAlarmInput, watch: Watch): void {
    const known = this.#alarms.get(name);
    if (known?.kind === 'metric') {
      this.#update(known, () => {
        known.input = input;
        known.watch = watch;
        known.actionsEnabled = input.ActionsEnabled ?? true;
      });
      return;
    }
    const phaseMs = Math.floor(this.#kernel.random.between('cloudwatch/alarm-phase-ms', 0, minuteMs));
    this.#create({ kind: 'metric', ...this.#fresh(name, input), input, watch, phaseMs, timer: undefined });
  }

  putComposite(name: string, input: PutCompositeAlarmInput, rule: AlarmRule): void {
    const known = this.#alarms.get(name);
    if (known?.kind === 'composite') {
      this.#update(known, () => {
        known.input = input;
        known.rule = rule;
        known.actionsEnabled = input.ActionsEnabled ?? true;
      });
      return;
    }
    this.#create({ kind: 'composite', ...this.#fresh(name, input), input, rule });
  }

  #create(alarm: AlarmRecord): void {
    this.#alarms.set(alarm.name, alarm);
    this.history.configured(alarm, 'Create', alarm.configuredAtMs);
    this.#kernel.cloud.publish(configurationChangeEvent(alarm, 'create'));
    this.#watcher?.configured(alarm, true);
  }

  #update(alarm: AlarmRecord, change: () => void): void {
    const previous = fullConfiguration(alarm);
    change();
    alarm.configuredAtMs = this.#kernel.clock.now();
    this.history.configured(alarm, 'Update', alarm.configuredAtMs);
    this.#kernel.cloud.publish(configurationChangeEvent(alarm, 'update', previous));
    this.#watcher?.configured(alarm, false);
  }

  setActionsEnabled(alarm: AlarmRecord, enabled: boolean): void {
    this.#update(alarm, () => {
      alarm.actionsEnabled = enabled;
    });
  }

  delete(alarm: MetricAlarmRecord | CompositeAlarmRecord): void {
    this.#alarms.delete(alarm.name);
    this.history.configured(alarm, 'Delete', this.#kernel.clock.now());
    this.#kernel.cloud.publish(configurationChangeEvent(alarm, 'delete'));
    this.#watcher?.deleted(alarm);
  }

  /** Puts an alarm into a state. Event, history and actions follow only when the value changes. */
  setState(alarm: AlarmRecord, value: StateValue, reason: string, reasonData: string | undefined): void {
    const nowMs = this.#kernel.clock.now();
    const previous = alarm.state;
    const changed = previous.value !== value;
    alarm.state = { value, reason, reasonData, updatedAtMs: nowMs, transitionedAtMs: changed ? nowMs : previous.transitionedAtMs };
    if (!changed) return;
    this.history.stateUpdated(alarm, previous);
    this.#kernel.cloud.publish(stateChangeEvent(alarm, previous));
    if (alarm.actionsEnabled) for (const action of actionsOf(alarm, value)) this.#act(alarm, action, previous);
    this.#watcher?.transitioned(alarm);
  }

  #act(alarm: AlarmRecord, action: string, previous: AlarmState): void {
    const { account, region, cloud, clock } = this.#kernel;
    const { state } = alarm;
    const isLambda = action.split(':')[2] === 'lambda';
    const service = isLambda ? 'lambda.alarms.cloudwatch.amazonaws.com' : 'cloudwatch.amazonaws.com';
    const caller = { kind: 'service', arn: alarm.arn, service, sourceArn: alarm.arn } as const;
    // Written now: by the time the call is made the alarm may have moved on.
    const message = isLambda ? lambdaPayload(alarm, previous, { account, region }) : snsMessage(alarm, previous, { account, region });
    this.#kernel.background(`alarm "${alarm.name}" acts on ${action}`, async () => {
      let failure: string | undefined;
      try {
        if (message instanceof Uint8Array) {
          await cloud.call('lambda', 'Invoke', { FunctionName: action, InvocationType: 'Event', Payload: message }, caller);
        } else {
          await cloud.call('sns', 'Publish', { TopicArn: action, ...message }, caller);
        }
      } catch (error) {
        // A topic that is gone or refuses is the account's business and stands in the alarm's history; anything else is a bug.
        if (!(error instanceof AwsError)) throw error;
        failure = `${error.code}: ${error.message}`;
      }
      this.history.acted(alarm, action, state, clock.now(), failure);
    });
  }
}
