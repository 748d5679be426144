import { describe, expect, test } from 'vitest';
import { minimumRequests } from '../../src/gates/minimum-requests.ts';
import { context, minute, series, world } from './fixture.ts';

const spec = { type: 'minimum-requests', observe: false, requests: 40 } as const;
async function ask(values: readonly (number | undefined)[], window = { startMs: minute(0), endMs: minute(3) }) {
  const { ports, asked } = world({ 'churn-b Invocations Sum': series(...values) });
  const about = context({ window });
  return { verdict: minimumRequests.judge(await minimumRequests.measure(spec, ports, about), spec, about), asked };
}

describe('minimum-requests', () => {
  test('is successful once the canary has served enough since the shift', async () => {
    expect((await ask([10, undefined, 30])).verdict).toEqual({
      result: 'successful',
      reason: 'enough-requests',
      evidence: { requests: 40, minimum: 40 },
    });
  });

  test('holds until then, and tells how many are missing; it never fails', async () => {
    expect((await ask([10, 29])).verdict).toEqual({
      result: 'inconclusive',
      reason: 'too-few-requests',
      evidence: { requests: 39, minimum: 40, requestsNeeded: 1 },
    });
    expect((await ask([])).verdict.result).toBe('inconclusive');
  });

  test('counts nothing while no period is complete', async () => {
    const { verdict, asked } = await ask([100], { startMs: minute(1), endMs: minute(1) });
    expect(verdict).toMatchObject({ result: 'inconclusive', evidence: { requests: 0 } });
    expect(asked).toEqual([]);
  });

  test('counts the canary’s requests on this configuration alone', async () => {
    expect((await ask([1])).asked.map(({ query }) => query.dimensions)).toEqual([
      { EndpointName: 'churn', VariantName: 'churn-b', EndpointConfigName: 'churn-2' },
    ]);
  });
});
