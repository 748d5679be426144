import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../../src/emulator/random.ts';
import { behaviourOf } from '../../../../src/emulator/sagemaker/workloads/behaviour.ts';

const image = (Labels: Record<string, string>, digest = 'sha256:1') => ({
  digest,
  config: { Env: [], Labels, ExposedPorts: [], architecture: 'arm64', os: 'linux' },
  layerFiles: [],
});

describe('behaviourOf()', () => {
  test('reads one JSON label, or a label a member, the member winning', () => {
    const behaviour = behaviourOf(
      seededRandom(1),
      image({ 'local.behaviour': '{"errorRate":0.2,"latencyMs":50}', 'local.behaviour.latencyMs': '70', 'local.behaviour.failureText': '42' }),
    );

    expect(behaviour).toMatchObject({ errorRate: 0.2, latencyMs: 70, failureText: '42', healthy: true });
  });

  test('draws what is not said from the seed, by digest', () => {
    const latency = (seed: number, digest: string) => behaviourOf(seededRandom(seed), image({}, digest)).latencyMs;

    expect(latency(1, 'sha256:1')).toBe(latency(1, 'sha256:1'));
    expect(latency(1, 'sha256:1')).not.toBe(latency(1, 'sha256:2'));
    expect(latency(1, 'sha256:1')).not.toBe(latency(2, 'sha256:1'));
  });

  test.each([
    ['an unknown label', { 'local.behaviour.errorrate': '0.2' }, /"local.behaviour.errorrate" .* is unknown; known are errorRate, /],
    ['a rate in words', { 'local.behaviour.errorRate': 'often' }, /is "often", expected a number/],
    ['a text where an object belongs', { 'local.behaviour': 'healthy' }, /no JSON object/],
  ])('refuses %s', (_what, labels, message) => {
    expect(() => behaviourOf(seededRandom(1), image(labels))).toThrow(message);
  });
});
