import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { jsonSchemas } from '../../src/app/json-schemas.ts';
import { agree, valueAt } from '../../src/gates/answer-path.ts';
import { answers } from '../../src/gates/answers.ts';
import type { GateContext } from '../../src/gates/gate.ts';
import { capturedIn, chosen, requestsIn } from '../../src/gates/replayed-requests.ts';
import type { InvokeAnswer, InvokeRequest } from '../../src/ports/invocations.ts';
import { Unavailable } from '../../src/rollout/errors.ts';
import { before, minute } from './fixture.ts';

type Written = Omit<z.input<typeof answers.spec>, 'type'>;
type Model = (body: string) => Partial<InvokeAnswer> | string;
const csv = (count: number) => Array.from({ length: count }, (_, index) => ({ contentType: 'text/csv', body: `row ${index}` }));

/** @param models what each variant answers, by the request's body */
async function ask(
  written: Written,
  models: { stable?: Model; canary: Model },
  options: { about?: Partial<GateContext>; first?: boolean; objects?: Record<string, string>; tookMs?: number } = {},
) {
  const spec = z.parse(answers.spec, { type: 'answers', ...written });
  const { stable: _, ...first } = before();
  const about = { ...(options.first ? first : before()), ...options.about };
  const sent: { variantName: string; request: InvokeRequest }[] = [];
  let nowMs = minute(0);
  const measurement = await answers.measure(
    spec,
    {
      clock: { now: () => nowMs },
      schemas: jsonSchemas(),
      functions: { ask: async () => ({ kind: 'timed-out' }) },
      webhooks: { ask: async () => ({ kind: 'timed-out' }) },
      storedObjects: {
        list: async (prefix) => Object.keys(options.objects ?? {}).filter((uri) => uri.startsWith(prefix)),
        read: async (uri) => options.objects?.[uri] ?? '',
      },
      invocations: {
        async invoke(_endpoint, variantName, request) {
          sent.push({ variantName, request });
          nowMs += options.tookMs ?? 1;
          const model = variantName === 'churn-b' ? models.canary : models.stable;
          const answer = model?.(String(request.body)) ?? '';
          return { status: 200, contentType: 'application/json', body: '', ...(typeof answer === 'string' ? { body: answer } : answer) };
        },
      },
    },
    about,
  );
  return { sent, measurement, verdict: answers.judge(measurement, spec, about) };
}
const same: Model = (body) => `{"label":"${body}"}`;
const twenty = { requests: csv(20) };

