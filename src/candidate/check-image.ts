import { checkManifest } from '../containers/checks/manifest.ts';
import { formatFinding } from '../containers/finding.ts';
import type { ImageManifest } from '../ports/images.ts';
import type { Ports } from '../ports/ports.ts';
import { loadHearing } from '../rollout/hearing.ts';
import { specOf } from '../rollout/load.ts';
import { lookAgainSeconds } from '../rollout/pace.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { DeliverySpec } from '../rollout/spec.ts';
import { newsOfImage } from '../rollout/wait.ts';
import { type ImageSpec, severities } from './candidate-spec.ts';
import { runsOfOwnImage } from './image-for.ts';
import { listen, newsKeys } from './image-news.ts';
import { manifestFor } from './platform.ts';

/** `waiting`: for a signature, or for a scan to finish. */
export type CheckAnswer = 'skipped' | 'waiting' | 'fit' | 'refused';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'images' | 'settings' | 'clock'>;

/** What an image still lacks, or why it is not wanted. */
type Judged = { readonly answer: 'fit'; readonly findings?: Readonly<Record<string, number>> } | Lacking | Refusal;
interface Lacking {
  readonly answer: 'waiting';
  readonly for: string;
  readonly untilMs: number;
  /** The reason where it does not come. */
  readonly reason: string;
  /** What else to say then; empty where there is nothing. */
  readonly why: string;
}
interface Refusal {
  readonly answer: 'refused';
  readonly reason: string;
  readonly text: string;
}

/**
 * Looks at the candidate's image before anything is trained or served with it: as far as a registry tells, it has to be one
 * SageMaker can run on the delivery's instances, signed and scanned as the delivery asks. An index of several platforms
 * becomes the image of the one that is needed.
 */
export async function checkImage(rolloutId: string, ports: Needs): Promise<{ readonly answer: CheckAnswer; readonly waitSeconds: number }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  const nowMs = ports.clock.now();
  const waitSeconds = lookAgainSeconds(rollout.startedAtMs, nowMs);
  if (rollout.ending) return { answer: 'refused', waitSeconds };
  const [imageUri] = rollout.candidate.images ?? [];
  // What served before was looked at then; what AWS publishes, or somebody registered, is not built for us.
  if (rollout.request.kind === 'again' || rollout.candidate.imageChecked) return { answer: 'skipped', waitSeconds };
  const spec = await specOf(rollout, ports);
  const { packageArn } = rollout.candidate;
  // Its images are known to the registry of models alone here: what nobody looked at is not taken for signed and scanned.
  if (packageArn !== undefined && (spec.image.signature ?? spec.image.scan)) {
    const text = `${packageArn} has images nobody looks at, and the delivery asks for a signature or a scan (image): roll its image out, or take that out`;
    return { answer: await refuse(rollout, 'image-not-looked-at', text, ports), waitSeconds };
  }
  if (imageUri === undefined) return { answer: 'skipped', waitSeconds };
  // Before the registry is read: what is told after that is news.
  const news = newsOfImage(await ports.rollouts.inbox(rolloutId));
  const found = await ports.images.inspect(imageUri);
  if (!found) return { answer: await refuse(rollout, 'image-gone', `image "${imageUri}" is not in the registry any more`, ports), waitSeconds };
  const chosen = manifestFor(found, runsOfOwnImage(spec).instanceType);
  if (chosen.answer === 'none') return { answer: await refuse(rollout, 'image-for-other-platform', chosen.text, ports), waitSeconds };
  if (chosen.answer === 'child') {
    const child = `${imageUri.split('@')[0] ?? ''}@${chosen.digest}`;
    await ports.rollouts.save(
      { ...rollout, candidate: { ...rollout.candidate, images: [child], indexUri: imageUri } },
      [{ kind: 'image-checked', text: `${imageUri} is an index; of it ${chosen.platform}: ${child}`, evidence: { index: imageUri, image: child } }],
      nowMs,
    );
    return checkImage(rolloutId, ports);
  }
  const sinceMs = rollout.candidate.imageSeenAtMs ?? nowMs;
  const judged = flawsOf(imageUri, found, spec, ports.settings.region) ?? (await provenanceOf(rollout, imageUri, spec.image, sinceMs, ports));
  switch (judged.answer) {
    case 'refused':
      return { answer: await refuse(rollout, judged.reason, judged.text, ports), waitSeconds };
    case 'waiting':
      if (nowMs >= judged.untilMs)
        return {
          answer: await refuse(rollout, judged.reason, `${judged.for} did not come by ${new Date(judged.untilMs).toISOString()}${judged.why}`, ports),
          waitSeconds,
        };
      if (await listen(rollout, imageUri, { text: `waits for ${judged.for}, until ${new Date(judged.untilMs).toISOString()}`, news, nowMs }, ports))
        // What came before anybody listened is told to nobody: looked at once more.
        return checkImage(rolloutId, ports);
      // Never past the moment at which it is too late.
      return { answer: 'waiting', waitSeconds: Math.max(1, Math.min(waitSeconds, Math.ceil((judged.untilMs - nowMs) / 1000))) };
    case 'fit': {
      const listened = newsKeys(imageUri, rollout.candidate.indexUri);
      await ports.rollouts.save(
        {
          ...rollout,
          candidate: { ...rollout.candidate, imageChecked: true, ...(judged.findings && { findings: judged.findings }) },
          watching: rollout.watching.filter((key) => !listened.includes(key)),
        },
        [
          {
            kind: 'image-checked',
            text: `${imageUri} is fit to be used${judged.findings ? `; its scan found ${countsText(judged.findings)}, which a person is asked about` : ''}`,
            evidence: { imageUri, mediaType: found.mediaType, sizeBytes: found.sizeBytes, ...(judged.findings && { findings: judged.findings }) },
          },
        ],
        nowMs,
      );
      if (rollout.candidate.imageSeenAtMs !== undefined) await ports.rollouts.unwatch(rolloutId, listened);
      return { answer: 'fit', waitSeconds };
    }
  }
}

