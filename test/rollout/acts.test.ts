import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Signal } from '../../src/ports/rollouts.ts';
import { type Act, actKinds, alreadyOf, hear, isApproved, refusalOf } from '../../src/rollout/acts.ts';
import { type Approval, type Ending, heldMsAt, imageDigestOf, type Placement, type Rollout } from '../../src/rollout/rollout.ts';
import { digestOf, noonMs, rollout } from './fixture.ts';

const me = 'arn:aws:iam::111122223333:user/operator';
const hourMs = 3_600_000;

/** An act; an answer is to the second step of the fixture's rollout unless it says otherwise. */
const act = (kind: Act['kind'], overrides: Partial<Act> = {}): Act => ({
  kind,
  by: me,
  ...((kind === 'approve' || kind === 'reject') && { answers: { for: 1, imageDigest: digestOf('b'), revision: 1 } }),
  ...(kind === 'promote' && { reason: 'a fix' }),
  ...overrides,
});
const answering = (kind: 'approve' | 'reject', overrides: Partial<NonNullable<Act['answers']>>): Act =>
  act(kind, { answers: { for: 1, imageDigest: digestOf('b'), revision: 1, ...overrides } });
const signal = (of: Act, overrides: Partial<Signal> = {}): Signal => ({
  id: `${of.kind}-1`,
  key: 'acts/churn',
  atMs: noonMs + 1000,
  text: of.kind,
  act: of,
  ...overrides,
});

const approval: Approval = { for: 1, askedAtMs: noonMs, expiresAtMs: noonMs + hourMs, onExpiry: 'reject' };
const ending: Ending = { outcome: 'RolledBack', reason: 'alarm-firing', text: 'the alarm rang', page: false };
const acquired: Placement = { endpointName: 'churn', fence: 1, stable: 'churn-a', canary: 'churn-b', stableWeight: 100 };
const asked: Placement = { ...acquired, configName: 'churn-2' };
const verified: Placement = { ...asked, verifiedAtMs: noonMs };
const { stable: _stable, ...verifiedFirst } = verified;
const { stable: _stableAsked, ...askedFirst } = asked;

const baking = (overrides: Partial<Rollout> = {}): Rollout => rollout({ phase: 'Progressing', placement: verified, ...overrides });
const waiting = (overrides: Partial<Rollout> = {}): Rollout => baking({ approval, ...overrides });
const paused = { by: 'somebody', atMs: noonMs };