describe('answers', () => {
  test('asks stable and canary the same requests, before any traffic', async () => {
    const { sent, verdict } = await ask(twenty, { stable: same, canary: same });
    expect(answers.stage?.(z.parse(answers.spec, { type: 'answers', ...twenty }))).toBe('before-traffic');
    for (const variantName of ['churn-a', 'churn-b'])
      expect(sent.filter((one) => one.variantName === variantName).map(({ request }) => request)).toEqual(csv(20));
    expect(verdict).toMatchObject({ result: 'successful', reason: 'answers-agree', evidence: { comparable: 20, disagreeing: 0 } });
  });

  test.each([
    [0.1, 'successful'],
    [0.09, 'failed'],
  ])('2 of 20 that disagree, at most %d: %s', async (maxDisagreement, result) => {
    const canary: Model = (body) => (['row 3', 'row 7'].includes(body) ? '{"label":"other"}' : same(body));
    const { verdict } = await ask({ ...twenty, maxDisagreement }, { stable: same, canary });
    expect(verdict.result).toBe(result);
    if (result === 'failed') {
      const hash = createHash('sha256').update('row 3').digest('hex').slice(0, 16);
      expect(verdict).toMatchObject({ reason: 'answers-disagree', evidence: { disagreements: [{ request: 3, hash }, { request: 7 }] } });
    }
  });

  test('without a limit on disagreement it is shown and fails nothing', async () => {
    const { verdict } = await ask(twenty, { stable: same, canary: () => '{}' });
    expect(verdict).toMatchObject({ result: 'successful', evidence: { disagreeing: 20 } });
  });

  test('compares at a path, and numbers within a tolerance', async () => {
    const models = { stable: () => '{"p":[{"s":0.5,"t":1}]}', canary: () => '{"p":[{"s":0.52,"t":2}]}' };
    const at = (tolerance: number) => ask({ ...twenty, path: 'p[0].s', tolerance, maxDisagreement: 0 }, models);
    expect((await at(0.03)).verdict.result).toBe('successful');
    expect((await at(0.01)).verdict.reason).toBe('answers-disagree');
  });

  test('a path that is in no answer of stable is no agreement', async () => {
    const { verdict } = await ask({ ...twenty, path: 'lable', maxDisagreement: 0.5 }, { stable: same, canary: same });
    expect(verdict).toMatchObject({ result: 'inconclusive', reason: 'too-few-answers', evidence: { comparable: 0 } });
  });

  test('an answer that lost what stable’s has disagrees', async () => {
    const { verdict } = await ask({ ...twenty, path: 'label', maxDisagreement: 0 }, { stable: same, canary: () => '{}' });
    expect(verdict.reason).toBe('answers-disagree');
  });

  test('fails on errors of the canary where stable answered, and on no others', async () => {
    const bad: Model = (body) => (body === 'row 5' ? { status: 500 } : same(body));
    expect((await ask(twenty, { stable: same, canary: bad })).verdict).toMatchObject({
      reason: 'canary-errors',
      evidence: { errors: [{ request: 5 }] },
    });
    expect((await ask({ ...twenty, maxErrors: 0.05 }, { stable: same, canary: bad })).verdict.result).toBe('successful');
    expect((await ask({ ...twenty, minimumAnswers: 19 }, { stable: bad, canary: bad })).verdict).toMatchObject({
      result: 'successful',
      evidence: { stableErrors: 1, canaryErrors: 0 },
    });
  });

  test('fails on broken schemas where stable’s answers are whole', async () => {
    const expectSchema = { type: 'object', required: ['label'] };
    const broken = { stable: same, canary: () => '{"lable":"x"}' };
    expect((await ask({ ...twenty, expectSchema }, broken)).verdict).toMatchObject({ reason: 'schema-breaks', evidence: { schemaBreaks: 20 } });
    expect((await ask({ ...twenty, expectSchema, maxSchemaBreaks: 1 }, broken)).verdict.result).toBe('successful');
    expect((await ask({ ...twenty, expectSchema }, { stable: broken.canary, canary: broken.canary })).verdict.result).toBe('successful');
  });

  test('an answer that is JSON no more is broken without any schema', async () => {
    expect((await ask(twenty, { stable: same, canary: () => 'Oops' })).verdict.reason).toBe('schema-breaks');
  });

  test('fails on a mean drift above its limit', async () => {
    const models = { stable: () => '0.5', canary: (body: string) => (body === 'row 0' ? '0.9' : '0.5') };
    expect((await ask({ ...twenty, maxMeanDrift: 0.021 }, models)).verdict).toMatchObject({ result: 'successful', evidence: { scores: 20 } });
    const { verdict } = await ask({ ...twenty, maxMeanDrift: 0.019 }, models);
    expect(verdict.reason).toBe('scores-drift');
    expect(verdict.evidence['meanDrift']).toBeCloseTo(0.02, 12);
  });

  test('fails where scores are distributed otherwise, though they drift little', async () => {
    const score = (body: string) => Number(body.slice(4)) / 1000;
    const many = { requests: csv(200) };
    const models = { stable: (body: string) => String(score(body)), canary: (body: string) => String(score(body) < 0.1 ? 0.1 : score(body)) };
    const { verdict } = await ask({ ...many, driftAlpha: 0.01 }, models);
    expect(verdict).toMatchObject({ reason: 'scores-differ', evidence: { distance: 0.5 } });
    // ln(400) = 5.99146..., so the bound is 2 sqrt(5.99146 / 400).
    expect(verdict.evidence['distanceBound']).toBeCloseTo(0.24477, 5);
    expect((await ask({ ...many, driftAlpha: 0.01 }, { stable: models.stable, canary: models.stable })).verdict.result).toBe('successful');
  });

  test('a limit on scores that nobody answers is no evidence', async () => {
    expect((await ask({ ...twenty, maxMeanDrift: 1 }, { stable: same, canary: same })).verdict.reason).toBe('too-few-scores');
  });

  test('keeps nothing of what was asked and answered but counts and hashes', async () => {
    const secret = { requests: [{ contentType: 'text/csv', body: 'SECRET-IN' }], minimumAnswers: 1, maxDisagreement: 0 };
    const models = { stable: () => 'SECRET-A', canary: () => 'SECRET-B' };
    const { verdict, measurement } = await ask(secret, models);
    expect(verdict.reason).toBe('answers-disagree');
    expect(JSON.stringify([verdict, measurement])).not.toContain('SECRET');
    expect(JSON.stringify((await ask({ ...secret, keepPayloads: true }, models)).verdict.evidence)).toContain('SECRET-B');
  });

  test('in a first deployment holds the canary to the schema, and to nothing else', async () => {
    const expectSchema = { type: 'object' };
    expect((await ask(twenty, { canary: same }, { first: true })).sent).toEqual([]);
    expect((await ask(twenty, { canary: same }, { first: true })).verdict).toMatchObject({ result: 'successful', reason: 'no-baseline' });
    expect((await ask({ ...twenty, expectSchema }, { canary: same }, { first: true })).verdict.reason).toBe('no-baseline');
    expect((await ask({ ...twenty, expectSchema }, { canary: () => '[]' }, { first: true })).verdict.reason).toBe('schema-breaks');
  });

  test('a canary that answers nothing but errors fails a first deployment as well', async () => {
    const models = { canary: () => ({ status: 500 }) };
    const { verdict } = await ask({ ...twenty, expectSchema: { type: 'object' } }, models, { first: true });
    expect(verdict).toMatchObject({ result: 'failed', reason: 'canary-errors', evidence: { answered: 20, canaryErrors: 20 } });
  });

  test.each(['{"s":null}', '{}', '{"s":1e999}'])('a score that is lost (%s) is no agreement where scores have a limit', async (lost) => {
    const models = { stable: () => '{"s":0.5}', canary: (body: string) => (Number(body.slice(4)) < 5 ? lost : '{"s":0.5}') };
    const written = { requests: csv(40), scorePath: 's' };
    expect((await ask({ ...written, maxMeanDrift: 0.1 }, models)).verdict).toMatchObject({ reason: 'schema-breaks', evidence: { schemaBreaks: 5 } });
    expect((await ask({ ...written, maxMeanDrift: 0.1, maxSchemaBreaks: 0.125 }, models)).verdict.result).toBe('successful');
    expect((await ask(written, models)).verdict.result).toBe('successful');
  });

  test('stops when its time is over and judges what it has', async () => {
    const { verdict, sent } = await ask({ requests: csv(100), timeBudgetSeconds: 30 }, { stable: same, canary: same }, { tookMs: 500 });
    expect(verdict).toMatchObject({ result: 'successful', evidence: { outOfTime: true, chosen: 100 } });
    expect(sent.length).toBeLessThan(70);
  });

  test('what AWS itself fails to answer counts for nobody', async () => {
    const { verdict } = await ask(twenty, {
      stable: same,
      canary() {
        throw new Unavailable('later');
      },
    });
    expect(verdict).toMatchObject({ result: 'inconclusive', reason: 'too-few-answers', evidence: { unanswered: 20 } });
  });

  test('reads JSON Lines from S3 and takes as many as it may, the same ones for a rollout', async () => {
    const objects = {
      's3://b/r.jsonl': csv(300)
        .map((request) => JSON.stringify(request))
        .join('\n'),
    };
    const from = { requestsFrom: 's3://b/r.jsonl', most: 30 };
    const asked = async (rolloutId: string) =>
      (await ask(from, { stable: same, canary: same }, { objects, about: { rolloutId } })).sent.map(({ request }) => request.body);
    expect(await asked('one')).toEqual(await asked('one'));
    expect(new Set(await asked('one')).size).toBe(30);
    expect(await asked('one')).not.toEqual(await asked('two'));
  });

  test('reads what SageMaker’s data capture wrote', async () => {
    const line =
      '{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"132,25\\n","encoding":"CSV"}},"eventMetadata":{"eventId":"a"},"eventVersion":"0"}\n';
    const objects = { 's3://b/c/churn/churn-a/2026/11/22/11/x.jsonl': line.repeat(25), 's3://b/other.jsonl': line };
    const { sent, verdict } = await ask({ captureFrom: 's3://b/c/' }, { stable: same, canary: same }, { objects });
    expect(sent[0]?.request).toEqual({ contentType: 'text/csv', body: '132,25\n' });
    expect(verdict.evidence).toMatchObject({ found: 25, skippedLines: 0 });
  });
});

