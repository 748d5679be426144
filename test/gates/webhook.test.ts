import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { webhook } from '../../src/gates/webhook.ts';
import type { Heard, Patience } from '../../src/ports/judges.ts';
import { context } from './fixture.ts';

const written = { type: 'webhook', url: 'https://judge.example.com/releases?token=SECRET', secret: 'judge' } as const;

async function ask(heard: Heard) {
  const spec = z.parse(webhook.spec, written);
  const asked: unknown[] = [];
  const webhooks = {
    async ask(url: string, secret: string, body: string, patience: Patience) {
      asked.push({ url, secret, body: JSON.parse(body) as unknown, patience });
      return heard;
    },
  };
  const measurement = await webhook.measure(spec, { webhooks }, context());
  return { asked, verdict: webhook.judge(measurement, spec, context()) };
}

describe('webhook', () => {
  test('asks the address what a function is asked', async () => {
    const { asked } = await ask({ kind: 'timed-out' });
    expect(asked).toMatchObject([
      {
        url: written.url,
        secret: 'judge',
        body: { contract: 1, gate: 'webhook', stage: 'baking', step: { index: 0, canaryPercent: 10 }, input: {} },
        patience: { timeoutMs: 10_000, mostBytes: 16_384 },
      },
    ]);
  });

  test('takes a verdict as it is, and keeps what follows the question mark out of it', async () => {
    const { verdict } = await ask({ kind: 'answered', text: '{"result":"failed","reason":"churn-rose","evidence":{"by":0.2},"more":1}' });
    expect(verdict).toEqual({
      result: 'failed',
      reason: 'churn-rose',
      evidence: { url: 'https://judge.example.com/releases', answer: { by: 0.2 } },
    });
  });

  test.each([
    [{ kind: 'answered', text: 'OK' }, 'no-verdict'],
    [{ kind: 'timed-out' }, 'timed-out'],
    [{ kind: 'too-large' }, 'answer-too-large'],
    [{ kind: 'address-refused', text: 'leads to 10.0.0.1' }, 'address-refused'],
    [{ kind: 'failed', text: 'status 302: ' }, 'webhook-failed'],
  ] as const)('%o is no evidence', async (heard, reason) => {
    const { verdict } = await ask(heard);
    expect(verdict).toMatchObject({ result: 'inconclusive', reason });
    expect(JSON.stringify(verdict)).not.toContain('SECRET');
  });

  test.each(['before-traffic', 'baking'] as const)('is asked when the spec says: %s', (at) => {
    expect(webhook.stage?.(z.parse(webhook.spec, { ...written, at }))).toBe(at);
  });

  test('may be on this machine, where http is enough', () => {
    expect(z.safeParse(webhook.spec, { ...written, url: 'http://localhost:8080/x' }).success).toBe(true);
  });
});

describe('a bad webhook spec', () => {
  test.each([
    ['an address that is none', { url: 'judge' }, 'url'],
    ['http elsewhere', { url: 'http://judge.example.com' }, 'url'],
    ['another protocol', { url: 'file:///etc/passwd' }, 'url'],
    ['a password in the address', { url: 'https://me:secret@judge.example.com' }, 'url'],
    ['a fragment', { url: 'https://judge.example.com/#x' }, 'url'],
    ['a secret with a path', { secret: '../other' }, 'secret'],
    ['no patience', { timeoutSeconds: 0 }, 'timeoutSeconds'],
  ])('%s is named where it stands', (_what, wrong, path) => {
    expect(z.safeParse(webhook.spec, { ...written, ...wrong }).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  test('without a secret is none', () => {
    const { secret: _, ...unsigned } = written;
    expect(z.safeParse(webhook.spec, unsigned).error?.issues.map((issue) => issue.path.join('.'))).toEqual(['secret']);
  });
});
