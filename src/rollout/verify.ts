import type { EndpointDescription } from '../ports/endpoints.ts';
import type { Ports } from '../ports/ports.ts';
import { decideEnding } from './ending.ts';
import { loadHearing } from './hearing.ts';
import { loadRollout } from './load.ts';
import { metricPeriodOf } from './metric-period.ts';
import { prove } from './move.ts';
import { currentStep, type Ending, placementOf, type Rollout, withStep } from './rollout.ts';
import { sameWeight } from './weights.ts';

export const moveNames = ['canary', 'shift', 'undo', 'rest'] as const;
export type MoveName = (typeof moveNames)[number];

/**
 * `pending`: wait on. `done`: proved. `reverted`: SageMaker took the change back by itself, nothing is left to undo.
 * `not-proved`: the endpoint rests in another state than asked for. `dead`: it can't be helped by weights.
 */
export type VerifyAnswer = 'pending' | 'done' | 'reverted' | 'not-proved' | 'dead';

type Needs = Pick<Ports, 'rollouts' | 'locks' | 'endpoints' | 'clock'>;

/** A move that took is of no use to a rollout somebody stopped meanwhile: it is undone, or held where nothing stood before. */
function unlessEnding(rollout: Rollout, answer: VerifyAnswer): VerifyAnswer {
  if (!rollout.ending || answer !== 'done') return answer;
  return rollout.placement?.stable === undefined ? 'dead' : 'not-proved';
}

/** How often a wait for the endpoint looks by itself, seconds: events make it fast, polls make it right. */
export const pollSeconds = 60;

/** Reads back what was asked of the endpoint and says whether it is so. */
export async function verify(
  rolloutId: string,
  what: MoveName,
  ports: Needs,
): Promise<{ readonly answer: VerifyAnswer; readonly waitSeconds: number }> {
  const rollout = what === 'canary' || what === 'shift' ? (await loadHearing(rolloutId, ports)).rollout : await loadRollout(rolloutId, ports);
  const placement = placementOf(rollout);
  const nowMs = ports.clock.now();
  await ports.locks.renew(placement.endpointName, rolloutId, placement.fence, nowMs);
  const endpoint = await ports.endpoints.describe(placement.endpointName);
  // Asked again after an answer that got lost: the move is settled, and an ending tells that it was for the worse.
  if (!rollout.move && (what === 'canary' || what === 'shift') && rollout.ending)
    return { answer: placement.stable === undefined ? 'reverted' : 'not-proved', waitSeconds: 0 };
  if (!rollout.move) return { answer: 'done', waitSeconds: 0 };
  const proof = prove(rollout.move, endpoint, nowMs);
  if (proof.answer === 'pending') return { answer: 'pending', waitSeconds: pollSeconds };
  const { move: _, ...settled } = rollout;
  switch (what) {
    case 'canary':
      return { answer: unlessEnding(rollout, await verifyCanary(rollout, settled, proof, endpoint, ports)), waitSeconds: 0 };
    case 'shift': {
      const step = currentStep(rollout);
      if (!step) throw new Error(`Rollout "${rolloutId}" verifies a shift it never asked for`);
      if (proof.answer === 'done') {
        await ports.rollouts.save(
          withStep(settled, { ...step, verifiedAtMs: nowMs }),
          [
            {
              kind: 'shift-verified',
              text: `${step.canaryPercent} % to ${placement.canary}: weights read back`,
              evidence: { weights: weightsOf(endpoint) },
            },
          ],
          nowMs,
        );
        return { answer: unlessEnding(rollout, 'done'), waitSeconds: 0 };
      }
      const ending: Ending = {
        outcome: 'RolledBack',
        reason: 'shift-not-proved',
        text: `the shift to ${step.canaryPercent} % did not take: ${proof.text}`,
        page: false,
      };
      await decideEnding(settled, ending, [{ kind: 'shift-verified', text: ending.text, evidence: { weights: weightsOf(endpoint) } }], ports);
      return { answer: proof.answer === 'failed' ? 'dead' : 'not-proved', waitSeconds: 0 };
    }
    case 'undo': {
      if (proof.answer === 'done') {
        await ports.rollouts.save(
          settled,
          [{ kind: 'undo-verified', text: `all weights as before the rollout`, evidence: { weights: weightsOf(endpoint) } }],
          nowMs,
        );
        return { answer: 'done', waitSeconds: 0 };
      }
      // The move stays: an undo that was not proved must never look settled.
      await ports.rollouts.save(
        rollout,
        [{ kind: 'undo-verified', text: `undo did not take: ${proof.text}`, evidence: { weights: weightsOf(endpoint) } }],
        nowMs,
      );
      return { answer: proof.answer === 'failed' ? 'dead' : 'not-proved', waitSeconds: 0 };
    }
    case 'rest':
      // Whether the leftover variant keeps one instance or more decides nothing about the outcome.
      await ports.rollouts.save(settled, [], nowMs);
      return { answer: proof.answer === 'done' ? 'done' : 'not-proved', waitSeconds: 0 };
  }
}

const weightsOf = (endpoint: EndpointDescription | undefined) =>
  Object.fromEntries((endpoint?.ProductionVariants ?? []).map((variant) => [variant.VariantName, variant.CurrentWeight]));

