import type { ModelPackage } from '../ports/packages.ts';
import type { Ports } from '../ports/ports.ts';
import type { RegisterSpec } from './candidate-spec.ts';
import { Refused } from '../rollout/errors.ts';
import { loadHearing } from '../rollout/hearing.ts';
import { keys } from '../rollout/keys.ts';
import { specOf } from '../rollout/load.ts';
import { lookAgainSeconds } from '../rollout/pace.ts';
import type { Ending, Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { containersOf } from './containers.ts';
import { inBucket } from './image-for.ts';
import { figuresDocument, lineageOf } from './lineage.ts';

export type RegisterAnswer = 'skipped' | 'waiting' | 'approved' | 'refused';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'packages' | 'objects' | 'images' | 'settings' | 'clock'>;

/**
 * Registers the candidate as a version of its model package group and, where the delivery wants that, waits until somebody
 * approves it there, in the console or by another tool. A version that was asked for has to be approved as well.
 */
export async function register(rolloutId: string, ports: Needs): Promise<{ readonly answer: RegisterAnswer; readonly waitSeconds: number }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  const waitSeconds = lookAgainSeconds(rollout.startedAtMs, ports.clock.now());
  if (rollout.ending) return { answer: 'refused', waitSeconds };
  const spec = await specOf(rollout, ports);
  const { packageArn } = rollout.candidate;
  try {
    if (packageArn !== undefined) return { answer: await look(rollout, packageArn, spec.register, ports), waitSeconds };
    if (!spec.register) return { answer: 'skipped', waitSeconds };
    const asked = await ask(rollout, spec, spec.register, ports);
    return { answer: await look(asked, asked.candidate.packageArn ?? '', spec.register, ports), waitSeconds };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return {
      answer: await refuse(rollout.id, { outcome: 'Failed', reason: 'not-registered', text: error.message, page: false }, ports),
      waitSeconds,
    };
  }
}

async function ask(rollout: Rollout, spec: DeliverySpec, rules: RegisterSpec, ports: Needs): Promise<Rollout> {
  const group = rules.packageGroup ?? rollout.delivery;
  const { metrics = {}, source } = rollout.candidate;
  const asking = await ports.rollouts.save({ ...rollout, phase: 'Registering' }, [], ports.clock.now());
  const metricsUri = Object.keys(metrics).length === 0 ? undefined : `s3://${ports.settings.bucket}/registry/${rollout.id}/metrics.json`;
  if (metricsUri !== undefined) await ports.objects.put(metricsUri, JSON.stringify(figuresDocument(metrics)));
  const commit = source?.commit ?? (source?.type === 'codecommit' ? source.version : undefined);
  const containers = await containersOf(asking, spec, ports);
  const packageArn = await ports.packages.register(
    {
      group,
      description: `Made by rollout ${rollout.id}`,
      containers,
      approval: rules.approval === 'approved' ? 'Approved' : 'PendingManualApproval',
      contentTypes: rules.contentTypes,
      instanceTypes: [spec.serve.instanceType],
      ...(commit !== undefined && { commit }),
      ...(metricsUri !== undefined && { metricsUri }),
      properties: lineageOf(rollout, containers, dataOf(spec, ports.settings)),
      tags: { 'sluice:delivery': rollout.delivery },
    },
    rollout.startedAtMs,
  );
  const waits = rules.approval === 'pending' ? ', which waits for approval in the model registry' : '';
  return ports.rollouts.save(
    {
      ...asking,
      candidate: { ...asking.candidate, packageArn, registeredAtMs: ports.clock.now() },
      watching: [...new Set([...asking.watching, keys.package(packageArn)])],
    },
    [{ kind: 'registered', text: `${packageArn}${waits}`, evidence: { packageArn, ...(metricsUri !== undefined && { metricsUri }) } }],
    ports.clock.now(),
  );
}

/** What it was trained with, by channel. */
const dataOf = ({ train }: DeliverySpec, { bucket }: Ports['settings']) =>
  Object.fromEntries(Object.entries(train?.channels ?? {}).map(([name, { uri }]) => [name, { uri: inBucket(uri, bucket) }]));

/** The answer as it stands in the registry: who is told of it, and how, changes nothing. */
async function look(asked: Rollout, packageArn: string, rules: RegisterSpec | undefined, ports: Needs): Promise<RegisterAnswer> {
  const rollout = await listening(asked, packageArn, ports);
  const found = await ports.packages.describe(packageArn);
  const comment = found?.comment === undefined ? '' : `: ${found.comment}`;
  const rejected = (reason: string, text: string) => refuse(rollout.id, { outcome: 'Rejected', reason, text, page: false }, ports);
  if (!found) return rejected('package-gone', `${packageArn} is not in the model registry any more`);
  if (found.failure !== undefined) return rejected('package-failed', `${packageArn} could not be made: ${found.failure}`);
  if (found.approval === 'Rejected') return rejected('package-rejected', `${packageArn} was rejected in the model registry${comment}`);
  if (found.approval === 'Approved' && found.ready) {
    await approve(rollout, found, comment, ports);
    return 'approved';
  }
  const { registeredAtMs } = rollout.candidate;
  // Asked for as approved, and it is not: there is nobody to wait for.
  if (registeredAtMs === undefined && found.approval !== 'Approved') return rejected('package-not-approved', `${packageArn} is ${found.approval}`);
  const untilMs = (registeredAtMs ?? rollout.startedAtMs) + (rules?.expires ?? 3600) * 1000;
  if (ports.clock.now() < untilMs) return 'waiting';
  return rejected('approval-expired', `nobody approved ${packageArn} by ${new Date(untilMs).toISOString()}`);
}

/** From before its answer is read, a rejection in the registry reaches the rollout, whatever it does then. */
async function listening(rollout: Rollout, packageArn: string, ports: Needs): Promise<Rollout> {
  const key = keys.package(packageArn);
  // Written down first: whoever ends a rollout that died in between knows what to take back.
  const noted = rollout.watching.includes(key)
    ? rollout
    : await ports.rollouts.save({ ...rollout, phase: 'Registering', watching: [...rollout.watching, key] }, [], ports.clock.now());
  await ports.rollouts.watch(rollout.id, [key]);
  return noted;
}

async function approve(rollout: Rollout, { arn: packageArn, registeredBy }: ModelPackage, comment: string, ports: Needs): Promise<void> {
  if (rollout.candidate.packageApproved) return;
  // A version of ours that comes back has the figures it was trained to: what is trained next is measured against them.
  const metrics =
    rollout.candidate.metrics ?? (registeredBy === undefined ? undefined : (await ports.rollouts.find(registeredBy))?.candidate.metrics);
  await ports.rollouts.save(
    { ...rollout, phase: 'Registering', candidate: { ...rollout.candidate, packageApproved: true, ...(metrics && { metrics }) } },
    [{ kind: 'registered', text: `${packageArn} is approved in the model registry${comment}`, evidence: { packageArn } }],
    ports.clock.now(),
  );
}

async function refuse(rolloutId: string, ending: Ending, ports: Needs): Promise<'refused'> {
  const { rollout } = await loadHearing(rolloutId, ports);
  if (!rollout.ending) await ports.rollouts.save({ ...rollout, ending }, [{ kind: 'registered', text: ending.text }], ports.clock.now());
  return 'refused';
}
