import type { Build } from '../ports/builds.ts';
import type { Ports } from '../ports/ports.ts';
import { buildOf } from '../rollout/build-of.ts';
import { runsOfOwnImage } from './image-for.ts';
import { pinImages } from './pin-images.ts';
import { platformOf } from './platform.ts';
import type { BuildSpec } from './candidate-spec.ts';
import { Refused } from '../rollout/errors.ts';
import { loadHearing } from '../rollout/hearing.ts';
import { keys } from '../rollout/keys.ts';
import { specOf } from '../rollout/load.ts';
import { lookAgainSeconds } from '../rollout/pace.ts';
import type { Rollout } from '../rollout/rollout.ts';

export type BuildAnswer = 'skipped' | 'building' | 'completed' | 'failed';
interface Looked {
  readonly answer: BuildAnswer;
  readonly status: string;
}

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'builds' | 'images' | 'settings' | 'clock'>;

/**
 * Starts the build of a candidate's image, or looks how it stands: asked again and again until it answers something else
 * than `building`. The image's tag is the rollout's id; what is carried on is the digest the registry has under it.
 */
export async function build(rolloutId: string, ports: Needs): Promise<Looked & { readonly waitSeconds: number }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  // The first stage of every rollout: what the delivery names is pinned before a build takes its time.
  return { ...(await look(await pinImages(rollout, ports), ports)), waitSeconds: lookAgainSeconds(rollout.startedAtMs, ports.clock.now()) };
}

async function look(rollout: Rollout, ports: Needs): Promise<Looked> {
  const { buildId, images, source } = rollout.candidate;
  if (rollout.ending) return stop(rollout, ports);
  if (images || !source) return { answer: 'skipped', status: 'nothing to build' };
  const spec = await specOf(rollout, ports);
  const rules = spec.build;
  // Source without a build is a training script: the image is another one.
  if (!rules) return { answer: 'skipped', status: 'nothing to build' };
  const found = buildId === undefined ? undefined : await ports.builds.describe(buildId);
  if (!found) return ask(rollout, rules, runsOfOwnImage(spec).instanceType, ports);
  if (found.status === 'IN_PROGRESS') return { answer: 'building', status: found.phase };
  return found.status === 'SUCCEEDED' ? take(rollout, rules, found, ports) : refuse(rollout, found, ports);
}

async function ask(rollout: Rollout, spec: BuildSpec, instanceType: string, ports: Needs): Promise<Looked> {
  const { source } = rollout.candidate;
  if (!source) return { answer: 'skipped', status: 'nothing to build' };
  const asking = await ports.rollouts.save({ ...rollout, phase: 'Building' }, [], ports.clock.now());
  try {
    const buildId = await ports.builds.start(
      {
        rolloutId: rollout.id,
        source,
        dockerfile: spec.dockerfile,
        context: spec.context,
        arguments: spec.arguments,
        platform: platformOf(instanceType),
        repository: spec.repository,
        tag: rollout.id,
        timeoutMinutes: Math.ceil(spec.timeout / 60),
      },
      rollout.startedAtMs,
    );
    const key = keys.build(buildId);
    await ports.rollouts.save(
      { ...asking, candidate: { ...asking.candidate, buildId }, watching: [...new Set([...asking.watching, key])] },
      [
        {
          kind: 'build-asked',
          text: `build ${buildId} of ${source.location} into ${spec.repository}:${rollout.id}`,
          evidence: { buildId, source, dockerfile: spec.dockerfile, arguments: spec.arguments },
        },
      ],
      ports.clock.now(),
    );
    // An event that came before this reached nobody: the wait looks at the build itself before it sleeps.
    await ports.rollouts.watch(rollout.id, [key]);
    return { answer: 'building', status: 'SUBMITTED' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return fail(asking, error.message, {}, ports);
  }
}

/** The image as the registry has it: what a build says of itself is compared with that, not believed. */
async function take(rollout: Rollout, spec: BuildSpec, built: Build, ports: Needs): Promise<Looked> {
  const tagged = ports.images.tagUriOf(spec.repository, rollout.id);
  const digest = await ports.images.digestOf(tagged);
  if (digest === undefined) return fail(rollout, `build ${built.id} succeeded and pushed no image ${spec.repository}:${rollout.id}`, built, ports);
  if (built.imageDigest !== undefined && built.imageDigest !== digest)
    return fail(rollout, `build ${built.id} says it pushed ${built.imageDigest}, ${spec.repository}:${rollout.id} is ${digest}`, built, ports);
  const image = ports.images.uriOf(spec.repository, digest);
  await ports.rollouts.save(
    { ...rollout, candidate: { ...rollout.candidate, images: [image] } },
    [{ kind: 'built', text: `${built.id} built ${image}`, evidence: { buildId: built.id, image, ...logOf(built) } }],
    ports.clock.now(),
  );
  return { answer: 'completed', status: built.phase };
}

const logOf = ({ logLink }: Pick<Build, 'logLink'>) => (logLink === undefined ? {} : { logLink });

function refuse(rollout: Rollout, built: Build, ports: Needs): Promise<Looked> {
  const log = built.logLink === undefined ? '' : `; its log: ${built.logLink}`;
  return fail(rollout, `build ${built.id} is ${built.status} in phase ${built.phase}: ${built.failure ?? 'it gave no reason'}${log}`, built, ports);
}

async function fail(rollout: Rollout, text: string, built: Partial<Build>, ports: Pick<Ports, 'rollouts' | 'clock'>): Promise<Looked> {
  const ending = { outcome: 'Failed', reason: built.status === 'STOPPED' ? 'build-stopped' : 'build-failed', text, page: false } as const;
  await ports.rollouts.save({ ...rollout, ending }, [{ kind: 'built', text, evidence: { ...built } }], ports.clock.now());
  return { answer: 'failed', status: built.phase ?? 'refused' };
}

/** Nobody wants the image any more: the build costs money until it is stopped. */
async function stop(rollout: Rollout, ports: Pick<Ports, 'builds' | 'deliveries'>): Promise<Looked> {
  const buildId = await buildOf(rollout, ports);
  const running = buildId === undefined ? undefined : await ports.builds.describe(buildId);
  if (running?.status === 'IN_PROGRESS') await ports.builds.stop(running.id);
  return { answer: 'failed', status: running?.phase ?? 'not started' };
}
