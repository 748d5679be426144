import type { DescribeLogGroupsCommandInput, DescribeLogGroupsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { AwsError, notEmulated } from '../aws-error.ts';
import { defineOperation } from '../operation.ts';
import { pageOf } from './page.ts';
import { groupArnOf, groupNameLimit, type LogsState, logsAccess } from './state.ts';

export const describeLogGroups = defineOperation<LogsState, DescribeLogGroupsCommandInput, DescribeLogGroupsResponse>({
  name: 'DescribeLogGroups',
  access: (_input, { kernel }) => logsAccess(kernel, 'DescribeLogGroups', ''),
  limits: { logGroupNamePrefix: groupNameLimit, logGroupNamePattern: { max: 512 }, limit: { min: 1, max: 50 } },
  run(input, { kernel, groups }) {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
    if (prefix !== undefined && pattern !== undefined) {
      throw new AwsError('InvalidParameterException', 'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    }
    if (input.includeLinkedAccounts || input.logGroupIdentifiers) throw notEmulated('other accounts and identifiers of logs:DescribeLogGroups');
    const found = [...groups.values()]
      .filter(({ name }) => name.startsWith(prefix ?? '') && name.toLowerCase().includes((pattern ?? '').toLowerCase()))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const { page, next } = pageOf(found, input.nextToken, input.limit ?? 50);
    return {
      logGroups: page.map((group) => ({
        logGroupName: group.name,
        creationTime: group.createdAtMs,
        ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
        metricFilterCount: 0,
        arn: `${groupArnOf(kernel, group.name)}:*`,
        logGroupArn: groupArnOf(kernel, group.name),
        storedBytes: group.storedBytes,
        logGroupClass: 'STANDARD',
      })),
      ...next,
    };
  },
});
