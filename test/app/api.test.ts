import { describe, expect, test } from 'vitest';
import en from 'zod/v4/locales/en.js';
import * as z from 'zod/mini';
import { Request } from '../../src/app/api.ts';

// The words the deployed function answers with.
z.config(en());

const answers = { for: 1, imageDigest: `sha256:${'3f'.repeat(32)}`, revision: 7 };
const flawsOf = (request: unknown) => {
  const parsed = z.safeParse(Request, request);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
};

describe.each(['approve', 'reject'])('Request to %s', (action) => {
  test.each([0, 1, 'rollout'])('is bound to what is answered: for %s', (subject) =>
    expect(flawsOf({ action, rolloutId: 'churn-1', reason: 'looks fine', answers: { ...answers, for: subject } })).toEqual([]),
  );

  test('says what is missing, and where it is to be had', () => {
    const [flaw, ...more] = flawsOf({ action, rolloutId: 'churn-1' });
    expect(flaw).toMatch(/^answers: Expected what is answered, \{ for, imageDigest, revision \}: get shows it as approval\.for/);
    expect(more).toEqual([]);
  });

  test.each([-1, 0.5, 'step 2', null])('is for no step "%s"', (subject) =>
    expect(flawsOf({ action, rolloutId: 'churn-1', answers: { ...answers, for: subject } })).toEqual([
      'answers.for: Expected "rollout" or the index of a step, counted from 0',
    ]),
  );

  test.each(['for', 'imageDigest', 'revision'])('needs %s', (field) =>
    expect(flawsOf({ action, rolloutId: 'churn-1', answers: { ...answers, [field]: undefined } })).toEqual([
      expect.stringContaining(`answers.${field}: `),
    ]),
  );
});

test.each(['pause', 'resume', 'promote', 'abort', 'undo'])('Request to %s answers nothing', (action) => {
  expect(flawsOf({ action, rolloutId: 'churn-1', reason: 'looks fine' })).toEqual([]);
  expect(flawsOf({ action, rolloutId: 'churn-1', reason: 'looks fine', answers })).toEqual([': Unrecognized key: "answers"']);
});
