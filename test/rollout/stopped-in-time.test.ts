import { describe, expect, test } from 'vitest';
import { finish } from '../../src/rollout/finish.ts';
import { loadHearing } from '../../src/rollout/hearing.ts';
import { keys } from '../../src/rollout/keys.ts';
import { nextStep } from '../../src/rollout/next-step.ts';
import { ask, undo } from '../../src/rollout/people.ts';
import { prepare } from '../../src/rollout/prepare.ts';
import type { StepRecord } from '../../src/rollout/rollout.ts';
import { shift } from '../../src/rollout/shift.ts';
import { signal } from '../../src/rollout/signal.ts';
import { start } from '../../src/rollout/start.ts';
import { digestOf, imageOf, noonMs, placed, request, rollout } from './fixture.ts';
import { type Story, served, story } from './world.ts';

const { id } = rollout();
const arn = 'arn:aws:states:eu-west-1:111122223333:execution:sluice-rollout:x';
const placement = placed({
  smokeTestedAtMs: noonMs,
});
const first: StepRecord = {
  index: 0,
  canaryPercent: 10,
  bakeSeconds: 300,
  requestedAtMs: noonMs - 900_000,
  verifiedAtMs: noonMs - 800_000,
  passedAtMs: noonMs - 400_000,
  verdicts: [],
};
const second: StepRecord = { index: 1, canaryPercent: 100, bakeSeconds: 300, requestedAtMs: noonMs, verdicts: [] };
const updates = (s: Story) => s.changes().filter(([operation]) => operation.startsWith('Update'));
const kindsAfter = async (s: Story, count: number) => (await s.kinds()).slice(count);

/** A rollout whose first step has passed and whose second is about to be asked for; the endpoint has 10 %. */
async function betweenSteps(EndpointStatus: string, steps: readonly StepRecord[]): Promise<Story> {
  const s = await story();
  await s.begin({ phase: 'Progressing', placement, steps });
  s.endpoint = {
    EndpointStatus,
    EndpointConfigName: 'churn-2',
    ProductionVariants: [served('churn-a', 90), served('churn-b', 10, { digest: digestOf('b') })],
  };
  return s;
}

describe('an endpoint that takes no call between two steps', () => {
  test('is no reason to decide the next step: the canary bakes on, watched', async () => {
    const s = await betweenSteps('SystemUpdating', [first]);
    expect((await nextStep(id, arn, s.ports)).answer).toBe('wait');
    expect((await s.now()).steps).toMatchObject([{ index: 0 }]);
    s.endpoint = { ...s.endpoint, EndpointStatus: 'InService' };
    expect((await nextStep(id, arn, s.ports)).answer).toBe('shift');
  });

  test('takes back a step that was decided just before: nothing was asked of it, and the gates are asked about the share it has', async () => {
    const s = await betweenSteps('SystemUpdating', [first, second]);
    expect(await shift(id, s.ports)).toEqual({ answer: 'busy' });
    expect((await s.now()).steps).toMatchObject([{ index: 0 }]);
    expect((await s.now()).move).toBeUndefined();
    expect(updates(s)).toEqual([]);
  });
});

describe('an accepted abort', () => {
  test('keeps a shift from being asked for', async () => {
    const s = await betweenSteps('InService', [first, second]);
    await ask({ kind: 'abort', by: 'me', reason: 'stop' }, id, s.ports);
    expect(await shift(id, s.ports)).toEqual({ answer: 'stopped' });
    expect(updates(s)).toEqual([]);
    expect((await s.now()).ending).toMatchObject({ reason: 'aborted' });
  });

  test('keeps a canary from being added', async () => {
    const s = await story();
    const { verifiedAtMs: _v, smokeTestedAtMs: _s, configName: _c, ...early } = placement;
    await s.begin({ phase: 'Preparing', placement: early, candidate: { images: [imageOf('b')], modelName: 'churn-m' } });
    s.endpoint = { EndpointStatus: 'InService', EndpointConfigName: 'churn-1', ProductionVariants: [served('churn-a', 100)] };
    await ask({ kind: 'abort', by: 'me', reason: 'stop' }, id, s.ports);
    expect(await prepare(id, s.ports)).toEqual({ answer: 'stopped' });
    expect(s.changes().filter(([operation]) => /^(Create|Update)/.test(operation))).toEqual([]);
  });
});

