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
import { isPublished, namedImagesOf } from './named-images.ts';
import { manifestFor } from './platform.ts';

/** `waiting`: for a signature, or for a scan to finish. */
export type CheckAnswer = 'skipped' | 'waiting' | 'fit' | 'refused';

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'images' | 'settings' | 'clock'>;

/** An image to be looked at: the candidate's own, or one the delivery names. */
interface Subject {
  /** Where the delivery names it; unset: the candidate's own. */
  readonly place?: string;
  readonly imageUri: string;
  readonly indexUri?: string;
  readonly commands: readonly ('train' | 'serve')[];
  readonly instanceType: string;
}

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
 * Looks at the candidate's image, and at those the delivery names beside it, before anything is trained or served with them:
 * as far as a registry tells, each has to be one SageMaker can run on the delivery's instances; the account's own signed and
 * scanned as the delivery asks. An index of several platforms becomes the image of the one that is needed.
 */
export async function checkImage(rolloutId: string, ports: Needs): Promise<{ readonly answer: CheckAnswer; readonly waitSeconds: number }> {
  const { rollout } = await loadHearing(rolloutId, ports);
  const nowMs = ports.clock.now();
  const waitSeconds = lookAgainSeconds(rollout.startedAtMs, nowMs);
  if (rollout.ending) return { answer: 'refused', waitSeconds };
  // What served before was looked at then.
  if (rollout.request.kind === 'again') return { answer: 'skipped', waitSeconds };
  const spec = await specOf(rollout, ports);
  const { packageArn } = rollout.candidate;
  // Its images are known to the registry of models alone here: what nobody looked at is not taken for signed and scanned. The
  // way back from a rejected version is no place to ask that.
  if (packageArn !== undefined && rollout.request.kind !== 'instead' && (spec.image.signature ?? spec.image.scan)) {
    const text = `${packageArn} has images nobody looks at, and the delivery asks for a signature or a scan (image): roll its image out, or take that out`;
    return { answer: await refuse(rollout, 'image-not-looked-at', text, ports), waitSeconds };
  }
  const [subject, ...others] = subjectsOf(rollout, spec, ports);
  if (!subject) return { answer: 'skipped', waitSeconds };
  const { imageUri, place } = subject;
  // Before the registry is read: what is told after that is news.
  const news = newsOfImage(await ports.rollouts.inbox(rolloutId));
  const found = await ports.images.inspect(imageUri);
  const where = place === undefined ? '' : ` (${place} of the delivery)`;
  if (!found)
    return { answer: await refuse(rollout, 'image-gone', `image "${imageUri}"${where} is not in the registry any more`, ports), waitSeconds };
  const chosen = manifestFor(found, subject.instanceType);
  if (chosen.answer === 'none') return { answer: await refuse(rollout, 'image-for-other-platform', `${chosen.text}${where}`, ports), waitSeconds };
  if (chosen.answer === 'child') {
    const child = `${imageUri.split('@')[0] ?? ''}@${chosen.digest}`;
    await ports.rollouts.save(
      looked(rollout, subject, { imageUri: child, indexUri: imageUri }),
      [{ kind: 'image-checked', text: `${imageUri} is an index; of it ${chosen.platform}: ${child}`, evidence: { index: imageUri, image: child } }],
      nowMs,
    );
    return checkImage(rolloutId, ports);
  }
  const sinceMs = rollout.candidate.imageSeenAtMs ?? nowMs;
  const judged = flawsOf(subject, found, spec, ports.settings.region) ?? (await provenanceOf(subject, spec.image, sinceMs, ports));
  switch (judged.answer) {
    case 'refused':
      return { answer: await refuse(rollout, judged.reason, `${judged.text}${where}`, ports), waitSeconds };
    case 'waiting':
      if (nowMs >= judged.untilMs)
        return {
          answer: await refuse(
            rollout,
            judged.reason,
            `${judged.for}${where} did not come by ${new Date(judged.untilMs).toISOString()}${judged.why}`,
            ports,
          ),
          waitSeconds,
        };
      if (
        await listen(
          rollout,
          subject,
          { text: `waits for ${judged.for}${where}, until ${new Date(judged.untilMs).toISOString()}`, news, nowMs },
          ports,
        )
      )
        // What came before anybody listened is told to nobody: looked at once more.
        return checkImage(rolloutId, ports);
      // Never past the moment at which it is too late.
      return { answer: 'waiting', waitSeconds: Math.max(1, Math.min(waitSeconds, Math.ceil((judged.untilMs - nowMs) / 1000))) };
    case 'fit': {
      const listened = newsKeys(imageUri, subject.indexUri);
      const seen = looked(rollout, subject, { checked: true, ...(judged.findings && { findings: judged.findings }) });
      await ports.rollouts.save(
        { ...seen, watching: rollout.watching.filter((key) => !listened.includes(key)) },
        [
          {
            kind: 'image-checked',
            text: `${imageUri}${where} is fit to be used${judged.findings ? `; its scan found ${countsText(judged.findings)}, which a person is asked about` : ''}`,
            evidence: { imageUri, mediaType: found.mediaType, sizeBytes: found.sizeBytes, ...(judged.findings && { findings: judged.findings }) },
          },
        ],
        nowMs,
      );
      if (rollout.candidate.imageSeenAtMs !== undefined) await ports.rollouts.unwatch(rolloutId, listened);
      return others.length > 0 ? checkImage(rolloutId, ports) : { answer: 'fit', waitSeconds };
    }
  }
}

