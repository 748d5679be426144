import * as z from 'zod/mini';
import { matchesGlob } from './glob.ts';
import { Glob } from './names.ts';
import { defineTrigger } from './trigger.ts';

const Event = z.object({
  time: z.string(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string().check(z.regex(/\.(zip|tar\.gz)$/)), etag: z.string(), 'version-id': z.optional(z.string()) }),
  }),
});

/** A training job's own output, as SageMaker names it: never source, or a delivery that trains could ask for itself for ever. */
const isTrainingOutput = (key: string): boolean => /\/output\/(model|output)\.tar\.gz$/.test(key);

/** A bundle of source code (`.zip` or `.tar.gz`) was put into a bucket that tells EventBridge. */
export const bundleUploaded = defineTrigger({
  type: 'bundle-uploaded',
  spec: z.strictObject({
    type: z.literal('bundle-uploaded'),
    /** `{bucket}` is the service's own. */
    bucket: z.string().check(z.regex(/^(?:\{bucket\}|[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])$/, 'Expected the name of an S3 bucket, or {bucket}')),
    /** A glob over the object's key. */
    key: Glob,
  }),
  pattern: {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    // The rule hears every bucket of the account that tells EventBridge: what is no bundle wakes nobody.
    detail: { object: { key: [{ suffix: '.zip' }, { suffix: '.tar.gz' }] } },
  },
  event: Event,
  subjectOf: (event) => `bundle/${event.detail.bucket.name}`,
  subjectsOf: (spec) => [`bundle/${spec.bucket}`],
  aliasesOf: (event, own) => (event.detail.bucket.name === own.bucket ? ['bundle/{bucket}'] : []),
  accepts: (spec, event) => matchesGlob(spec.key, event.detail.object.key) && !isTrainingOutput(event.detail.object.key),
  toRequest(event) {
    const { bucket, object } = event.detail;
    const location = `s3://${bucket.name}/${object.key}`;
    const version = object['version-id'];
    return {
      kind: 'source',
      trigger: 'bundle-uploaded',
      source: { type: 's3', location, ...(version !== undefined && { version }) },
      occurredAtMs: Date.parse(event.time),
      // The same bytes put there again are the same wish; the ETag tells where there is no version.
      dedupeKey: `${location}@${version ?? object.etag}`,
    };
  },
});
