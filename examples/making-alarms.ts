/** Makes the alarms of an example, on the AWS the command line would use: `AWS_ENDPOINT_URL`, or an account. */
import { readdirSync, readFileSync } from 'node:fs';
import { CloudWatchClient, PutMetricAlarmCommand, type PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { clientConfig, targetOf } from '../src/cli/target.ts';

/**
 * Makes every alarm of a folder, a file of PutMetricAlarm's input each. Again does no harm.
 *
 * @returns the exit code: 1 where AWS did not take them, told in a sentence
 */
export async function makeAlarms(folder: URL): Promise<number> {
  const target = targetOf({});
  const cloudWatch = new CloudWatchClient(clientConfig(target));
  const where = target.endpointUrl ?? `AWS in ${target.region}`;
  try {
    for (const file of readdirSync(folder).toSorted()) {
      const alarm = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as PutMetricAlarmInput; // CloudWatch refuses what is none.
      await cloudWatch.send(new PutMetricAlarmCommand(alarm));
      console.log(`alarm ${alarm.AlarmName} is made on ${where}`);
    }
    return 0;
  } catch (error) {
    console.error(`Cannot make the alarms on ${where}: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
