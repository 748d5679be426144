/** Makes the alarms the delivery's gate names, once, on the AWS the environment says: `AWS_ENDPOINT_URL` or an account. Again does no harm. */
import { readdirSync, readFileSync } from 'node:fs';
import { CloudWatchClient, PutMetricAlarmCommand, type PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';

const folder = new URL('alarms/', import.meta.url);
const cloudWatch = new CloudWatchClient();
for (const file of readdirSync(folder).toSorted()) {
  const alarm = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as PutMetricAlarmInput; // CloudWatch refuses what is none.
  await cloudWatch.send(new PutMetricAlarmCommand(alarm));
  console.log(`alarm ${alarm.AlarmName} is made`);
}