describe('requests to replay', () => {
  const captured = (input: unknown) => JSON.stringify({ captureData: { endpointInput: input } });

  test('are the same bytes where the capture is in base64', () => {
    const { requests } = capturedIn(captured({ observedContentType: 'application/x-npy', mode: 'INPUT', data: 'AP8Q', encoding: 'BASE64' }));
    expect(requests).toEqual([{ contentType: 'application/x-npy', body: new Uint8Array([0, 255, 16]) }]);
  });

  test('are not made of lines that hold none', () => {
    const output = JSON.stringify({ captureData: { endpointOutput: { mode: 'OUTPUT', data: '1', encoding: 'CSV' } } });
    const cut = captured({ data: '1', encoding: 'CSV' }).slice(0, -4);
    expect(capturedIn([output, cut, captured({ data: '!', encoding: 'BASE64' }), captured({ data: '', encoding: 'CSV' })].join('\n'))).toEqual({
      requests: [],
      skippedLines: 4,
    });
    expect(capturedIn(captured({ observedContentType: 'text/csv\nX: 1', data: '1', encoding: 'CSV' }))).toEqual({ requests: [], skippedLines: 1 });
    expect(requestsIn('{"contentType":"text/csv","body":"1"}\n{"body":"1"}\n[]\n')).toEqual({
      requests: [{ contentType: 'text/csv', body: '1' }],
      skippedLines: 2,
    });
  });

  test('are each as likely as the others', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < 2000; seed++) for (const item of chosen([...counts.keys()], 3, `seed ${seed}`)) counts[item] = (counts[item] ?? 0) + 1;
    // Binomial(2000, 0.3): 600 on average, standard deviation 20.5; five of them either way.
    for (const count of counts) expect(Math.abs(count - 600)).toBeLessThan(103);
  });
});

