import { AwsError } from './aws-error.ts';
import type { CloudWatch } from './cloudwatch/service.ts';
import type { Faults } from './faults.ts';
import type { Caller } from './iam/caller.ts';
import type { Kernel, ServiceEvent } from './kernel.ts';
import type { SageMakerService } from './sagemaker/service.ts';
import type { StatesService } from './states/service.ts';

export interface AccidentParts {
  readonly faults: Faults;
  /** Who stops executions and sets alarms. */
  readonly administrator: Caller;
  readonly cloudwatch: Pick<CloudWatch, 'alarms'>;
  readonly sagemaker: Pick<SageMakerService, 'systemUpdate' | 'endpoints'>;
  readonly states: Pick<StatesService, 'executions'>;
}

const minuteMs = 60_000;

/**
 * What happens to an account without anybody calling: maintenance of endpoints, alarms that flap, executions somebody
 * stops. All through the services' own doors.
 *
 * @returns to be told of every event a service publishes, lost ones too
 */
export function createAccidents(kernel: Kernel, parts: AccidentParts): (event: ServiceEvent) => void {
  const { clock, random } = kernel;
  const { faults, administrator, cloudwatch, sagemaker, states } = parts;
  /** Alarms that are watched; each has one timer. */
  const watched = new Set<string>();

  const later = (delayMs: number, label: string, work: () => Promise<void>) => void clock.after(delayMs, label, () => kernel.background(label, work));

  /** SageMaker's maintenance comes some minutes after an endpoint came to rest; where it is busy by then, it stays away. */
  function maintain(endpointName: string): void {
    if (!faults.draws('system-updating')) return;
    const inMs = Math.round(random.between('faults/system-updating-in-ms', 0, 20 * minuteMs));
    const seconds = random.between('faults/system-updating-seconds', 30, 600);
    later(inMs, `maintenance of ${endpointName}`, async () => {
      const rests = sagemaker.endpoints().some((endpoint) => endpoint.name === endpointName && endpoint.status === 'InService');
      if (!rests || faults.rate('system-updating') === 0) return;
      faults.fired('system-updating', { endpoint: endpointName, seconds });
      sagemaker.systemUpdate(endpointName, seconds);
    });
  }

  /** Somebody stops an execution, mostly within minutes, at the latest after two hours. */
  function stop(executionArn: string): void {
    if (!faults.draws('execution-stopped')) return;
    const inMs = Math.round(1000 * 7200 ** random.uniform('faults/execution-stopped-in'));
    later(inMs, `stop of ${executionArn}`, async () => {
      const runs = states.executions().some((execution) => execution.arn === executionArn && execution.status === 'RUNNING');
      if (!runs || faults.rate('execution-stopped') === 0) return;
      faults.fired('execution-stopped', { execution: executionArn });
      await kernel.cloud.call('sfn', 'StopExecution', { executionArn, error: 'Stopped', cause: 'stopped by hand' }, administrator);
    });
  }

  const setAlarm = async (AlarmName: string, StateValue: 'ALARM' | 'OK', StateReason: string) => {
    try {
      await kernel.cloud.call('cloudwatch', 'SetAlarmState', { AlarmName, StateValue, StateReason }, administrator);
    } catch (error) {
      // Deleted meanwhile.
      if (!(error instanceof AwsError && error.code.startsWith('ResourceNotFound'))) throw error;
    }
  };

  function watch(alarmName: string): void {
    if (!watched.has(alarmName)) return;
    later(minuteMs, `flapping of alarm ${alarmName}`, async () => {
      const state = cloudwatch.alarms().find((alarm) => alarm.name === alarmName)?.state;
      if (state === 'OK' && faults.draws('alarm-flap')) {
        faults.fired('alarm-flap', { alarm: alarmName });
        await setAlarm(alarmName, 'ALARM', 'Threshold Crossed, for no cause');
        const backInMs = Math.round(random.between('faults/alarm-flap-ms', 1000, 1.5 * minuteMs));
        later(backInMs, `end of the flap of alarm ${alarmName}`, async () => {
          const still = cloudwatch.alarms().some((alarm) => alarm.name === alarmName && alarm.state === 'ALARM');
          if (still) await setAlarm(alarmName, 'OK', 'Threshold no longer crossed');
        });
      }
      watch(alarmName);
    });
  }

  return ({ detailType, detail }) => {
    switch (detailType) {
      case 'SageMaker Endpoint State Change':
        if (detail['EndpointStatus'] === 'IN_SERVICE') maintain(String(detail['EndpointName']));
        return;
      case 'Step Functions Execution Status Change':
        if (detail['status'] === 'RUNNING') stop(String(detail['executionArn']));
        return;
      case 'CloudWatch Alarm Configuration Change': {
        const name = String(detail['alarmName']);
        if (detail['operation'] === 'delete') watched.delete(name);
        if (detail['operation'] !== 'create') return;
        watched.add(name);
        watch(name);
        return;
      }
      default:
    }
  };
}