function flawsOf(imageUri: string, { manifest, mediaType, config }: ImageManifest, spec: DeliverySpec, region: string): Refusal | undefined {
  const errors = checkManifest({
    imageUri,
    manifest,
    mediaType,
    region,
    ...runsOfOwnImage(spec),
    hosting: spec.serve.pipeline.before.length + spec.serve.pipeline.after.length > 0 ? 'multi-container' : 'single',
    ...(config !== undefined && { config: new TextEncoder().encode(config) }),
  }).filter(({ level }) => level === 'error');
  return errors.length === 0 ? undefined : { answer: 'refused', reason: 'image-unfit', text: errors.map(formatFinding).join('; ') };
}

async function provenanceOf(
  { candidate: { indexUri } }: Rollout,
  imageUri: string,
  { signature, scan }: ImageSpec,
  sinceMs: number,
  { images }: Pick<Ports, 'images'>,
): Promise<Judged> {
  // Who signs an index vouches for what it names by digest.
  if (signature && !(await images.isSigned(imageUri)) && !(indexUri !== undefined && (await images.isSigned(indexUri))))
    return { answer: 'waiting', for: 'its signature', untilMs: sinceMs + signature.within * 1000, reason: 'image-not-signed', why: '' };
  if (!scan) return { answer: 'fit' };
  const { counts, status } = await images.scanOf(imageUri);
  if (!counts)
    return {
      answer: 'waiting',
      for: 'its scan',
      untilMs: sinceMs + scan.within * 1000,
      reason: 'image-not-scanned',
      why: ` (its status is ${status})`,
    };
  const counting: readonly string[] = severities.slice(severities.indexOf(scan.severity));
  const findings = Object.fromEntries(Object.entries(counts).filter(([severity, count]) => count > 0 && counting.includes(severity)));
  if (Object.keys(findings).length === 0) return { answer: 'fit' };
  if (scan.onFindings === 'ask') return { answer: 'fit', findings };
  return { answer: 'refused', reason: 'vulnerable', text: `the scan of ${imageUri} found ${countsText(findings)}` };
}

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([severity, count]) => `${count} ${severity}`)
    .join(', ');

async function refuse(rollout: Rollout, reason: string, text: string, ports: Pick<Ports, 'rollouts' | 'clock'>): Promise<'refused'> {
  const ending = { outcome: 'Rejected', reason, text, page: false } as const;
  await ports.rollouts.save({ ...rollout, ending }, [{ kind: 'image-checked', text }], ports.clock.now());
  return 'refused';
}
