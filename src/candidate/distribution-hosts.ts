import { BadRequest } from '../rollout/errors.ts';
import { type DistributionSpec, isSmdistributed } from './distribution-spec.ts';
import { hasGpu } from './image-uri-instance.ts';
import { nearest } from './nearest.ts';

interface Instances {
  readonly instanceType: string;
  readonly instanceCount: number;
}
export interface InstanceGroup extends Instances {
  readonly name: string;
}

/** What a training job runs on: instances of one type, or named groups. */
export type Fleet = Instances | { readonly instanceGroups: readonly InstanceGroup[] };

/** The hosts that take part in a distributed job. */
interface Hosts {
  /** Of the first group; of all where a distribution is told one type. */
  readonly instanceType: string;
  /** Unset where the job has no groups. */
  readonly groups?: readonly string[];
}

/**
 * The hosts that take part, all of them unless the distribution names groups.
 *
 * @throws BadRequest where the distribution can't run on them, with the reason
 */
export function hostsOf(spec: DistributionSpec, fleet: Fleet): Hosts {
  const refuse = (reason: string) => new BadRequest(`Cannot distribute the training by ${spec.type}: ${reason}`);
  const taking = takingPart(spec, fleet, refuse);
  const count = taking.reduce((sum, { instanceCount }) => sum + instanceCount, 0);
  const [instanceType, ...others] = new Set(taking.map((instances) => instances.instanceType));
  if (instanceType === undefined || count === 0) throw refuse('no instance takes part');
  const reason = whyNot(spec, count, [instanceType, ...others]);
  if (reason !== undefined) throw refuse(reason);
  const groups = taking.flatMap(({ name }) => name ?? []);
  return { instanceType, ...(groups.length > 0 && { groups }) };
}

/** Why a distribution can't run on so many hosts of these types; undefined where it can, or where only the image knows. */
function whyNot(spec: DistributionSpec, count: number, types: readonly string[]): string | undefined {
  const toldOneType = spec.type === 'torchDistributed' || spec.type === 'smdistributedDataParallel';
  if (toldOneType && types.length > 1) return `it is told one instance type, and these take part: ${types.join(', ')}; name groups of one type`;
  const withoutGpu = isSmdistributed(spec) ? types.find((type) => !hasGpu(type)) : undefined;
  if (withoutGpu !== undefined) return `${withoutGpu} has no GPU, and SageMaker's own libraries run on GPUs alone`;
  if ((spec.type === 'parameterServer' || spec.type === 'multiWorkerMirrored') && count < 2) {
    return 'it spreads the work over hosts, and one takes part; ask for two instances or more, or train without it';
  }
  if (spec.type !== 'smdistributedModelParallel' || spec.processesPerHost === undefined) return undefined;
  const processes = count * spec.processesPerHost;
  return spec.partitions > processes ? `each of ${spec.partitions} partitions needs a process, and there are ${processes}` : undefined;
}

function takingPart(spec: DistributionSpec, fleet: Fleet, refuse: (reason: string) => BadRequest): readonly (Instances & Partial<InstanceGroup>)[] {
  const named = spec.instanceGroups;
  if (!('instanceGroups' in fleet)) {
    if (named === undefined) return [fleet];
    throw refuse(`it names the instance groups ${named.join(', ')}, and the job has no groups`);
  }
  if (named === undefined) return fleet.instanceGroups;
  const known = fleet.instanceGroups.map(({ name }) => name);
  const missing = named.find((name) => !known.includes(name));
  if (missing !== undefined) {
    const near = nearest(missing, known);
    throw refuse(`there is no instance group "${missing}"; known are ${known.join(', ')}${near === undefined ? '' : `; nearest is ${near}`}`);
  }
  return fleet.instanceGroups.filter(({ name }) => named.includes(name));
}
