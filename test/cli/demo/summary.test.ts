import { describe, expect, test } from 'vitest';
import { alarmToZero } from '../../../src/cli/demo/summary.ts';
import { WallTimes } from '../../../src/cli/demo/wall-times.ts';

/** An emulator minute in a wall second. */
function readings(): WallTimes {
  const wallTimes = new WallTimes();
  wallTimes.read(0, 500);
  wallTimes.read(60_000, 1_500);
  return wallTimes;
}

describe('alarmToZero()', () => {
  test('is the time from the alarm to the last request, on both clocks', () => {
    expect(alarmToZero({ firedAtMs: 30_000 }, 42_000, readings())).toEqual({ alarmToZeroMs: 12_000, alarmToZeroWallMs: 200 });
  });

  test('is 0 where the canary got no request after the alarm', () => {
    expect(alarmToZero({ firedAtMs: 30_000 }, 29_000, readings())).toEqual({ alarmToZeroMs: 0, alarmToZeroWallMs: 0 });
  });

  test('is null where no alarm ended the rollout', () => {
    expect(alarmToZero(undefined, 42_000, readings())).toEqual({ alarmToZeroMs: null, alarmToZeroWallMs: null });
  });
});
