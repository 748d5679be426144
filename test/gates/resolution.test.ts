import { describe, expect, test } from 'vitest';
import { resolutionOf } from '../../src/gates/resolution.ts';
import { traffic } from '../../src/gates/traffic.ts';
import { context, minute, world } from './fixture.ts';

/** Metrics every ten seconds: verified at 12:00, asked at 12:05, the last twenty seconds have not settled. */
const fast = context({ periodSeconds: 10, settlingSeconds: 20, window: { startMs: minute(0), endMs: minute(4) + 40_000 } });

describe('resolutionOf()', () => {
  test('of SageMaker’s own metrics is the endpoint’s', () => {
    expect(resolutionOf('AWS/SageMaker', fast)).toEqual({ periodSeconds: 10, window: fast.window });
    expect(resolutionOf('AWS/SageMaker', context())).toEqual({ periodSeconds: 60, window: context().window });
  });

  test('of anybody else’s is the minute, with a minute’s time to arrive', () => {
    expect(resolutionOf('Shop', fast)).toEqual({ periodSeconds: 60, window: { startMs: minute(0), endMs: minute(3) } });
    expect(resolutionOf('Shop', context({ periodSeconds: 300, window: { startMs: 0, endMs: 300_000 } })).periodSeconds).toBe(300);
  });

  test('of a step whose first seconds CloudWatch no longer keeps is the minute', () => {
    // Periods below a minute are kept for three hours.
    const long = { ...fast, nowMs: minute(181), window: { startMs: minute(0), endMs: minute(180) + 40_000 } };
    expect(resolutionOf('AWS/SageMaker', long)).toEqual({ periodSeconds: 60, window: { startMs: minute(0), endMs: minute(179) } });
  });
});

describe('traffic', () => {
  test('reads as often as the endpoint publishes', async () => {
    const { ports, asked } = world({});
    await traffic.measure(traffic.spec.parse({ type: 'traffic' }), ports, fast);
    expect(asked).toMatchObject(Array.from({ length: 2 }, () => ({ query: { periodSeconds: 10 }, window: fast.window })));
  });
});