describe('the inbox', () => {
  const answer = (n: number) => ({
    id: `answer-${n}`,
    key: keys.acts(id),
    atMs: noonMs + n,
    text: '',
    rolloutId: id,
    act: { kind: 'approve' as const, by: 'a machine', answers: { for: 1, imageDigest: 'x', revision: 1 } },
  });

  test('may hold more acts than one write takes: all are heard, each once, and leave it; the rollout remembers the newest', async () => {
    const s = await story();
    await s.begin();
    for (let n = 0; n < 130; n++) await signal(answer(n), s.ports);
    const { rollout: heard } = await loadHearing(id, s.ports);
    expect((await s.kinds()).filter((kind) => kind === 'act-refused')).toHaveLength(130);
    expect(await s.w.rollouts.inbox(id)).toEqual([]);
    expect(heard.heardActs).toHaveLength(100);
    expect(heard.heardActs.at(-1)).toBe('answer-129');
    // The very same event once more is the same act.
    await signal(answer(129), s.ports);
    await loadHearing(id, s.ports);
    expect((await s.kinds()).filter((kind) => kind === 'act-refused')).toHaveLength(130);
  });

  test('is read to the end when a rollout ends: what nobody could hear any more is refused in the record', async () => {
    const s = await story();
    await s.begin();
    await ask({ kind: 'abort', by: 'ann', reason: 'stop' }, id, s.ports);
    const decided = await s.now();
    const before = (await s.kinds()).length;
    // As a task would that read the inbox just before.
    await s.w.rollouts.save({ ...decided, ending: { outcome: 'Rejected', reason: 'x', text: 'x', page: false } }, [], s.clock.ms);
    await finish(id, undefined, s.ports);
    expect(await kindsAfter(s, before)).toEqual(['act-refused', 'ended']);
  });
});

test('what is said to a rollout that has ended is refused and recorded, by command and by event', async () => {
  const s = await story();
  await s.begin({ ending: { outcome: 'Rejected', reason: 'x', text: 'x', page: false } });
  await finish(id, undefined, s.ports);
  const before = (await s.kinds()).length;
  await expect(ask({ kind: 'abort', by: 'me' }, id, s.ports)).rejects.toThrow('has ended');
  await signal(
    { id: 'answer-1', key: keys.acts(id), atMs: s.clock.ms, text: '', rolloutId: id, act: { kind: 'approve', by: 'the change board' } },
    s.ports,
  );
  expect(await kindsAfter(s, before)).toEqual(['act-refused', 'act-refused']);
  expect(await s.w.rollouts.inbox(id)).toMatchObject([{ id: 'ended' }]);
});

describe('undo()', () => {
  test('is refused for a rollout whose image no longer serves, and names the one that does', async () => {
    const s = await story();
    const promoted: string[] = [];
    for (const [n, letter] of ['c', 'd', 'e'].entries()) {
      s.clock.ms = noonMs + (n + 1) * 100_000;
      const started = await start('churn', request({ imageDigest: digestOf(letter), occurredAtMs: s.clock.ms }), s.ports);
      if (started.answer !== 'started') throw new Error(started.answer);
      const open = await s.w.rollouts.find(started.rolloutId);
      if (!open) throw new Error('It is gone');
      await s.w.rollouts.save({ ...open, ending: { outcome: 'Succeeded', reason: 'promoted', text: '', page: false } }, [], s.clock.ms);
      await finish(open.id, undefined, s.ports);
      promoted.push(open.id);
    }
    s.clock.ms += 100_000;
    await expect(undo(promoted[1] ?? '', 'me', undefined, s.ports)).rejects.toThrow(`what serves by now is of ${promoted[2]}`);
    expect(await undo(promoted[2] ?? '', 'me', undefined, s.ports)).toMatchObject({ answer: 'started', rolloutId: 'churn-dddddddddddd-2' });
  });
});
