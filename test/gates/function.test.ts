import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { lambdaFunction } from '../../src/gates/function.ts';
import type { Heard, Patience } from '../../src/ports/judges.ts';
import { exampleOf, readPage } from '../contracts/documents.ts';
import { before, context, minute } from './fixture.ts';

type Written = Omit<z.input<typeof lambdaFunction.spec>, 'type' | 'functionName'>;

async function ask(heard: Heard, written: Written = {}, about = context()) {
  const spec = z.parse(lambdaFunction.spec, { type: 'function', functionName: 'sluice-gate-revenue', ...written });
  const asked: { name: string; payload: unknown; patience: Patience }[] = [];
  const functions = {
    async ask(name: string, payload: string, patience: Patience) {
      asked.push({ name, payload: JSON.parse(payload) as unknown, patience });
      return heard;
    },
  };
  const measurement = await lambdaFunction.measure(spec, { functions }, about);
  return { asked, verdict: lambdaFunction.judge(measurement, spec, about) };
}
const answered = (answer: unknown): Heard => ({ kind: 'answered', text: typeof answer === 'string' ? answer : JSON.stringify(answer) });

describe('function', () => {
  test('asks as its page says, with the spec’s patience', async () => {
    const [, question = ''] = /```json\n([\s\S]*?)```/.exec(readPage('gates/function.md')) ?? [];
    const [gate] = exampleOf('gates/function.md')['gates'] as { input: Record<string, unknown> }[];
    const configName = 'churn-1f2e3d4c5b6a-1';
    const slot = (variantName: string) => ({ endpointName: 'churn', endpointConfigName: configName, variantName });
    const { asked } = await ask(
      { kind: 'timed-out' },
      { input: gate?.input ?? {}, timeoutSeconds: 7 },
      context({ rolloutId: 'churn-1f2e3d4c5b6a-1', canary: slot('churn-b'), stable: slot('churn-a') }),
    );
    expect(asked).toEqual([
      { name: 'sluice-gate-revenue', payload: JSON.parse(question) as unknown, patience: { timeoutMs: 7000, mostBytes: 16_384 } },
    ]);
  });

  test('before traffic there is no step, in a first deployment no stable', async () => {
    const { stable: _, ...first } = before();
    const { asked } = await ask({ kind: 'timed-out' }, { at: 'before-traffic' }, first);
    expect(asked[0]?.payload).toMatchObject({
      stage: 'before-traffic',
      step: null,
      stable: null,
      shifts: [],
      window: { start: new Date(minute(0)).toISOString() },
    });
  });

  test.each(['before-traffic', 'baking'] as const)('is asked when the spec says: %s', (at) => {
    expect(lambdaFunction.stage?.(z.parse(lambdaFunction.spec, { type: 'function', functionName: 'sluice-gate-a', at }))).toBe(at);
  });

  test.each(['successful', 'failed', 'inconclusive'] as const)('takes a verdict as it is: %s', async (result) => {
    const { verdict } = await ask(answered({ result, reason: 'revenue-fell', evidence: { ratio: 0.91 } }));
    expect(verdict).toEqual({ result, reason: 'revenue-fell', evidence: { functionName: 'sluice-gate-revenue', answer: { ratio: 0.91 } } });
  });

  test.each([
    ['nothing', 'null'],
    ['no JSON', '<html>'],
    ['a result there is not', { result: 'ok', reason: 'fine' }],
    ['no reason', { result: 'failed' }],
    ['a reason that is a sentence', { result: 'failed', reason: 'Too bad' }],
    ['a reason as long as a page', { result: 'failed', reason: 'a'.repeat(65) }],
    ['evidence that is none', { result: 'failed', reason: 'bad', evidence: 'x' }],
  ])('%s is no verdict', async (_what, answer) => {
    expect((await ask(answered(answer))).verdict).toMatchObject({ result: 'inconclusive', reason: 'no-verdict' });
  });

  test.each([
    [{ kind: 'timed-out' }, 'timed-out'],
    [{ kind: 'too-large' }, 'answer-too-large'],
    [{ kind: 'failed', text: 'boom' }, 'function-failed'],
  ] as const)('%o is no evidence', async (heard, reason) => {
    expect((await ask(heard)).verdict).toMatchObject({ result: 'inconclusive', reason });
  });
});

describe('a bad function spec', () => {
  test.each([
    ['another function', { functionName: 'payments' }, 'functionName'],
    ['the prefix alone', { functionName: 'sluice-gate-' }, 'functionName'],
    ['a function elsewhere', { functionName: 'arn:aws:lambda:eu-west-1:1:function:sluice-gate-a' }, 'functionName'],
    ['more patience than an evaluation has', { timeoutSeconds: 21 }, 'timeoutSeconds'],
    ['a time there is not', { at: 'sometimes' }, 'at'],
    ['too much input', { input: { text: 'x'.repeat(16_384) } }, 'input'],
  ])('%s is named where it stands', (_what, written, path) => {
    const parsed = z.safeParse(lambdaFunction.spec, { type: 'function', functionName: 'sluice-gate-a', ...written });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });
});
