import * as z from 'zod/mini';
import { matchesGlob } from './glob.ts';
import { Glob } from './names.ts';
import { defineTrigger } from './trigger.ts';

const Event = z.object({
  time: z.string(),
  detail: z.object({
    event: z.enum(['referenceCreated', 'referenceUpdated']),
    repositoryName: z.string(),
    referenceType: z.literal('branch'),
    referenceName: z.string(),
    commitId: z.string().check(z.regex(/^[0-9a-f]{40}$/)),
  }),
});

/** A branch of a CodeCommit repository moved. */
export const sourcePushed = defineTrigger({
  type: 'source-pushed',
  spec: z.strictObject({
    type: z.literal('source-pushed'),
    repository: z.string().check(z.regex(/^[\w.-]{1,100}$/, 'Expected the name of a CodeCommit repository')),
    /** A glob over the branch's name. */
    branch: z._default(Glob, 'main'),
  }),
  pattern: {
    source: ['aws.codecommit'],
    'detail-type': ['CodeCommit Repository State Change'],
    detail: { event: ['referenceCreated', 'referenceUpdated'], referenceType: ['branch'] },
  },
  event: Event,
  subjectOf: (event) => `codecommit/${event.detail.repositoryName}`,
  subjectsOf: (spec) => [`codecommit/${spec.repository}`],
  accepts: (spec, event) => matchesGlob(spec.branch, event.detail.referenceName),
  toRequest: (event) => ({
    kind: 'source',
    trigger: 'source-pushed',
    source: { type: 'codecommit', location: event.detail.repositoryName, version: event.detail.commitId },
    occurredAtMs: Date.parse(event.time),
    dedupeKey: event.detail.commitId,
  }),
});
