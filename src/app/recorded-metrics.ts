import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { cloudWatchMetrics } from '../aws/metrics.ts';
import type { Metrics } from '../ports/metrics.ts';

/** What the gates read metrics through, for a command that reads what was. */
export const recordedMetrics = (client: CloudWatchClient): Metrics => cloudWatchMetrics(client);
