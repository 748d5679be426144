import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '../../../containers/layout.ts';
import type { TrainSpec } from './workloads.ts';

/** Changes some of the members of a configuration file of `/opt/ml/input/config`. */
function amend(baseFolder: string, name: string, change: (before: Record<string, unknown>) => Record<string, unknown>): void {
  const file = join(baseFolder, paths.config, name);
  // The layout has just written it, as one JSON object.
  const before = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...before, ...change(before) }));
}

function makeReadOnly(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeReadOnly(path);
    else chmodSync(path, 0o444);
  }
  chmodSync(folder, 0o555);
}

/** Adds to a training tree what the plain layout of one host leaves out: groups of hosts, how each channel came here, and read-only channels. */
export function completeTrainingTree(baseFolder: string, { cluster: { host, groups }, channels }: TrainSpec): void {
  const current = groups.find((group) => group.hosts.includes(host));
  amend(baseFolder, 'resourceconfig.json', () => ({
    current_group_name: current?.name,
    instance_groups: groups.map((group) => ({
      instance_group_name: group.name,
      instance_type: group.instanceType,
      hosts: group.hosts,
    })),
  }));
  amend(baseFolder, 'inputdataconfig.json', (before) =>
    Object.fromEntries(
      channels.map((channel) => [
        channel.name,
        {
          ...(before[channel.name] as object),
          TrainingInputMode: channel.inputMode,
          S3DistributionType: channel.distribution,
          ...(channel.compression !== undefined && { CompressionType: channel.compression }),
        },
      ]),
    ),
  );
  for (const channel of channels) {
    const folder = join(baseFolder, paths.data, channel.name);
    if (channel.inputMode === 'FastFile' && existsSync(folder)) makeReadOnly(folder);
  }
}