describe('refusalOf()', () => {
  test.each<[string, Act, Rollout]>([
    ['approve what is asked', act('approve'), waiting()],
    ['reject what is asked', act('reject'), waiting()],
    ['approve the rollout where that is asked', answering('approve', { for: 'rollout' }), waiting({ approval: { ...approval, for: 'rollout' } })],
    ['pause a rollout under way', act('pause'), baking()],
    ['pause while a person is asked', act('pause'), waiting()],
    ['resume what is paused', act('resume'), baking({ paused })],
    ['promote a proved canary, with a reason', act('promote'), baking()],
    ['promote what is paused', act('promote'), baking({ paused })],
    ['abort before anything was asked of an endpoint', act('abort'), rollout()],
    ['abort a canary', act('abort'), baking()],
    ['abort a first deployment', act('abort'), baking({ placement: verifiedFirst })],
    ['abort in the soak', act('abort'), baking({ soakUntilMs: noonMs + hourMs })],
  ])('nothing speaks against: %s', (_what, given, now) => expect(refusalOf(now, given, noonMs)).toBeUndefined());

  test.each<[string, Act, Rollout, string]>([
    ['approve when nobody is asked', act('approve'), baking(), 'nobody is being asked'],
    ['reject when nobody is asked', act('reject'), baking(), 'nobody is being asked'],
    ['approve without saying what', { kind: 'approve', by: me }, waiting(), 'does not say what it is for'],
    ['approve another step', answering('approve', { for: 0 }), waiting(), 'for step 1, asked is step 2'],
    ['approve the rollout where a step is asked', answering('approve', { for: 'rollout' }), waiting(), 'for the rollout, asked is step 2'],
    [
      'approve the first step where the rollout is asked',
      answering('approve', { for: 0 }),
      waiting({ approval: { ...approval, for: 'rollout' } }),
      'for step 1, asked is the rollout',
    ],
    ['approve another image', answering('approve', { imageDigest: digestOf('e') }), waiting(), `this rollout is of ${digestOf('b')}`],
    ['approve another revision', answering('approve', { revision: 2 }), waiting(), 'for revision 2 of the delivery, this rollout is under 1'],
    ['reject another image', answering('reject', { imageDigest: digestOf('e') }), waiting(), `this rollout is of ${digestOf('b')}`],
    ['resume what is not paused', act('resume'), baking(), 'not paused'],
    ['promote without a reason', { kind: 'promote', by: me }, baking(), 'needs a reason'],
    ['promote with blanks for a reason', act('promote', { reason: '  ' }), baking(), 'needs a reason'],
    ['promote before the endpoint', act('promote'), rollout(), 'no canary yet'],
    ['promote a canary that is not proved', act('promote'), baking({ placement: asked }), 'no canary yet'],
    ['promote a first deployment', act('promote'), baking({ placement: verifiedFirst }), 'a first deployment'],
    ['promote in the soak', act('promote'), baking({ soakUntilMs: noonMs + hourMs }), 'promoted already'],
  ])('refuses: %s', (_what, given, now, words) => expect(refusalOf(now, given, noonMs)).toContain(words));

  test.each(actKinds)('refuses to %s what is being undone or has ended', (kind) => {
    const open = waiting(kind === 'resume' ? { paused } : {});
    expect(refusalOf(open, act(kind), noonMs)).toBeUndefined();
    expect(refusalOf({ ...open, ending }, act(kind), noonMs)).toBe('the rollout is ending already, as RolledBack: the alarm rang');
    for (const outcome of ['Succeeded', 'RolledBack'] as const)
      expect(refusalOf({ ...open, ending: { ...ending, outcome }, outcome }, act(kind), noonMs)).toBe(`the rollout has ended (${outcome})`);
  });
});

describe('alreadyOf()', () => {
  const aborted: Ending = { ...ending, reason: 'aborted', text: 'aborted by somebody' };
  const approved = [{ for: 1, by: 'somebody', atMs: noonMs }];

  test.each<[string, Act, Rollout, string]>([
    ['pause what is paused', act('pause'), baking({ paused }), 'somebody paused it already'],
    ['resume what was resumed', act('resume'), baking({ resumed: paused }), 'somebody resumed it already'],
    ['promote twice', act('promote'), baking({ hurried: paused }), 'somebody asked for it already'],
    ['abort what is being aborted', act('abort'), baking({ ending: aborted }), 'stopping already: aborted by somebody'],
    ['approve what was approved', act('approve'), baking({ approved }), 'step 2 was approved already by somebody'],
    [
      'approve what was approved while the next step is asked',
      act('approve'),
      waiting({ approved, approval: { ...approval, for: 2 } }),
      'step 2 was',
    ],
  ])('says so, and hearing it changes nothing: %s', (_what, given, now, words) => {
    expect(alreadyOf(now, given)).toContain(words);
    const { rollout: heard, drafts } = hear(now, [signal(given)], noonMs + 2000);
    expect(heard).toEqual({ ...now, heardActs: [`${given.kind}-1`] });
    expect(drafts).toMatchObject([{ kind: 'act-heard', text: expect.stringContaining(words) as string, by: me }]);
  });

  test.each<[string, Act, Rollout]>([
    ['pause what was resumed', act('pause'), baking({ resumed: paused })],
    ['resume what is paused', act('resume'), baking({ paused, resumed: paused })],
    ['resume what never was paused', act('resume'), baking()],
    ['abort what a gate undoes', act('abort'), baking({ ending })],
    ['abort what has ended', act('abort'), baking({ ending: aborted, outcome: 'RolledBack' })],
    ['approve what was approved, of another image', answering('approve', { imageDigest: digestOf('e') }), baking({ approved })],
    ['approve what was approved, under another revision', answering('approve', { revision: 2 }), baking({ approved })],
    ['reject what was approved', act('reject'), baking({ approved })],
  ])('is no excuse: %s', (_what, given, now) => expect(alreadyOf(now, given)).toBeUndefined());
});

