import type { Channel, CreateTrainingJobCommandInput, ResourceConfig } from '@aws-sdk/client-sagemaker';
import { filesBelow } from './s3-data.ts';
import type { SageMakerOptions } from './state.ts';
import type { HostGroup, TrainingChannel } from './workloads/workloads.ts';

/** AWS's word for the group of a job that names none. */
const onlyGroup = 'homogeneousCluster';

/** The hosts a job runs on, `algo-1` onwards, in the order its groups are given. */
export function clusterOf(resources: ResourceConfig | undefined): readonly HostGroup[] {
  const given = resources?.InstanceGroups ?? [
    { InstanceGroupName: onlyGroup, InstanceType: resources?.InstanceType, InstanceCount: resources?.InstanceCount ?? 1 },
  ];
  let made = 0;
  return given.map(({ InstanceGroupName: name = onlyGroup, InstanceType: instanceType = '', InstanceCount: count = 1 }) => ({
    name,
    instanceType,
    hosts: Array.from({ length: count }, () => `algo-${++made}`),
  }));
}

export const hostsOf = (groups: readonly HostGroup[]): readonly string[] => groups.flatMap((group) => group.hosts);

/** Hosts that get a channel's data: all, or those of the groups it names. */
function receivers(channel: Channel, groups: readonly HostGroup[]): readonly string[] {
  const named = channel.DataSource?.S3DataSource?.InstanceGroupNames;
  return hostsOf(named && named.length > 0 ? groups.filter((group) => named.includes(group.name)) : groups);
}

/**
 * The channels of every host, read from S3 once. `ShardedByS3Key` deals the objects out in the order of their keys, one each in turn:
 * AWS promises no more than about as many for every host.
 */
export function channelsByHost(
  objects: SageMakerOptions['objects'],
  input: CreateTrainingJobCommandInput,
  groups: readonly HostGroup[],
): ReadonlyMap<string, readonly TrainingChannel[]> {
  const byHost = new Map<string, TrainingChannel[]>(hostsOf(groups).map((host) => [host, []]));
  for (const channel of input.InputDataConfig ?? []) {
    const source = channel.DataSource?.S3DataSource;
    const files = filesBelow(objects, source?.S3Uri ?? '');
    const distribution = source?.S3DataDistributionType ?? 'FullyReplicated';
    const hosts = receivers(channel, groups);
    for (const [place, host] of hosts.entries()) {
      byHost.get(host)?.push({
        name: channel.ChannelName ?? '',
        contentType: channel.ContentType,
        compression: channel.CompressionType,
        inputMode: channel.InputMode ?? input.AlgorithmSpecification?.TrainingInputMode ?? 'File',
        distribution,
        files: distribution === 'ShardedByS3Key' ? files.filter((_file, index) => index % hosts.length === place) : files,
      });
    }
  }
  return byHost;
}
