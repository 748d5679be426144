import * as z from 'zod/mini';
import { defineTrigger } from './trigger.ts';

const Spec = z.strictObject({
  type: z.literal('image-pushed'),
  repository: z
    .string()
    .check(
      z.regex(/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/, 'Expected the name of an ECR repository, such as models/churn'),
    ),
  /** A glob over the image's tag; `*` is any text. An untagged push is never meant. */
  tags: z._default(z.string().check(z.minLength(1), z.maxLength(128)), '*'),
});

const Event = z.object({
  time: z.string(),
  detail: z.object({
    result: z.literal('SUCCESS'),
    'action-type': z.literal('PUSH'),
    'repository-name': z.string(),
    'image-digest': z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/)),
    'image-tag': z.optional(z.string()),
  }),
});

/** Whether `text` matches a glob in which `*` is any text and all else stands for itself. */
export function matchesGlob(glob: string, text: string): boolean {
  const [start = '', ...parts] = glob.split('*');
  const end = parts.pop();
  if (end === undefined) return text === glob;
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  // Each part in the middle where it first occurs: if the rest fits anywhere, it fits after that. (A regular expression would try every place.)
  let from = start.length;
  const to = text.length - end.length;
  for (const part of parts) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > to) return false;
    from = found + part.length;
  }
  return true;
}

/** An image was pushed to ECR. */
export const imagePushed = defineTrigger({
  type: 'image-pushed',
  spec: Spec,
  pattern: { source: ['aws.ecr'], 'detail-type': ['ECR Image Action'], detail: { result: ['SUCCESS'], 'action-type': ['PUSH'] } },
  event: Event,
  subjectOf: (event) => `image/${event.detail['repository-name']}`,
  subjectsOf: (spec) => [`image/${spec.repository}`],
  // Untagged pushes are the parts of a multi-platform image: never the image somebody means.
  accepts: (spec, event) => event.detail['image-tag'] !== undefined && matchesGlob(spec.tags, event.detail['image-tag']),
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
