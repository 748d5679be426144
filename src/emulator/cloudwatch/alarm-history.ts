import type { AlarmType, HistoryItemType } from '@aws-sdk/client-cloudwatch';
import type { AlarmRecord, AlarmState } from './alarm.ts';
import { fullConfiguration } from './alarm-event.ts';
import { timestampText } from './aws-text.ts';

export interface HistoryItem {
  readonly alarmName: string;
  readonly alarmType: AlarmType;
  readonly atMs: number;
  readonly type: HistoryItemType;
  readonly summary: string;
  /** JSON text. */
  readonly data: string;
}

const keptMs = 30 * 86_400_000;

const typeOf = (alarm: AlarmRecord): AlarmType => (alarm.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm');

const shownState = (state: AlarmState) => ({
  stateValue: state.value,
  stateReason: state.reason,
  ...(state.reasonData === undefined ? {} : { stateReasonData: JSON.parse(state.reasonData) as unknown }),
});

/** What happened to alarms, oldest first; outlives the alarms themselves. AWS keeps 30 days. */
export class AlarmHistory {
  #items: HistoryItem[] = [];

  #add(alarm: AlarmRecord, atMs: number, type: HistoryItemType, summary: string, data: Record<string, unknown>): void {
    if ((this.#items[0]?.atMs ?? atMs) < atMs - keptMs) this.#items = this.#items.filter((item) => item.atMs >= atMs - keptMs);
    this.#items.push({ alarmName: alarm.name, alarmType: typeOf(alarm), atMs, type, summary, data: JSON.stringify(data) });
  }

  stateUpdated(alarm: AlarmRecord, previous: AlarmState): void {
    this.#add(alarm, alarm.state.updatedAtMs, 'StateUpdate', `Alarm updated from ${previous.value} to ${alarm.state.value}`, {
      version: '1.0',
      oldState: shownState(previous),
      newState: shownState(alarm.state),
    });
  }

  configured(alarm: AlarmRecord, operation: 'Create' | 'Update' | 'Delete', atMs: number): void {
    const done = { Create: 'created', Update: 'updated', Delete: 'deleted' }[operation];
    this.#add(alarm, atMs, 'ConfigurationUpdate', `Alarm "${alarm.name}" ${done}`, {
      version: '1.0',
      type: operation,
      [`${done}Alarm`]: fullConfiguration(alarm),
    });
  }

  /** @param error why the action failed; `undefined` when it did not */
  acted(alarm: AlarmRecord, action: string, state: AlarmState, atMs: number, error: string | undefined): void {
    const failed = error !== undefined;
    this.#add(alarm, atMs, 'Action', `${failed ? 'Failed to execute' : 'Successfully executed'} action ${action}`, {
      actionState: failed ? 'Failed' : 'Succeeded',
      notificationResource: action,
      stateUpdateTimestamp: timestampText(state.updatedAtMs),
      ...(failed ? { error } : {}),
    });
  }

  items(): readonly HistoryItem[] {
    return this.#items;
  }
}
