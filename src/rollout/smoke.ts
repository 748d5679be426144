import type { Ports } from '../ports/ports.ts';
import { decideEnding } from './ending.ts';
import { loadRollout, specOf } from './load.ts';
import { placementOf } from './rollout.ts';

/** Sends the spec's requests to the canary itself, at whatever weight it has. All must answer as expected. */
export async function smoke(
  rolloutId: string,
  ports: Pick<Ports, 'rollouts' | 'deliveries' | 'endpoints' | 'clock'>,
): Promise<{ readonly answer: 'passed' | 'failed' | 'failed-first' }> {
  const rollout = await loadRollout(rolloutId, ports);
  const placement = placementOf(rollout);
  // Asked again after an answer that got lost: a second try that works must not overrule what was decided.
  if (rollout.ending) return { answer: placement.stable === undefined ? 'failed-first' : 'failed' };
  const spec = await specOf(rollout, ports);
  const answers = [];
  for (const request of spec.serve.smoke) {
    const answer = await ports.endpoints.invoke(placement.endpointName, placement.canary, {
      contentType: request.contentType,
      body: request.body,
      ...(request.accept !== undefined && { accept: request.accept }),
    });
    const flaws: string[] = [];
    if (answer.status !== request.expectStatus) flaws.push(`status ${answer.status}, expected ${request.expectStatus}`);
    if (request.expectText !== undefined && !answer.body.includes(request.expectText))
      flaws.push(`the answer lacks ${JSON.stringify(request.expectText)}`);
    if (answer.variantName !== undefined && answer.variantName !== placement.canary) flaws.push(`variant ${answer.variantName} answered`);
    answers.push({ status: answer.status, body: answer.body.slice(0, 200), flaws });
  }
  const bad = answers.filter((answer) => answer.flaws.length > 0);
  const text =
    bad.length === 0
      ? `${answers.length} smoke requests answered as expected`
      : `${bad.length} of ${answers.length} smoke requests failed: ${bad[0]?.flaws.join(', ')}: ${bad[0]?.body ?? ''}`;
  const draft = { kind: 'smoke-tested' as const, text, evidence: { answers } };
  if (bad.length === 0) {
    const nowMs = ports.clock.now();
    await ports.rollouts.save({ ...rollout, placement: { ...placement, smokeTestedAtMs: nowMs } }, [draft], nowMs);
    return { answer: 'passed' };
  }
  const first = placement.stable === undefined;
  await decideEnding(rollout, { outcome: first ? 'Failed' : 'RolledBack', reason: 'smoke-test-failed', text, page: first }, [draft], ports);
  return { answer: first ? 'failed-first' : 'failed' };
}
