import * as z from 'zod/mini';
import { Repository, SageMakerName } from '../triggers/names.ts';
import { Duration } from '../rollout/duration.ts';
import { Text } from '../rollout/names.ts';

const minutes = (least: number, most: number) => (seconds: number) => seconds >= least * 60 && seconds <= most * 60;

/** Neither absolute nor out of the source by `..`. */
const SourcePath = z.string().check(z.regex(/^(?!(?:.*\/)?\.\.(?:\/|$))[^/].*$/, 'Expected a path within the source'));

/** How source code becomes an image. */
export const BuildSpec = z.strictObject({
  /** ECR repository the image goes to. */
  repository: Repository,
  dockerfile: z._default(SourcePath, 'Dockerfile'),
  /** The folder the Dockerfile copies from. */
  context: z._default(SourcePath, '.'),
  /** Build arguments; they travel in one line, so their values have no blanks. */
  arguments: z._default(
    z.record(
      z.string().check(z.regex(/^[A-Za-z_]\w*$/, 'Expected letters, digits and underscores, no digit first')),
      z.string().check(z.regex(/^\S{0,256}$/, 'Expected up to 256 characters without blanks')),
    ),
    {},
  ),
  timeout: z._default(Duration.check(z.refine(minutes(5, 480), 'Expected 5m to 8h')), 3600),
});
export type BuildSpec = z.output<typeof BuildSpec>;

export const severities = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;

/** What an image has to show before anything is trained or served with it. */
export const ImageSpec = z.strictObject({
  /** A signature or an attestation must lie beside it. */
  signature: z.optional(z.strictObject({ within: z._default(Duration.check(z.refine(minutes(0, 1440), 'Expected 24h or less')), 900) })),
  /** What ECR's scan may have found. */
  scan: z.optional(
    z.strictObject({
      /** From this severity on a finding counts. */
      severity: z.enum(severities),
      onFindings: z._default(z.enum(['reject', 'ask']), 'reject'),
      within: z._default(Duration.check(z.refine(minutes(0, 1440), 'Expected 24h or less')), 900),
    }),
  ),
});
export type ImageSpec = z.output<typeof ImageSpec>;

/** How a candidate goes into SageMaker's model registry. */
export const RegisterSpec = z.strictObject({
  /** Unset: the delivery's name. */
  packageGroup: z.optional(SageMakerName),
  /** `pending`: somebody answers there, in the console or by another tool, before the rollout goes on. */
  approval: z._default(z.enum(['pending', 'approved']), 'pending'),
  /** How long that answer may take. */
  expires: z._default(Duration.check(z.refine(minutes(1, 43_200), 'Expected 1m to 30d')), 604_800),
  contentTypes: z._default(z.array(Text).check(z.minLength(1), z.maxLength(20)), ['text/csv']),
});
export type RegisterSpec = z.output<typeof RegisterSpec>;
