import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { jsonSchemas } from '../../src/app/json-schemas.ts';
import { smoke } from '../../src/gates/smoke.ts';
import type { InvokeAnswer } from '../../src/ports/invocations.ts';
import { Refused } from '../../src/rollout/errors.ts';
import { before, minute } from './fixture.ts';

type Written = z.input<typeof smoke.spec>['requests'][number];
const answer = (overrides: Partial<InvokeAnswer> = {}): InvokeAnswer => ({
  status: 200,
  contentType: 'application/json',
  body: '{"predictions":[0.5]}',
  variantName: 'churn-b',
  ...overrides,
});
const request = (overrides: Partial<Written> = {}): Written => ({ contentType: 'text/csv', body: '1,2', ...overrides });

/** @param answers in the order of the requests, each after so many milliseconds */
async function ask(requests: Written[], answers: readonly InvokeAnswer[], tookMs: readonly number[] = []) {
  const spec = z.parse(smoke.spec, { type: 'smoke', requests });
  const sent: unknown[] = [];
  let nowMs = minute(0);
  const measurement = await smoke.measure(
    spec,
    {
      clock: { now: () => nowMs },
      schemas: jsonSchemas(),
      functions: { ask: async () => ({ kind: 'timed-out' }) },
      webhooks: { ask: async () => ({ kind: 'timed-out' }) },
      storedObjects: { list: async () => [], read: async () => '' },
      invocations: {
        async invoke(endpointName, variantName, asked) {
          const index = sent.push([endpointName, variantName, asked]) - 1;
          nowMs += tookMs[index] ?? 1;
          return answers[index] ?? answer();
        },
      },
    },
    before(),
  );
  return { sent, verdict: smoke.judge(measurement, spec, before()) };
}

describe('smoke', () => {
  test('asks the canary by its name, each request once and in order', async () => {
    const { sent, verdict } = await ask([request(), request({ body: '3', accept: 'application/json' })], []);
    expect(sent).toEqual([
      ['churn', 'churn-b', { contentType: 'text/csv', body: '1,2' }],
      ['churn', 'churn-b', { contentType: 'text/csv', body: '3', accept: 'application/json' }],
    ]);
    expect(verdict).toMatchObject({ result: 'successful', reason: 'answered-as-expected', evidence: { requests: 2 } });
  });

  test('is asked before traffic', () => {
    expect(smoke.stage?.(z.parse(smoke.spec, { type: 'smoke', requests: [request()] }))).toBe('before-traffic');
  });

  test('fails on a status, and says which request', async () => {
    const { verdict, sent } = await ask([request(), request()], [answer(), answer({ status: 500, body: 'boom' })]);
    expect(sent).toHaveLength(2);
    expect(verdict).toMatchObject({ result: 'failed', reason: 'smoke-test-failed' });
    expect(verdict.evidence['flawed']).toEqual([{ request: 1, flaws: ['status 500, expected 200'], answer: 'boom' }]);
  });

  test('names every flaw of every request', async () => {
    const { verdict } = await ask([request({ expectText: 'yes', maxLatencyMs: 5 }), request({ expectStatus: 400 })], [answer()], [6]);
    expect(verdict.evidence['flawed']).toEqual([
      { request: 0, flaws: ['the answer lacks "yes"', 'answered after 6 ms, at most 5'], answer: '{"predictions":[0.5]}' },
      { request: 1, flaws: ['status 200, expected 400'], answer: '{"predictions":[0.5]}' },
    ]);
  });

  test('takes a latency that is just what it may be', async () => {
    expect((await ask([request({ maxLatencyMs: 5 })], [], [5])).verdict.result).toBe('successful');
  });

  test('fails where another variant answered', async () => {
    const { verdict } = await ask([request()], [answer({ variantName: 'churn-a' })]);
    expect(verdict.evidence['flawed']).toMatchObject([{ flaws: ['variant churn-a answered'] }]);
  });

  const expectSchema = { type: 'object', required: ['predictions'], properties: { predictions: { type: 'array', items: { maximum: 1 } } } };

  test.each([
    ['{"predictions":[0.5]}', []],
    ['{"predictions":[2]}', ['the answer is not as the schema says: #/predictions/0: 2 is greater than 1.']],
    ['{}', ['the answer is not as the schema says: #: Instance does not have required property "predictions".']],
    ['0.5,', ['the answer is not as the schema says: it is no JSON']],
  ])('holds the answer %s to a JSON Schema', async (body, flaws) => {
    const { verdict } = await ask([request({ expectSchema })], [answer({ body })]);
    expect(verdict.evidence['flawed'] ?? []).toMatchObject(flaws.length === 0 ? [] : [{ flaws }]);
    expect(verdict.result).toBe(flaws.length === 0 ? 'successful' : 'failed');
  });

  test('is inconclusive where the time was over before the last request, unless something was wrong already', async () => {
    const slow = [request(), request(), request()];
    expect((await ask(slow, [], [150_000, 60_000])).verdict).toMatchObject({
      result: 'inconclusive',
      reason: 'out-of-time',
      evidence: { answered: 2 },
    });
    expect((await ask(slow, [answer({ status: 0 })], [150_000, 60_000])).verdict.result).toBe('failed');
  });

  test('shows no more than 200 characters of an answer', async () => {
    const { verdict } = await ask([request({ expectText: 'no' })], [answer({ body: 'x'.repeat(5000) })]);
    expect(verdict.evidence['flawed']).toMatchObject([{ answer: 'x'.repeat(200) }]);
  });
});

