import { describe, expect, test } from 'vitest';
import { WallTimes } from '../../../src/cli/demo/wall-times.ts';

/** A clock 60 times as fast, then one 10 times as fast: whatever the speed, readings tell. */
function readings(): WallTimes {
  const wallTimes = new WallTimes();
  wallTimes.read(0, 500);
  wallTimes.read(60_000, 1_500);
  wallTimes.read(70_000, 2_500);
  return wallTimes;
}

describe('WallTimes.between()', () => {
  test('places each moment between the readings around it', () => {
    expect(readings().between(30_000, 60_000)).toBe(500);
    expect(readings().between(30_000, 65_000)).toBe(1_000);
    expect(readings().between(0, 70_000)).toBe(2_000);
  });

  test('knows nothing of a moment before the first or after the last reading', () => {
    expect(readings().between(-1, 60_000)).toBeUndefined();
    expect(readings().between(0, 70_001)).toBeUndefined();
    expect(new WallTimes().between(0, 1)).toBeUndefined();
  });
});