/** Proves the canary: in service, on the image that was asked for, and nobody else's share or image changed by it. */
async function verifyCanary(
  rollout: Rollout,
  settled: Rollout,
  proof: Exclude<ReturnType<typeof prove>, { answer: 'pending' }>,
  endpoint: EndpointDescription | undefined,
  ports: Needs,
): Promise<VerifyAnswer> {
  const placement = placementOf(rollout);
  const nowMs = ports.clock.now();
  const first = placement.stable === undefined;
  if (proof.answer === 'reverted' || proof.answer === 'failed' || proof.answer === 'mismatch') {
    const unhealthy = /ping health check|health check/i.test(proof.text);
    const ending: Ending = first
      ? { outcome: 'Failed', reason: unhealthy ? 'canary-unhealthy' : 'creation-failed', text: proof.text, page: false }
      : {
          // Dead is not back: nobody can move weights there, a person has to look.
          outcome: proof.answer === 'failed' ? 'Failed' : 'RolledBack',
          reason: proof.answer === 'failed' ? 'endpoint-failed' : unhealthy ? 'canary-unhealthy' : 'update-reverted',
          text: proof.text,
          page: proof.answer === 'failed',
        };
    await decideEnding(settled, ending, [{ kind: 'canary-verified', text: `the canary did not come into service: ${proof.text}` }], ports);
    if (first) return 'reverted';
    return proof.answer === 'reverted' ? 'reverted' : proof.answer === 'failed' ? 'dead' : 'not-proved';
  }
  const wrong = differencesFromPlan(rollout, endpoint);
  if (wrong.length > 0) {
    const text = `the endpoint is not what was asked for: ${wrong.join('; ')}`;
    await decideEnding(
      settled,
      { outcome: first ? 'Failed' : 'RolledBack', reason: 'canary-not-proved', text, page: first },
      [{ kind: 'canary-verified', text, evidence: { wrong } }],
      ports,
    );
    return first ? 'dead' : 'not-proved';
  }
  const inForce = endpoint && (await ports.endpoints.describeConfig(endpoint.EndpointConfigName));
  const pace = inForce && { metricPeriodSeconds: metricPeriodOf(inForce) };
  await ports.rollouts.save(
    { ...settled, placement: { ...placement, verifiedAtMs: nowMs, ...pace }, phase: first ? 'Promoting' : rollout.paused ? 'Paused' : 'Progressing' },
    [
      {
        kind: 'canary-verified',
        text: `${placement.canary} is in service on ${imagesText(rollout)}`,
        evidence: { variants: endpoint?.ProductionVariants },
      },
    ],
    nowMs,
  );
  return 'done';
}

const digestOfUri = (uri: string): string | undefined => uri.split('@')[1];

const imagesText = ({ candidate }: Rollout): string => candidate.images?.map((image) => digestOfUri(image) ?? image).join(', ') ?? 'an image';

function differencesFromPlan(rollout: Rollout, endpoint: EndpointDescription | undefined): string[] {
  const placement = placementOf(rollout);
  const wrong: string[] = [];
  const live = (name: string) => endpoint?.ProductionVariants.find((variant) => variant.VariantName === name);
  const canary = live(placement.canary);
  if (!canary) return [`variant ${placement.canary} is missing`];
  const runs = new Set(canary.ResolvedImages.map(digestOfUri));
  // No digest to compare is no proof.
  const expected = rollout.candidate.images ?? [];
  const repositories = new Set(canary.ResolvedImages.map((image) => image.split('@')[0]));
  // An image of AWS's own whose registry told no digest: its repository is what can be compared.
  const isProved = (image: string) =>
    digestOfUri(image) === undefined ? repositories.has(image.replace(/:[^:/]*$/, '')) : runs.has(digestOfUri(image));
  if (expected.length === 0 || !expected.every(isProved)) {
    wrong.push(`variant ${placement.canary} runs ${canary.ResolvedImages.join(', ') || 'no known image'}, expected ${imagesText(rollout)}`);
  }
  const expectedWeight = placement.stable === undefined ? placement.stableWeight : 0;
  if (!sameWeight(canary.CurrentWeight, expectedWeight))
    wrong.push(`variant ${placement.canary} has weight ${canary.CurrentWeight}, expected ${expectedWeight}`);
  if (canary.CurrentInstanceCount < (placement.canaryInstances ?? 1))
    wrong.push(`variant ${placement.canary} has ${canary.CurrentInstanceCount} instances, asked for ${placement.canaryInstances ?? 1}`);
  const remains = new Set(endpoint?.ProductionVariants.map((variant) => variant.VariantName));
  for (const before of placement.before?.variants ?? []) {
    // The resting variant was replaced on purpose; it had no traffic.
    if (before.VariantName === placement.canary || (before.weight === 0 && !remains.has(before.VariantName))) continue;
    const now = live(before.VariantName);
    if (!now) {
      wrong.push(`variant ${before.VariantName} is missing`);
      continue;
    }
    if (!sameWeight(now.CurrentWeight, before.weight))
      wrong.push(`variant ${before.VariantName} has weight ${now.CurrentWeight}, had ${before.weight}`);
    if (now.CurrentInstanceCount < before.instanceCount)
      wrong.push(`variant ${before.VariantName} has ${now.CurrentInstanceCount} instances, had ${before.instanceCount}`);
    const digestsBefore = before.images.map((image) => image.split('@')[1]).join();
    if (digestsBefore !== now.ResolvedImages.map((image) => image.split('@')[1]).join())
      wrong.push(`variant ${before.VariantName} changed its image`);
  }
  return wrong;
}
