import * as z from 'zod/mini';
import { matchesGlob } from './glob.ts';
import { Glob } from './names.ts';
import { defineTrigger } from './trigger.ts';

/** Who announces source writes it in full, so that nothing of it is guessed. */
const Event = z.object({
  time: z.string(),
  detail: z.object({
    /** What the delivery names: `github.com/acme/churn`, for one. */
    repository: z.string().check(z.minLength(1), z.maxLength(256)),
    /** Branch or tag. */
    ref: z.string().check(z.minLength(1), z.maxLength(256)),
    commit: z.string().check(z.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)),
    /** Where its bundle (`.zip` or `.tar.gz`) lies. */
    bundle: z.string().check(z.regex(/^s3:\/\/[^/]+\/.*\.(zip|tar\.gz)$/)),
    bundleVersion: z.optional(z.string()),
  }),
});

/** Any CI, through `PutEvents`: it has put a bundle of this commit into S3. */
export const sourceAnnounced = defineTrigger({
  type: 'source-announced',
  spec: z.strictObject({
    type: z.literal('source-announced'),
    repository: z.string().check(z.minLength(1), z.maxLength(256)),
    /** A glob over the branch or tag. */
    ref: z._default(Glob, 'main'),
  }),
  pattern: { source: ['sluice.source'], 'detail-type': ['Sluice Source Pushed'] },
  event: Event,
  subjectOf: (event) => `source/${event.detail.repository}`,
  subjectsOf: (spec) => [`source/${spec.repository}`],
  accepts: (spec, event) => matchesGlob(spec.ref, event.detail.ref),
  toRequest: ({ time, detail }) => ({
    kind: 'source',
    trigger: 'source-announced',
    source: {
      type: 's3',
      location: detail.bundle,
      commit: detail.commit,
      ...(detail.bundleVersion !== undefined && { version: detail.bundleVersion }),
    },
    occurredAtMs: Date.parse(time),
    dedupeKey: detail.commit,
  }),
});
