import { CloudWatchClient, DescribeAlarmHistoryCommand } from '@aws-sdk/client-cloudwatch';
import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { keys } from '../../rollout/keys.ts';
import type { RolloutView } from '../../view/rollout-view.ts';
import type { LocalService } from '../local-service.ts';
import { clientConfig } from '../target.ts';
import { bakeWaits } from './bake-waits.ts';

/** How the alarm that ended a rollout reached it. Epoch milliseconds of emulator time. */
export interface Interruption {
  readonly alarmName: string;
  /** StateUpdatedTimestamp of its change into ALARM. */
  readonly firedAtMs: number;
  /**
   * `event`: the alarm's event woke the bake. `look`: the bake was about to look by itself, or just did, when the alarm
   * fired, and that look was faster than the event.
   */
  readonly heardBy: 'event' | 'look';
  /** When the bake would have looked by itself, had nobody woken it. */
  readonly nextLookAtMs: number;
  readonly undoDecidedAtMs: number;
}

/** Reads what the alarm that ended a rollout did and when; undefined where no alarm ended it. */
export async function interruptionOf(view: RolloutView, local: LocalService): Promise<Interruption | undefined> {
  const alarmName = firedAlarm(view);
  const decided = view.entries.find((entry) => entry.kind === 'undo-decided');
  const walk = local.emulator.services.states.executions().findLast((execution) => execution.name.startsWith(`${view.id}-`));
  if (alarmName === undefined || !decided || !walk) return undefined;
  const undoDecidedAtMs = Date.parse(decided.at);
  const cloudWatch = new CloudWatchClient(clientConfig(local.target));
  const stepFunctions = new SFNClient(clientConfig(local.target));
  try {
    // From its history: by the time a rollout has ended the alarm may have another state again.
    const { AlarmHistoryItems = [] } = await cloudWatch.send(
      new DescribeAlarmHistoryCommand({
        AlarmName: alarmName,
        HistoryItemType: 'StateUpdate',
        EndDate: new Date(undoDecidedAtMs),
        ScanBy: 'TimestampDescending',
      }),
    );
    const fired = AlarmHistoryItems.find(({ HistoryData }) => stateAfter(HistoryData) === 'ALARM')?.Timestamp?.getTime();
    // Newest first: the wait that matters is the last.
    const { events = [] } = await stepFunctions.send(
      new GetExecutionHistoryCommand({ executionArn: walk.arn, reverseOrder: true, maxResults: 1000 }),
    );
    const wait = bakeWaits(events.toReversed()).at(-1);
    if (fired === undefined || !wait) return undefined;
    const heardBy = wait.wokenBy?.startsWith(keys.alarm(alarmName)) === true ? 'event' : 'look';
    return { alarmName, firedAtMs: fired, heardBy, nextLookAtMs: wait.nextLookAtMs, undoDecidedAtMs };
  } finally {
    cloudWatch.destroy();
    stepFunctions.destroy();
  }
}

/** The alarm the last step failed for, in the record's own evidence. */
function firedAlarm(view: RolloutView): string | undefined {
  const verdict = view.steps.at(-1)?.verdicts.find(({ reason }) => reason === view.reason && reason === 'alarm-firing');
  const { alarms } = (verdict?.evidence ?? {}) as { alarms?: readonly { readonly alarmName: string }[] }; // As the alarm gate measures them.
  return alarms?.[0]?.alarmName;
}

/** The state an item of an alarm's history ends in. */
const stateAfter = (historyData: string | undefined): string | undefined =>
  (JSON.parse(historyData ?? '{}') as { newState?: { stateValue?: string } }).newState?.stateValue; // CloudWatch's own text.
