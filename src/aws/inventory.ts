import { CloudWatchClient, DeleteAlarmsCommand, ListTagsForResourceCommand, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import {
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  ListTagsCommand,
  paginateListEndpointConfigs,
  paginateListEndpoints,
  paginateListModels,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { Inventory, Made } from '../ports/inventory.ts';
import { attempt, attemptToFind } from './errors.ts';

interface Tag {
  readonly Key?: string | undefined;
  readonly Value?: string | undefined;
}

/** What a list says of a thing; ARN and name are always there. */
interface Listed {
  readonly name: string | undefined;
  readonly arn: string | undefined;
}

/** A pipeline's alarms begin with the delivery's name, our own with ours. */
const alarmPrefixes = (delivery: string): readonly string[] => [`${delivery}-`, `sluice-${delivery}-`];

/** What carries Sluice's tags in SageMaker and CloudWatch, through the SDK. */
export function awsInventory(sageMaker: SageMakerClient = new SageMakerClient(), cloudWatch: CloudWatchClient = new CloudWatchClient()): Inventory {
  const sageMakerTags = async (ResourceArn: string): Promise<readonly Tag[]> =>
    (await attemptToFind(`Cannot read the tags of "${ResourceArn}"`, () => sageMaker.send(new ListTagsCommand({ ResourceArn }))))?.Tags ?? [];
  const alarmTags = async (ResourceARN: string): Promise<readonly Tag[]> =>
    (await attemptToFind(`Cannot read the tags of "${ResourceARN}"`, () => cloudWatch.send(new ListTagsForResourceCommand({ ResourceARN }))))?.Tags ??
    [];

  async function listed(delivery: string, beforeMs: number): Promise<Record<Made['kind'], Listed[]>> {
    const found: Record<Made['kind'], Listed[]> = { configuration: [], model: [], alarm: [] };
    const wanted = { NameContains: `${delivery}-`, CreationTimeBefore: new Date(beforeMs), MaxResults: 100 };
    for await (const page of paginateListEndpointConfigs({ client: sageMaker }, wanted))
      for (const { EndpointConfigName: name, EndpointConfigArn: arn } of page.EndpointConfigs ?? []) found.configuration.push({ name, arn });
    for await (const page of paginateListModels({ client: sageMaker }, wanted))
      for (const { ModelName: name, ModelArn: arn } of page.Models ?? []) found.model.push({ name, arn });
    for (const AlarmNamePrefix of alarmPrefixes(delivery)) {
      const alarms = { AlarmNamePrefix, AlarmTypes: ['MetricAlarm' as const, 'CompositeAlarm' as const] };
      for await (const page of paginateDescribeAlarms({ client: cloudWatch }, alarms))
        for (const { AlarmName: name, AlarmArn: arn } of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])])
          found.alarm.push({ name, arn });
    }
    return found;
  }

  return {
    async madeFor(delivery, except, beforeMs) {
      const made: Made[] = [];
      const found = await attempt(`Cannot list what delivery "${delivery}" has made`, () => listed(delivery, beforeMs));
      for (const kind of ['configuration', 'model', 'alarm'] as const) {
        for (const { name, arn } of found[kind]) {
          const ours = kind === 'alarm' ? alarmPrefixes(delivery) : [`${delivery}-`];
          if (name === undefined || arn === undefined || except.has(name) || !ours.some((prefix) => name.startsWith(prefix))) continue;
          const tags = await (kind === 'alarm' ? alarmTags : sageMakerTags)(arn);
          const valueOf = (key: string) => tags.find(({ Key }) => Key === key)?.Value;
          const rolloutId = valueOf('sluice:rollout');
          if (rolloutId !== undefined && valueOf('sluice:delivery') === delivery) made.push({ kind, name, rolloutId });
        }
      }
      return made;
    },

    inUse: () =>
      attempt('Cannot list what endpoints run on', async () => {
        const configs = new Set<string>();
        for await (const page of paginateListEndpoints({ client: sageMaker }, { MaxResults: 100 })) {
          for (const { EndpointName } of page.Endpoints ?? []) {
            const endpoint = await attemptToFind(`Cannot describe endpoint "${EndpointName}"`, () =>
              sageMaker.send(new DescribeEndpointCommand({ EndpointName })),
            );
            for (const name of [endpoint?.EndpointConfigName, endpoint?.PendingDeploymentSummary?.EndpointConfigName]) if (name) configs.add(name);
          }
        }
        const used = new Set(configs);
        for (const EndpointConfigName of configs) {
          const config = await attemptToFind(`Cannot describe endpoint configuration "${EndpointConfigName}"`, () =>
            sageMaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName })),
          );
          for (const { ModelName } of [...(config?.ProductionVariants ?? []), ...(config?.ShadowProductionVariants ?? [])])
            if (ModelName !== undefined) used.add(ModelName);
        }
        return used;
      }),

    async delete({ kind, name }) {
      const attempted = `Cannot delete ${kind} "${name}"`;
      if (kind === 'configuration')
        await attemptToFind(attempted, () => sageMaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })));
      else if (kind === 'model') await attemptToFind(attempted, () => sageMaker.send(new DeleteModelCommand({ ModelName: name })));
      else await attemptToFind(attempted, () => cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [name] })));
    },
  };
}