/** The images nobody has looked at yet. What AWS publishes is not built for us; what a package holds is known to the model registry alone. */
function subjectsOf({ candidate }: Rollout, spec: DeliverySpec, { settings }: Pick<Ports, 'settings'>): readonly Subject[] {
  const [own] = candidate.images ?? [];
  const { indexUri, named } = candidate;
  const subjects: Subject[] =
    own === undefined || candidate.imageChecked ? [] : [{ imageUri: own, ...runsOfOwnImage(spec), ...(indexUri !== undefined && { indexUri }) }];
  if (!named) return subjects;
  for (const { place, commands, instanceType } of namedImagesOf(spec, settings)) {
    const pinned = named[place];
    if (!pinned || pinned.checked || isPublished(pinned.uri)) continue;
    subjects.push({ place, imageUri: pinned.uri, commands, instanceType, ...(pinned.indexUri !== undefined && { indexUri: pinned.indexUri }) });
  }
  return subjects;
}

/** The rollout with what was seen of an image. */
function looked(
  rollout: Rollout,
  { place }: Subject,
  seen: { readonly imageUri?: string; readonly indexUri?: string; readonly checked?: boolean; readonly findings?: Readonly<Record<string, number>> },
): Rollout {
  const { candidate } = rollout;
  const { imageUri, indexUri, checked, findings } = seen;
  const found = findings && { findings: added(candidate.findings ?? {}, findings) };
  if (place === undefined)
    return {
      ...rollout,
      candidate: {
        ...candidate,
        ...found,
        ...(imageUri !== undefined && { images: [imageUri] }),
        ...(indexUri !== undefined && { indexUri }),
        ...(checked && { imageChecked: true }),
      },
    };
  const before = candidate.named?.[place];
  if (!before) throw new Error(`Rollout "${rollout.id}" looked at an image of ${place}, where it has none`);
  const named = {
    ...before,
    ...(imageUri !== undefined && { uri: imageUri }),
    ...(indexUri !== undefined && { indexUri }),
    ...(checked && { checked }),
  };
  return { ...rollout, candidate: { ...candidate, ...found, named: { ...candidate.named, [place]: named } } };
}

const added = (one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries([...new Set([...Object.keys(one), ...Object.keys(other)])].map((name) => [name, (one[name] ?? 0) + (other[name] ?? 0)]));

function flawsOf(
  { imageUri, commands, instanceType }: Subject,
  { manifest, mediaType, config }: ImageManifest,
  spec: DeliverySpec,
  region: string,
): Refusal | undefined {
  const errors = checkManifest({
    imageUri,
    manifest,
    mediaType,
    region,
    commands,
    instanceType,
    // What only trains stands alone.
    hosting: commands.includes('serve') && spec.serve.pipeline.before.length + spec.serve.pipeline.after.length > 0 ? 'multi-container' : 'single',
    ...(config !== undefined && { config: new TextEncoder().encode(config) }),
  }).filter(({ level }) => level === 'error');
  return errors.length === 0 ? undefined : { answer: 'refused', reason: 'image-unfit', text: errors.map(formatFinding).join('; ') };
}

async function provenanceOf(
  { imageUri, indexUri }: Subject,
  { signature, scan }: ImageSpec,
  sinceMs: number,
  { images }: Pick<Ports, 'images'>,
): Promise<Judged> {
  // What lies in a registry of somebody else's is signed and scanned there, by whatever rules hold there.
  if (!images.isOwn(imageUri)) return { answer: 'fit' };
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