describe('answer paths', () => {
  test('find names and indexes, and nothing that is not an answer’s own', () => {
    const value: unknown = { a: [{ 'b-c': 1 }], x: null };
    expect(valueAt(value, 'a[0].b-c')).toBe(1);
    expect(valueAt([[1, 2]], '[0][1]')).toBe(2);
    for (const path of ['a[1].b-c', 'x.y', 'constructor', 'a.length.b', '[0]']) expect(valueAt(value, path)).toBeUndefined();
    expect(valueAt(value, undefined)).toBe(value);
  });

  test('agree() holds for numbers that no double holds', () => {
    expect(agree(JSON.parse('1e999'), JSON.parse('1e999'), 0)).toBe(true);
    expect(agree(JSON.parse('1e999'), JSON.parse('-1e999'), 1)).toBe(false);
  });

  test('agree() is symmetric, and holds for a value and itself', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.double({ min: 0, max: 5, noNaN: true }), (left, right, tolerance) => {
        expect(agree(left, left, 0)).toBe(true);
        expect(agree(left, right, tolerance)).toBe(agree(right, left, tolerance));
      }),
    );
  });
});

describe('a bad answers spec', () => {
  test.each([
    ['no source', {}, 'requests'],
    ['two sources', { ...twenty, captureFrom: 's3://b/c/' }, 'requests'],
    ['no S3 URI', { captureFrom: 'b/c' }, 'captureFrom'],
    ['more answers than requests', { ...twenty, minimumAnswers: 21 }, 'minimumAnswers'],
    ['more answers than are replayed', { captureFrom: 's3://b/c/', most: 10, minimumAnswers: 11 }, 'minimumAnswers'],
    ['too long a budget', { ...twenty, timeBudgetSeconds: 240 }, 'timeBudgetSeconds'],
    ['no share', { ...twenty, maxDisagreement: 2 }, 'maxDisagreement'],
    ['no path', { ...twenty, path: '$..x' }, 'path'],
    ['no probability', { ...twenty, driftAlpha: 1 }, 'driftAlpha'],
    ['a negative tolerance', { ...twenty, tolerance: -1 }, 'tolerance'],
    ['too many requests', { requests: csv(201) }, 'requests'],
  ])('%s is named where it stands', (_what, written, path) => {
    expect(z.safeParse(answers.spec, { type: 'answers', ...written }).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