describe('a bad smoke spec', () => {
  const issues = (written: unknown) => z.safeParse(smoke.spec, written).error?.issues.map(({ path, message }) => [path.join('.'), message]);

  test.each([
    ['no request', { requests: [] }, 'requests'],
    ['21 requests', { requests: Array.from({ length: 21 }, () => request()) }, 'requests'],
    ['a header within a header', { requests: [request({ contentType: 'text/csv\r\nX-Other: 1' })] }, 'requests.0.contentType'],
    ['an empty body', { requests: [request({ body: '' })] }, 'requests.0.body'],
    ['a status that is none', { requests: [request({ expectStatus: 99 })] }, 'requests.0.expectStatus'],
    ['an empty text', { requests: [request({ expectText: '' })] }, 'requests.0.expectText'],
    ['no latency at all', { requests: [request({ maxLatencyMs: 0 })] }, 'requests.0.maxLatencyMs'],
    ['a latency no container may have', { requests: [request({ maxLatencyMs: 60_001 })] }, 'requests.0.maxLatencyMs'],
    ['a word JSON Schema does not have', { requests: [request({ expectSchema: { requred: [] } })] }, 'requests.0.expectSchema.requred'],
    ['a type there is not', { requests: [request({ expectSchema: { items: { type: 'float' } } })] }, 'requests.0.expectSchema.items.type'],
    ['a schema that is none', { requests: [request({ expectSchema: { properties: { a: 1 } } })] }, 'requests.0.expectSchema.properties.a'],
    ['a pattern that is none', { requests: [request({ expectSchema: { pattern: '(' } })] }, 'requests.0.expectSchema.pattern'],
    ['schemas elsewhere', { requests: [request({ expectSchema: { $ref: 'https://x/y' } })] }, 'requests.0.expectSchema.$ref'],
    ['a name there is not', { requests: [request({ expectSchema: { $ref: '#row' } })] }, 'requests.0.expectSchema.$ref'],
    ['a place there is not', { requests: [request({ expectSchema: { items: { $ref: '#/$defs/row' } } })] }, 'requests.0.expectSchema.items.$ref'],
    ['a schema that is itself', { requests: [request({ expectSchema: { $ref: '#' } })] }, 'requests.0.expectSchema.$ref'],
    [
      'schemas that go round in a circle',
      { requests: [request({ expectSchema: { $defs: { a: { anyOf: [{ type: 'null' }, { $ref: '#' }] } }, not: { $ref: '#/$defs/a' } } })] },
      'requests.0.expectSchema.$defs.a.anyOf.1.$ref requests.0.expectSchema.not.$ref',
    ],
    [
      'a name’s pattern that is none',
      { requests: [request({ expectSchema: { patternProperties: { '(': true } } })] },
      'requests.0.expectSchema.patternProperties.(',
    ],
    ['a list that is none', { requests: [request({ expectSchema: { anyOf: {} } })] }, 'requests.0.expectSchema.anyOf'],
  ])('%s is named where it stands', (_what, written, path) => {
    expect(issues({ type: 'smoke', ...written })?.map(([where]) => where)).toEqual(path.split(' '));
  });

  test('a schema may refer to itself further down', () => {
    const tree = { type: 'object', properties: { 'a b': { $ref: '#' }, parts: { items: { $ref: '#/properties/a%20b' } } } };
    expect(issues({ type: 'smoke', requests: [request({ expectSchema: tree })] })).toBeUndefined();
    expect(jsonSchemas().flawsOf(tree, { 'a b': { parts: [{}] } })).toEqual([]);
    expect(jsonSchemas().flawsOf(tree, { 'a b': { parts: [1] } })).not.toEqual([]);
  });

  test('a schema that can’t be applied after all is no evidence', () => {
    expect(() => jsonSchemas().flawsOf({ $ref: '#/$defs/none' }, 1)).toThrow(Refused);
  });
});
