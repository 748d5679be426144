import * as z from 'zod/mini';
import { matchesGlob } from './glob.ts';
import { Digest, mayBeImage, Repository } from './names.ts';
import { defineTrigger } from './trigger.ts';

const Spec = z.strictObject({
  type: z.literal('image-pushed'),
  repository: Repository,
  /** A glob over the image's tag; `*` is any text. An untagged push is never meant. */
  tags: z._default(z.string().check(z.minLength(1), z.maxLength(128)), '*'),
});

const Event = z.object({
  time: z.string(),
  detail: z.object({
    result: z.literal('SUCCESS'),
    'action-type': z.literal('PUSH'),
    'repository-name': z.string(),
    'image-digest': Digest,
    'image-tag': z.optional(z.string()),
    'artifact-media-type': z.optional(z.string()),
  }),
});

/** An image was pushed to ECR. */
export const imagePushed = defineTrigger({
  type: 'image-pushed',
  spec: Spec,
  pattern: { source: ['aws.ecr'], 'detail-type': ['ECR Image Action'], detail: { result: ['SUCCESS'], 'action-type': ['PUSH'] } },
  event: Event,
  subjectOf: (event) => `image/${event.detail['repository-name']}`,
  subjectsOf: (spec) => [`image/${spec.repository}`],
  // Untagged pushes are the parts of a multi-platform image: never the image somebody means. Neither is what is pushed beside one.
  accepts(spec, { detail: { 'image-tag': tag, 'artifact-media-type': type } }) {
    return tag !== undefined && mayBeImage(tag, type) && matchesGlob(spec.tags, tag);
  },
  toRequest: (event) => ({
    kind: 'image',
    trigger: 'image-pushed',
    repository: event.detail['repository-name'],
    imageDigest: event.detail['image-digest'],
    ...(event.detail['image-tag'] !== undefined && { imageTag: event.detail['image-tag'] }),
    occurredAtMs: Date.parse(event.time),
    dedupeKey: event.detail['image-digest'],
  }),
});