describe('hear()', () => {
  const one = (now: Rollout, given: Act, nowMs = noonMs + 2000) => hear(now, [signal(given)], nowMs);

  test('has nothing to say where nothing is new', () => {
    const now = waiting({ heardActs: ['pause-1'] });
    const inbox: Signal[] = [signal(act('pause')), { id: 'alarm-1', key: 'alarm/a', atMs: noonMs, state: 'ALARM', text: 'rings' }];
    expect(hear(now, inbox, noonMs)).toEqual({ rollout: now, drafts: [] });
  });

  test('an approval is written down with who gave it, and the question is closed', () => {
    const { rollout: heard, drafts } = one(waiting(), act('approve', { reason: 'looks fine' }));
    expect(heard.approved).toEqual([{ for: 1, by: me, atMs: noonMs + 1000, reason: 'looks fine' }]);
    expect(heard.approval).toBeUndefined();
    expect(heard.ending).toBeUndefined();
    expect(isApproved(heard, 1)).toBe(true);
    for (const other of ['rollout', 0, 2] as const) expect(isApproved(heard, other)).toBe(false);
    expect(drafts).toMatchObject([{ kind: 'act-heard', text: 'approve: looks fine', by: me }]);
  });

  test.each<[string, Rollout, Act, Partial<Rollout>]>([
    ['pause', baking(), act('pause'), { phase: 'Paused', paused: { by: me, atMs: noonMs + 1000 } }],
    ['pause before the first step', baking({ phase: 'Preparing' }), act('pause'), { phase: 'Preparing', paused: { by: me, atMs: noonMs + 1000 } }],
    ['resume', baking({ phase: 'Paused', paused }), act('resume'), { phase: 'Progressing', resumed: { by: me, atMs: noonMs + 1000 } }],
    [
      'resume before the first step',
      baking({ phase: 'Preparing', paused }),
      act('resume'),
      { phase: 'Preparing', resumed: { by: me, atMs: noonMs + 1000 } },
    ],
    ['promote', baking(), act('promote'), { hurried: { by: me, atMs: noonMs + 1000, reason: 'a fix' } }],
  ])('%s', (_name, now, given, after) => {
    const { paused: _, ...rest } = now;
    const { rollout: heard, drafts } = one(now, given);
    expect(heard).toEqual({ ...(given.kind === 'resume' ? rest : now), ...after, heardActs: [signal(given).id] });
    expect(drafts).toMatchObject([{ kind: 'act-heard', by: me }]);
  });

  test('what is refused changes nothing but is recorded, and is not heard again', () => {
    const now = waiting();
    const { rollout: heard, drafts } = one(now, answering('approve', { revision: 7 }));
    expect(heard).toEqual({ ...now, heardActs: ['approve-1'] });
    expect(drafts).toMatchObject([{ kind: 'act-refused', by: me, text: expect.stringContaining('revision 7') as string }]);
    expect(hear(heard, [signal(act('approve'))], noonMs + 2000).drafts).toEqual([]);
  });

  test('each act meets what the one before it left behind', () => {
    const inbox = [
      signal(act('pause'), { id: '1' }),
      signal(act('pause'), { id: '2' }),
      signal(act('resume'), { id: '3' }),
      signal(act('abort', { reason: 'enough' }), { id: '4' }),
      signal(act('approve'), { id: '5' }),
      signal(act('promote'), { id: '6' }),
    ];
    const { rollout: heard, drafts } = hear(waiting(), inbox, noonMs + 2000);
    expect(drafts.map(({ kind }) => kind)).toEqual(['act-heard', 'act-heard', 'act-heard', 'act-heard', 'act-refused', 'act-refused']);
    expect(heard).toMatchObject({ ending: { reason: 'aborted' }, approved: [], heardActs: ['1', '2', '3', '4', '5', '6'] });
    expect(heard.hurried).toBeUndefined();
  });

  // What a stop leads to: nothing to undo, nothing to go back to, or back to stable.
  const places: [where: string, placement: Placement | undefined, outcome: string, page: boolean][] = [
    ['before the endpoint', undefined, 'Rejected', false],
    ['with the endpoint held but untouched', acquired, 'Rejected', false],
    ['in a first deployment that was asked for', askedFirst, 'Failed', true],
    ['in a first deployment that serves', verifiedFirst, 'Failed', true],
    ['with a canary asked for', asked, 'RolledBack', false],
    ['with a canary that serves', verified, 'RolledBack', false],
  ];
  test.each(places)('abort, no and expiry %s', (_where, placement, outcome, page) => {
    const now = rollout({ approval, phase: 'Progressing', ...(placement && { placement }) });
    const stops = {
      aborted: one(now, act('abort', { reason: 'enough' })),
      rejected: one(now, act('reject', { reason: 'enough' })),
      'approval-expired': hear(now, [], approval.expiresAtMs),
    };
    for (const [reason, { rollout: heard }] of Object.entries(stops)) {
      expect(heard.ending).toMatchObject({ outcome, reason, page });
      expect(heard.approval).toBeUndefined();
      expect(heard.approved).toEqual([]);
    }
    expect(stops.aborted.rollout.ending?.text).toBe(`aborted by ${me}: enough`);
    expect(stops.rejected.rollout.ending?.text).toBe(`rejected by ${me}: enough`);
  });

  test('abort in the soak goes back to stable', () => {
    expect(one(baking({ phase: 'Soaking', soakUntilMs: noonMs + hourMs }), act('abort')).rollout.ending).toMatchObject({ outcome: 'RolledBack' });
  });

  describe('a question nobody answers', () => {
    const approving: Approval = { ...approval, onExpiry: 'approve' };

    test.each([approval, approving])('stays open until it expires: $onExpiry', (open) => {
      const now = waiting({ approval: open });
      expect(hear(now, [], open.expiresAtMs - 1)).toEqual({ rollout: now, drafts: [] });
    });

    test('is a no under onExpiry: reject', () => {
      const { rollout: heard, drafts } = hear(waiting(), [], approval.expiresAtMs);
      expect(heard.ending).toMatchObject({ outcome: 'RolledBack', reason: 'approval-expired' });
      expect(heard.approved).toEqual([]);
      expect(drafts).toMatchObject([{ kind: 'act-heard', by: 'expiry' }]);
    });

    test('is a yes under onExpiry: approve, to that question and in nobody’s name', () => {
      const { rollout: heard, drafts } = hear(waiting({ approval: approving }), [], approval.expiresAtMs);
      expect(heard.approved).toEqual([{ for: 1, by: 'expiry', atMs: approval.expiresAtMs }]);
      expect(heard.ending).toBeUndefined();
      expect(heard.approval).toBeUndefined();
      expect(drafts).toMatchObject([{ kind: 'act-heard', by: 'expiry' }]);
    });

    test('was answered where the answer lay in the inbox, however late it is read', () => {
      const late = approval.expiresAtMs + hourMs;
      expect(one(waiting(), act('approve'), late).rollout).toMatchObject({ approved: [{ for: 1, by: me }] });
      expect(one(waiting(), act('approve'), late).rollout.ending).toBeUndefined();
      expect(one(waiting({ approval: approving }), act('reject'), late).rollout).toMatchObject({ ending: { reason: 'rejected' }, approved: [] });
    });

    test('does not end again what is ending', () => {
      const { rollout: heard } = hear(waiting({ ending, approval: approving }), [], approval.expiresAtMs);
      expect(heard).toMatchObject({ ending, approved: [] });
    });
  });

  // Rollouts as people may meet them, and what they may ask, sense or nonsense.
  const anAct: fc.Arbitrary<Act> = fc
    .record({
      kind: fc.constantFrom(...actKinds),
      by: fc.constantFrom(me, 'somebody'),
      reason: fc.option(fc.constantFrom('because', ' '), { nil: undefined }),
      answers: fc.option(
        fc.record({
          for: fc.constantFrom<(number | 'rollout')[]>(1, 0, 'rollout'),
          imageDigest: fc.constantFrom(digestOf('b'), digestOf('e')),
          revision: fc.constantFrom(1, 2),
        }),
        { nil: undefined },
      ),
    })
    .map(({ kind, by, reason, answers }) => ({ kind, by, ...(reason !== undefined && { reason }), ...(answers && { answers }) }));
  const anInbox = fc
    .array(anAct, { maxLength: 8 })
    .map((acts) => acts.map((given, index) => signal(given, { id: `act-${index}`, atMs: noonMs + index })));
  const aRollout = fc
    .record({
      placement: fc.constantFrom(...places.map(([, placement]) => placement)),
      question: fc.option(
        fc.record({ for: fc.constantFrom<(number | 'rollout')[]>(1, 0, 'rollout'), onExpiry: fc.constantFrom('reject', 'approve') }),
        { nil: undefined },
      ),
      ending: fc.constantFrom(undefined, undefined, ending),
      soaking: fc.boolean(),
    })
    .map(({ placement, question, ending: decided, soaking }) =>
      rollout({
        phase: 'Progressing',
        ...(placement && { placement }),
        ...(question && { approval: { ...approval, ...question } }),
        ...(decided && { ending: decided }),
        ...(soaking && { soakUntilMs: noonMs + hourMs }),
      }),
    );
  const aMoment = fc.constantFrom(noonMs + 2000, approval.expiresAtMs);

  test('hears an act once, however often and whenever its signal lies in the inbox', () => {
    fc.assert(
      fc.property(aRollout, anInbox, aMoment, fc.infiniteStream(fc.nat()), (now, inbox, nowMs, numbers) => {
        const once = hear(now, inbox, nowMs);
        expect(once.rollout.heardActs).toEqual(inbox.map(({ id }) => id));
        // Delivered again and again: anywhere after the first.
        const many = inbox.flatMap((each, index) => [each, ...inbox.slice(0, index + 1).filter(() => (numbers.next().value ?? 0) % 2 === 1)]);
        expect(hear(now, many, nowMs)).toEqual(once);
        // Heard twice.
        expect(hear(once.rollout, many, nowMs)).toEqual({ rollout: once.rollout, drafts: [] });
        // Heard in two goes, or all at once.
        const half = hear(now, inbox.slice(0, inbox.length / 2), noonMs);
        const rest = hear(half.rollout, many, nowMs);
        expect(rest.rollout).toEqual(once.rollout);
        expect([...half.drafts, ...rest.drafts]).toEqual(once.drafts);
      }),
    );
  });

  test('agrees only to what was asked, of this image under this revision, and never to what is ending', () => {
    fc.assert(
      fc.property(aRollout, anInbox, aMoment, (now, inbox, nowMs) => {
        const { rollout: heard } = hear(now, inbox, nowMs);
        for (const agreed of heard.approved) {
          expect(now.ending).toBeUndefined();
          expect(agreed.for).toBe(now.approval?.for);
          if (agreed.by === 'expiry') expect(now.approval?.onExpiry).toBe('approve');
          else
            expect(inbox).toContainEqual(
              expect.objectContaining({
                act: expect.objectContaining({
                  kind: 'approve',
                  by: agreed.by,
                  answers: { for: agreed.for, imageDigest: imageDigestOf(now) ?? '', revision: now.revision },
                }) as unknown,
              }),
            );
        }
        expect(heard.approved.length).toBeLessThanOrEqual(1);
        if (now.ending) expect(heard.ending).toEqual(now.ending);
      }),
    );
  });
});

describe('heldMsAt()', () => {
  const shifted = [{ index: 0, canaryPercent: 1, bakeSeconds: 0, requestedAtMs: noonMs, verifiedAtMs: noonMs, verdicts: [] }];
  const heldUntil = (given: Rollout, resumedAtMs: number) => hear(given, [signal(act('resume'), { atMs: resumedAtMs })], resumedAtMs).rollout.heldMs;

  test('counts from the pause, or from the first weight where the pause is older; pauses add up', () => {
    expect(heldMsAt(baking({ paused, steps: shifted }), noonMs + hourMs)).toBe(hourMs);
    expect(heldMsAt(baking({ paused: { ...paused, atMs: noonMs - hourMs }, steps: shifted }), noonMs + hourMs)).toBe(hourMs);
    expect(heldUntil(baking({ paused, steps: shifted, heldMs: 5 }), noonMs + hourMs)).toBe(hourMs + 5);
  });

  test('is nothing before the canary has traffic', () => {
    expect(heldMsAt(baking({ paused }), noonMs + hourMs)).toBe(0);
    expect(heldUntil(baking({ paused }), noonMs + hourMs)).toBeUndefined();
  });
});
