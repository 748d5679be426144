import * as z from 'zod/mini';
import { matchesGlob } from './glob.ts';
import { Digest, Glob, mayBeImage, Repository } from './names.ts';
import { defineTrigger } from './trigger.ts';

const Event = z.object({
  time: z.string(),
  detail: z.object({
    'scan-status': z.literal('COMPLETE'),
    'repository-name': z.string(),
    'image-digest': Digest,
    'image-tags': z._default(z.array(z.string()), []),
  }),
});

const meantOf = ({ tags }: { readonly tags: string }, { detail }: z.output<typeof Event>): string | undefined =>
  detail['image-tags'].find((tag) => mayBeImage(tag) && matchesGlob(tags, tag));

/** ECR has finished its basic scan of an image. What it found is judged where the delivery says so, under `image.scan`. */
export const imageScanned = defineTrigger({
  type: 'image-scanned',
  spec: z.strictObject({ type: z.literal('image-scanned'), repository: Repository, tags: z._default(Glob, '*') }),
  pattern: { source: ['aws.ecr'], 'detail-type': ['ECR Image Scan'], detail: { 'scan-status': ['COMPLETE'] } },
  event: Event,
  subjectOf: (event) => `scan/${event.detail['repository-name']}`,
  subjectsOf: (spec) => [`scan/${spec.repository}`],
  accepts: (spec, event) => meantOf(spec, event) !== undefined,
  toRequest(event, spec) {
    const tag = meantOf(spec, event);
    return {
      kind: 'image',
      trigger: 'image-scanned',
      repository: event.detail['repository-name'],
      imageDigest: event.detail['image-digest'],
      ...(tag !== undefined && { imageTag: tag }),
      occurredAtMs: Date.parse(event.time),
      dedupeKey: event.detail['image-digest'],
    };
  },
});
