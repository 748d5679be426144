import * as z from 'zod/mini';
import type { Ports } from '../ports/ports.ts';
import { actKinds } from '../rollout/acts.ts';
import { BadRequest, NotFound } from '../rollout/errors.ts';
import { ask, undo } from '../rollout/people.ts';
import { type DeliverySource, DeliverySpec } from '../rollout/spec.ts';
import { start } from '../rollout/start.ts';
import { triggerOf } from '../triggers/registry.ts';
import type { RolloutRequest } from '../triggers/trigger.ts';
import { rolloutView } from '../view/rollout-view.ts';

const subjectExpected = 'Expected "rollout" or the index of a step, counted from 0';

/** What an approval or rejection names, so that it counts for nothing else: what its sender saw. */
const Answers = z.strictObject(
  {
    for: z.union([z.literal('rollout'), z.int().check(z.minimum(0, subjectExpected))], subjectExpected),
    imageDigest: z.string(),
    revision: z.int(),
  },
  // Sluice's own command binds an answer; who calls without it learns how.
  {
    error: ({ input }) =>
      input === undefined
        ? 'Expected what is answered, { for, imageDigest, revision }: get shows it as approval.for ("rollout" or the index of a step, counted from 0), imageDigest and revision'
        : undefined,
  },
);

/** What a person may ask, one action a request. */
export const Request = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('apply'), source: z.unknown() }),
  z
    .strictObject({
      action: z.literal('start'),
      delivery: z.string(),
      /** `<repository>:<tag>` or `<repository>@sha256:…`. */
      image: z.optional(z.string()),
      /** `s3://bucket/key` of a source bundle, and its VersionId. */
      source: z.optional(
        z.strictObject({ uri: z.string().check(z.regex(/^s3:\/\/[^/]+\/.+/, 'Expected s3://bucket/key')), version: z.optional(z.string()) }),
      ),
      packageArn: z.optional(z.string().check(z.regex(/:model-package\/[^/]+\/\d+$/, 'Expected the ARN of a version of a model package group'))),
      /** Why what serves shall be trained anew. */
      retrain: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
    })
    .check(
      z.refine(
        ({ image, source, packageArn, retrain }) => [image, source, packageArn, retrain].filter((each) => each !== undefined).length === 1,
        'Expected exactly one of image, source, packageArn and retrain',
      ),
    ),
  z.strictObject({ action: z.literal('list'), delivery: z.optional(z.string()), limit: z._default(z.int().check(z.minimum(1), z.maximum(200)), 20) }),
  z.strictObject({ action: z.literal('get'), rolloutId: z.string() }),
  z.strictObject({
    action: z.enum(['approve', 'reject']),
    rolloutId: z.string(),
    reason: z.optional(z.string().check(z.maxLength(1024))),
    answers: Answers,
  }),
  z.strictObject({
    action: z.enum(actKinds.filter((kind) => kind !== 'approve' && kind !== 'reject')),
    rolloutId: z.string(),
    reason: z.optional(z.string().check(z.maxLength(1024))),
  }),
  z.strictObject({ action: z.literal('undo'), rolloutId: z.string(), reason: z.optional(z.string().check(z.maxLength(1024))) }),
]);
export type Request = z.input<typeof Request>;

type Needs = Pick<Ports, 'rollouts' | 'deliveries' | 'executions' | 'images' | 'packages' | 'notices' | 'clock'>;

/**
 * Does what a person asked and answers with JSON.
 *
 * @param by the caller's ARN, for the record
 * @throws BadRequest with what is wrong and what to do; NotFound
 */
export async function answer(request: z.output<typeof Request>, by: string, ports: Needs): Promise<unknown> {
  switch (request.action) {
    case 'apply': {
      const parsed = z.safeParse(DeliverySpec, request.source);
      if (!parsed.success) throw new BadRequest(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
      const spec = parsed.data;
      const subjects = [...new Set(spec.triggers.flatMap((trigger) => triggerOf(trigger).subjectsOf(trigger)))];
      const applied = await ports.deliveries.apply(request.source as DeliverySource, subjects, by, ports.clock.now()); // It parsed as one just above.
      return { delivery: spec.name, ...applied };
    }
    case 'start':
      return start(request.delivery, await wantedBy(request, by, ports), ports);
    case 'list': {
      const rollouts = await ports.rollouts.list({ limit: request.limit, ...(request.delivery !== undefined && { delivery: request.delivery }) });
      return rollouts.map((rollout) => rolloutView(rollout, [], ports.clock.now()));
    }
    case 'get': {
      const rollout = await ports.rollouts.find(request.rolloutId);
      if (!rollout) throw new NotFound(`No rollout "${request.rolloutId}"; sluice list shows what there is`);
      return rolloutView(rollout, await ports.rollouts.ledger(request.rolloutId), ports.clock.now());
    }
    case 'undo':
      return undo(request.rolloutId, by, request.reason, ports);
    default:
      return ask(
        {
          kind: request.action,
          by,
          ...(request.reason !== undefined && { reason: request.reason }),
          ...('answers' in request && { answers: request.answers }),
        },
        request.rolloutId,
        ports,
      );
  }
}

type StartRequest = Extract<z.output<typeof Request>, { action: 'start' }>;

/** What a person wants rolled out. Asked later than any attempt before it, it is always a new one. */
async function wantedBy(request: StartRequest, askedBy: string, { images, clock }: Pick<Ports, 'images' | 'clock'>): Promise<RolloutRequest> {
  const occurredAtMs = clock.now();
  const asked = { trigger: 'person', occurredAtMs, askedBy };
  const { image, source, packageArn, retrain = '' } = request;
  if (source) {
    const at = source.version === undefined ? {} : { version: source.version };
    return {
      ...asked,
      kind: 'source',
      source: { type: 's3', location: source.uri, ...at },
      dedupeKey: `${source.uri}@${source.version ?? occurredAtMs}`,
    };
  }
  if (packageArn !== undefined) return { ...asked, kind: 'package', packageArn, dedupeKey: packageArn };
  if (image === undefined) return { ...asked, kind: 'retrain', because: retrain, dedupeKey: `retrain/${new Date(occurredAtMs).toISOString()}` };
  const [, repository, tag, digest] = /^([^:@]+)(?::([^@]+)|@(sha256:[0-9a-f]{64}))$/.exec(image) ?? [];
  if (repository === undefined) throw new BadRequest(`"${image}" is no image of this account: write <repository>:<tag> or <repository>@sha256:…`);
  const imageDigest = digest ?? (await images.digestOf(images.tagUriOf(repository, tag ?? '')));
  if (imageDigest === undefined) throw new NotFound(`No image "${image}" in this account's registry: push it first`);
  return { ...asked, kind: 'image', repository, imageDigest, ...(tag !== undefined && { imageTag: tag }), dedupeKey: imageDigest };
}
